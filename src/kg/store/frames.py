"""Messages between the service and a reader: a JSON head and a body, both with their lengths."""

import struct

FRAME = struct.Struct(">IQ")
"""Before each message: bytes of its JSON head, bytes of its body."""
