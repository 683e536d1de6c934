"""The `senryaku` command: each command parses, calls one function and prints."""
