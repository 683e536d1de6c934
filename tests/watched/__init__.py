"""The whole test run under strace: what each process opened, and whom it reached."""
