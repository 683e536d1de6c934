"""Work for a fork server that is prepared for work of any kind: what `head` asks for is done."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.errors import EntryEmpty


class Work:
    """Chores."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def answer(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, object], bytes]:
        chore = head["chore"]
        if chore == "sleep":
            time.sleep(60)
        elif chore == "compute":
            while True:
                pass
        elif chore == "refuse":
            raise EntryEmpty
        elif chore == "die":
            os._exit(3)
        elif chore == "eat":
            held = []
            while True:
                held.append(bytearray(2**24))
        return {"pid": os.getpid(), "facts": self._facts, "said": _tried(chore)}, body


def _tried(chore: str) -> str:
    try:
        if chore == "open":
            Path(__file__).read_bytes()
        elif chore == "connect":
            socket.create_connection(("127.0.0.1", 9), timeout=1)
    except OSError as error:
        return str(error.errno)
    return "done"
