"""Reads the log of strace: which process, running which program, opened what and reached whom.

Calls that another process interrupted are put together again, and each process is followed from
its fork through the programs that it becomes. A number of a process may be used again after it
has ended.
"""

import os.path
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

FORK_SERVER = "kg.store.forkserver"
READER = "reader"
"""What a fork server forks; it runs no other program."""
UNKNOWN = "?"
"""The program of a process whose start is not in the log."""

_OPENS = ("open", "openat", "openat2", "creat", "open_by_handle_at")
_SENDS = ("connect", "sendto", "sendmsg", "sendmmsg")
_STARTS = ("clone", "clone3", "fork", "vfork")
_PROGRAMS = ("execve", "execveat")
_MAKES = ("socket", "io_uring_setup")
"""Without an address or a path, but a way around the calls that have one."""
_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (.*)", re.DOTALL)
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_UNFINISHED = re.compile(r" *<unfinished \.\.\.>(?:\) += \?)?$")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FOLDER = re.compile(r"(?:AT_FDCWD|\d+)<(.*?)>(?:\(deleted\))?, ")
_RESULT = re.compile(r"\d+<(.*)>")
_DATA = re.compile(r'iov_base="(?:[^"\\]|\\.)*"')
_SENT = re.compile(r'^\d+(?:<.*?>)?, "(?:[^"\\]|\\.)*"')
_FAMILY = re.compile(r'\{sa_family=(AF_\w+)((?:"(?:[^"\\]|\\.)*"|[^"}])*)\}')
_INTERNET = re.compile(r'htons\((\d+)\).*?"([^"]*)"')
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f"}
_FAMILIES = ("AF_UNIX", "AF_INET,", "AF_INET6,")
_NAME_SERVICE = 53
_END = "+++ "


@dataclass(frozen=True)
class Opening:
    """An attempt of `program` to open `path`; `real` is what was opened, links followed, if it was.

    `reads` is whether the content could have been read.
    """

    program: str
    path: str
    real: str | None
    reads: bool


@dataclass(frozen=True)
class Sending:
    """An attempt of `program` to reach `where`; `inside` is whether that is this machine.

    A Unix socket is a file, whose `path` this is; the kernel is inside.
    """

    program: str
    where: str
    inside: bool
    path: str | None = None


Event = Opening | Sending


def strace(log: Path) -> tuple[str, ...] | None:
    """The command that watches another; None where there is no strace."""
    command = shutil.which("strace")
    if command is None:
        return None
    calls = "trace=" + ",".join((*_OPENS, *_SENDS, *_STARTS, *_PROGRAMS, *_MAKES))
    quiet = "--quiet=attach,personality,path-resolution,thread-execve"
    # a ring carries out calls that no log shows: programs are told that the system has none
    no_ring = "inject=io_uring_setup:error=ENOSYS"
    options = ("-f", "--seccomp-bpf", quiet, "-y", "-e", calls, "-e", "signal=none", "-e", no_ring)
    return (command, *options, "-s", "64", "-o", str(log))


