"""The watch over whole runs: what it reads in a log, what it forbids, and that it notices."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests.canary import BAIT
from tests.watched.__main__ import judge
from tests.watched.log import FORK_SERVER, READER, Event, Log, Opening
from tests.watched.rules import KERNEL, PROGRAMS, ROOT, SYSTEM, Rules

EXEC = '1 execve("/venv/bin/python", ["python"], 0x7ff /* 3 vars */) = 0'
FORKED = f'1 execve("/v/python", ["python", "-m", "{FORK_SERVER}", "{{"], 0x7 /* 1 var */) = 0'
PYTHON = Path(sys.executable).name
RULES = Rules(("/own", "/venv"), "/run/own")
REACH = """
import contextlib, socket, sys
import pyoxigraph as ox
FOLDER = sys.argv[1]
PORTS = ("service", "fork-server", "reader", "confined")
def reach(who):
    with contextlib.suppress(OSError):
        open(f"{FOLDER}/{who}").close()
    with contextlib.suppress(OSError, SyntaxError):
        list(ox.parse(path=f"{FOLDER}/{who}.ttl"))
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as one:
        one.connect(("192.0.2.1", PORTS.index(who) + 1))
"""
"""Opens files by Python and by the engine, and reaches out by a datagram that is never sent."""
SERVICE = """
from kg.store import forking
import cli.main
own, behind = forking.arguments, sys.argv[2]
def arguments(source, work):
    python, *_, text = own(source, work)
    return python, "-P", "-c", behind, FOLDER, text, "kg.store.forkserver"
forking.arguments = arguments
reach("service")
sys.argv = ["senryaku", "serve", "--no-data", "--port", "0"]
cli.main.run()
"""
BEHIND = """
from kg.store import forkserver, reader
own = reader.confine
def confine(*given, **named):
    reach("reader")
    own(*given, **named)
    reach("confined")