@dataclass
class Log:
    """What a log tells: numbers of attempts to open files, of attempts to reach addresses and of
    sockets, of forks by program, of starts by program."""

    opened: int = 0
    sent: int = 0
    forks: Counter[str] = field(default_factory=Counter)
    starts: Counter[str] = field(default_factory=Counter)
    _programs: dict[str, str] = field(default_factory=dict)
    _begun: dict[str, str] = field(default_factory=dict)
    _waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def events(self, lines: Iterable[str]) -> Iterator[Event]:
        """Read all lines; whatever its start, no call is left out."""
        for line in lines:
            if not (found := _LINE.match(line)):
                raise ValueError(line)
            pid, said = found.groups()
            if not self._programs:
                self._programs[pid] = UNKNOWN
            if pid in self._programs:
                yield from self._line(pid, said)
            else:
                if self._waiting[pid] and self._waiting[pid][-1].startswith(_END):
                    # nobody was told of the one that had this number before
                    yield from self._known(pid, UNKNOWN)
                # its parent has not been told yet that it has a child
                self._waiting[pid].append(said)
        for pid in list(self._waiting):
            yield from self._known(pid, UNKNOWN)
        for pid in list(self._begun):
            yield from self._cut_off(pid)

    def _known(self, pid: str, program: str) -> Iterator[Event]:
        self._programs[pid] = program
        for said in self._waiting.pop(pid, ()):
            yield from self._line(pid, said)

    def _line(self, pid: str, said: str) -> Iterator[Event]:
        if said.startswith(_END):
            yield from self._cut_off(pid)
            self._programs.pop(pid, None)
        elif _UNFINISHED.search(said):
            self._begun[pid] = _UNFINISHED.sub("", said)
        else:
            if resumed := _RESUMED.match(said):
                said = self._begun.pop(pid) + said[resumed.end() :]
            found = _CALL.match(said)
            if found is None:
                raise ValueError(said)
            yield from self._call(pid, *found.groups())

    def _cut_off(self, pid: str) -> Iterator[Event]:
        """A process that ended within a call may have carried it out."""
        if pid in self._begun:
            name, _, arguments = self._begun.pop(pid).partition("(")
            yield from self._call(pid, name, arguments, "?")

    def _call(self, pid: str, name: str, arguments: str, result: str) -> Iterator[Event]:
        program = self._programs.get(pid, UNKNOWN)
        if name in _OPENS:
            self.opened += 1
            yield _opening(program, name, arguments, result)
        elif name in _SENDS:
            for sending in _sendings(program, name, arguments):
                self.sent += 1
                yield sending
        elif name in _MAKES:
            self.sent += 1
            yield _made(program, name, arguments, result)
        elif name in _PROGRAMS and result.startswith("0"):
            self._programs[pid] = program = _program(arguments)
            self.starts[program] += 1
        elif name in _STARTS and (child := result.partition(" ")[0]).isdecimal():
            if "CLONE_THREAD" not in arguments:
                self.forks[program] += 1
                program = READER if program == FORK_SERVER else program
            yield from self._known(child, program)


def _program(arguments: str) -> str:
    if f'"{FORK_SERVER}"' in arguments:
        return FORK_SERVER
    found = _TEXT.search(arguments)
    return UNKNOWN if found is None else Path(_plain(found[1])).name


def _opening(program: str, name: str, arguments: str, result: str) -> Opening:
    if name == "open_by_handle_at" or not (named := _TEXT.search(arguments)):
        return Opening(program, f"{name}({arguments})", None, reads=True)
    folder = _FOLDER.match(arguments)
    path = os.path.normpath(os.path.join(_plain(folder[1]) if folder else "", _plain(named[1])))  # noqa: PTH118 -- of a log, not of this machine
    opened = _RESULT.match(result)
    flags = arguments[named.end() :]
    reads = name != "creat" and "O_WRONLY" not in flags and "O_PATH" not in flags
    return Opening(program, path, _plain(opened[1]) if opened else None, reads)


def _sendings(program: str, name: str, arguments: str) -> Iterator[Sending]:
    # what is sent may look like an address
    text = _SENT.sub("", arguments) if name == "sendto" else _DATA.sub("", arguments)
    found = _FAMILY.findall(text)
    if name == "connect" and not found:
        yield Sending(program, arguments, inside=False)
    for family, rest in found:
        if family in {"AF_INET", "AF_INET6"}:
            yield _internet(program, rest)
        elif family == "AF_UNIX":
            path = _TEXT.search(rest)
            yield Sending(program, rest, inside=True, path=_plain(path[1]) if path else None)
        else:
            # AF_UNSPEC takes an address away, AF_NETLINK is the kernel
            yield Sending(program, family, family in {"AF_UNSPEC", "AF_NETLINK"})


def _made(program: str, name: str, arguments: str, result: str) -> Sending:
    """What sends whole packets, or carries out calls that no log shows, is no way to stay here."""
    plain = name == "socket" and arguments.startswith(_FAMILIES) and "SOCK_RAW" not in arguments
    netlink = arguments.startswith("AF_NETLINK")
    return Sending(program, f"{name}({arguments})", plain or netlink or result.startswith("-1"))


def _internet(program: str, rest: str) -> Sending:
    found = _INTERNET.search(rest)
    if found is None:
        return Sending(program, rest, inside=False)
    address = ip_address(found[2])
    address = getattr(address, "ipv4_mapped", None) or address
    # a name server of this machine asks others
    here = (address.is_loopback or address.is_unspecified) and int(found[1]) != _NAME_SERVICE
    return Sending(program, f"{found[2]} port {found[1]}", inside=here)


def _plain(text: str) -> str:
    """A string of the log without its escapes; bytes that are no UTF-8 stay marked."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_letter, text)
    return plain.encode("latin-1", "backslashreplace").decode("utf-8", "backslashreplace")


def _letter(found: re.Match[str]) -> str:
    letter = found[1]
    return chr(int(letter, 8)) if letter[0] in "01234567" else _LETTERS.get(letter, letter)