reader.confine = confine
reach("fork-server")
forkserver.main(sys.argv[2])
"""
"""A service and its fork server, each of which reaches out, and so do the readers."""


def internet(address: str, port: int = 80) -> str:
    """An address as strace writes it."""
    if ":" in address:
        name = f'inet_pton(AF_INET6, "{address}", &sin6_addr)'
        return f"{{sa_family=AF_INET6, sin6_port=htons({port}), {name}, sin6_scope_id=0}}"
    return f'{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr("{address}")}}'


QUOTED = internet("192.0.2.1").replace('"', '\\"')
"""What looks like an address, in data that is sent."""


def events(*lines: str) -> list[Event]:
    return list(Log().events([EXEC, *lines]))


def faults(*lines: str) -> list[str]:
    return [fault for event in events(*lines) if (fault := RULES.fault(event))]


@pytest.mark.parametrize(
    ("line", "path", "real"),
    [
        ('1 openat(AT_FDCWD</own>, "a/../b", O_RDONLY) = 3</own/b>', "/own/b", "/own/b"),
        ('1 openat(7</own/d>, "b", O_RDONLY) = 3</x/b>', "/own/d/b", "/x/b"),
        ('1 open("/x", O_RDWR) = -1 ENOENT (No such file)', "/x", None),
        ('1 openat2(AT_FDCWD</own>, "/x", {flags=O_RDONLY}, 24) = 3</x>', "/x", "/x"),
        ('1 open("/\\346\\227\\245\\"", O_RDONLY) = 3</\\346\\227\\245">', '/日"', '/日"'),
    ],
)
def test_what_is_opened(line: str, path: str, real: str | None) -> None:
    assert events(line) == [Opening("python", path, real, reads=True)]


def test_what_is_written_is_not_read() -> None:
    lines = (
        '1 creat("/own/a", 0644) = 3</own/a>',
        '1 open("/own/a", O_WRONLY|O_CREAT) = 3</own/a>',
    )
    assert [event.reads for event in events(*lines) if isinstance(event, Opening)] == [False] * 2


@pytest.mark.parametrize(
    "call",
    [
        f"connect(3<socket:[1]>, {internet('192.0.2.1')}, 16) = -1 EINPROGRESS (In progress)",
        f"connect(3<socket:[1]>, {internet('2001:db8::1')}, 28) = 0",
        f"connect(3<socket:[1]>, {internet('127.0.0.53', 53)}, 16) = 0",
        f"sendto(3<socket:[1]>, NULL, 0, MSG_FASTOPEN, {internet('192.0.2.1')}, 16) = 0",
        f'sendto(3<socket:[1]>, "{{sa_family=AF_INET", 19, 0, {internet("192.0.2.1")}, 16) = 19',
        f"sendmsg(3<socket:[1]>, {{msg_name={internet('192.0.2.1')}, msg_namelen=16}}, 0) = 1",
        f"sendmmsg(3<s>, [{{msg_name=NULL}}, {{msg_name={internet('192.0.2.1')}}}], 2, 0) = 2",
        "connect(3<socket:[1]>, 0x7ffd, 16) = -1 EFAULT (Bad address)",
        "socket(AF_PACKET, SOCK_DGRAM, 0) = 3<socket:[1]>",
        "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 3<socket:[1]>",
        "io_uring_setup(8, {flags=0}) = 3<anon_inode:[io_uring]>",
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/docker.sock"}, 18) = 0',
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/a}b"}, 18) = 0',
        'open("/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)',
        'open("/own/link", O_RDONLY) = 3</foreign/key>',
        'open("/own/../foreign/key", O_WRONLY|O_CREAT) = 3</foreign/key>',
        'open("/run/others", O_RDONLY) = 3</run/others>',
        'open("/proc/7/environ", O_RDONLY) = 3</proc/7/environ>',
        "open(0x7ffd, O_RDONLY) = -1 EFAULT (Bad address)",
        "open_by_handle_at(5</own>, {handle_bytes=8}, O_RDONLY) = 3</own/a>",
        f'open("/run/own/{BAIT}", O_RDONLY) = 3</run/own/{BAIT}>',
        f'open("/run/own/{BAIT}", O_RDONLY <unfinished ...>',
    ],
)
def test_what_is_a_fault(call: str) -> None:
    assert len(faults(f"1 {call}")) == 1


@pytest.mark.parametrize(
    "call",
    [
        f"connect(3<socket:[1]>, {internet('127.0.0.1')}, 16) = 0",
        f"connect(3<socket:[1]>, {internet('::ffff:127.0.0.1')}, 28) = 0",
        f'sendto(3<socket:[1]>, "{QUOTED}", 19, 0, NULL, 0) = 19',
        f'sendmsg(3<socket:[1]>, {{msg_name=NULL, msg_iov=[{{iov_base="{QUOTED}"}}]}}, 0) = 1',
        "connect(3<socket:[1]>, {sa_family=AF_UNSPEC}, 16) = 0",
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/own/s"}, 18) = 0',
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3<socket:[1]>",
        "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<socket:[1]>",
        "io_uring_setup(8, {flags=0}) = -1 ENOSYS (Function not implemented)",
        'open("/own/a", O_RDONLY) = 3</venv/a>',
        'open("/run/own/a", O_RDWR|O_CREAT) = 3</run/own/a>(deleted)',
        f'open("/run/own/{BAIT}", O_WRONLY|O_CREAT) = 3</run/own/{BAIT}>',
        'open("/proc/self/status", O_RDONLY) = 3</proc/7/status>',
        "+++ exited with 0 +++",
    ],
)
def test_what_is_none(call: str) -> None:
    assert faults(f"1 {call}") == []


def test_readers_and_fork_servers_may_less() -> None:
    here = f"{internet('127.0.0.1')}, 16) = 0"
    lines = (
        FORKED,
        f"1 connect(3<socket:[1]>, {here}",
        '1 open("/etc/passwd", O_RDONLY) = 3</etc/passwd>',
        "1 clone(child_stack=NULL, flags=SIGCHLD) = 2",
        f"2 connect(3<socket:[1]>, {here}",
        '2 open("/etc/passwd", O_RDONLY) = 3</etc/passwd>',
        "1 clone3({flags=CLONE_VM|CLONE_THREAD} => {parent_tid=[3]}, 88) = 3",
        '3 open("/etc/passwd", O_RDONLY) = 3</etc/passwd>',
    )
    found = [(event.program, fault) for event in events(*lines) if (fault := RULES.fault(event))]
    assert found == [
        (FORK_SERVER, "reaches 127.0.0.1 port 80"),
        (READER, "reaches 127.0.0.1 port 80"),
        (READER, "opens /etc/passwd"),
    ]


def test_a_process_is_followed_through_forks_and_programs() -> None:
    log = Log()
    lines = [
        EXEC,
        "1 vfork( <unfinished ...>",
        '2 open("/a", O_RDONLY <unfinished ...>',
        "2 <... open resumed>)  = 3</a>",
        '2 execve("/usr/sbin/nginx", ["nginx"], 0x7 /* 1 var */) = 0',
        '2 open("/b", O_RDONLY) = -1 ENOENT (No such file or directory)',
        "1 <... vfork resumed>)  = 2",
        '2 open("/c", O_RDONLY <unfinished ...>) = ?',
        "2 +++ killed by SIGKILL +++",
        # another process with the same number, whose parent is killed before it is told
        '2 open("/d", O_RDONLY) = 3</d>',
        "2 +++ killed by SIGKILL +++",
        '2 open("/e", O_RDONLY) = 3</e>',
        "1 fork() = 2",
        "1 +++ exited with 0 +++",
    ]
    found = [(e.program, e.path) for e in log.events(lines) if isinstance(e, Opening)]
    assert found == [
        ("python", "/a"),
        ("nginx", "/b"),
        ("nginx", "/c"),
        ("?", "/d"),
        ("python", "/e"),
    ]
    assert (log.opened, log.forks["python"], log.starts["nginx"]) == (5, 2, 1)


@pytest.mark.parametrize("line", ["nothing", "1 nothing", "1 <... open resumed>) = 3</a>"])
def test_a_line_that_is_not_understood_is_not_passed_over(line: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        events(line)


def test_the_lists_are_short_and_each_entry_has_its_reason(tmp_path: Path) -> None:
    entries = [KERNEL, SYSTEM, *PROGRAMS.values()]
    assert all(reason for one in entries for reason in one.values())
    assert sum(map(len, entries)) < 30
    assert str(ROOT) in Rules.here(tmp_path).folders


@pytest.mark.traces
def test_each_kind_of_process_is_watched(
    tmp_path: Path, watcher: Callable[[Path], tuple[str, ...]]
) -> None:
    own, foreign, log = tmp_path / "own", tmp_path / "foreign", tmp_path / "log"
    own.mkdir()
    foreign.mkdir()
    behind = REACH + BEHIND
    command = [*watcher(log), sys.executable, "-c", REACH + SERVICE, str(foreign), behind]
    environment = os.environ | {
        "SENRYAKU_STATE_DIR": str(own / "state"),
        "SENRYAKU_READERS": "1",
        "SENRYAKU_LANG": "en",
        "TMPDIR": str(own),
    }
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = iter(process.stderr.readline, "")
            assert any("http://127.0.0.1:" in line for line in said)
        finally:
            # the service, not the one that watches it
            for service in psutil.Process(process.pid).children():
                service.terminate()
            process.stderr.read()
    told, found = judge(log, Rules.here(own))
    assert set(found) == {
        (program, f"opens {foreign}/{name}{ending}")
        for program, name in (
            (PYTHON, "service"),
            (FORK_SERVER, "fork-server"),
            (READER, "reader"),
            (READER, "confined"),
        )
        for ending in ("", ".ttl")
    } | {
        (PYTHON, "reaches 192.0.2.1 port 1"),
        (FORK_SERVER, "reaches 192.0.2.1 port 2"),
        (READER, "reaches 192.0.2.1 port 3"),
    }
    assert told.starts[FORK_SERVER] == 1
    assert told.forks[FORK_SERVER] >= 2
