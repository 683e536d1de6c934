"""The files for operators: the proxy for real, the others as far as that goes without an engine."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from configparser import RawConfigParser
from http.client import HTTPSConnection
from pathlib import Path

import httpx
import pytest

import mini
from written import COMMANDS, ROOT

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
PACKAGES = ROOT / ".ci" / "debian-packages"


def program(name: str) -> str:
    """Path of a Debian program; where the documents are required, so are the programs."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found:
        return found
    if os.environ.get("SENRYAKU_REQUIRE_DOCUMENTS"):
        pytest.fail(f"{name} is not installed, see {PACKAGES}")
    pytest.skip(f"{name} is not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """nginx with our configuration in front of the service; only places and waits are changed."""
    nginx, folder = program("nginx"), tmp_path_factory.mktemp("proxy")
    command = [
        *(program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
        *("-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "chain.pem"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    plain, tls = free_port(), free_port()
    limits = {"trusted_proxies": "127.0.0.1", "query_timeout": 1.0}
    with mini.client(folder, **limits) as service:
        changes = {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{service.base_url.port};",
            "/etc/ssl/senryaku/fullchain.pem": str(folder / "chain.pem"),
            "/etc/ssl/senryaku/key.pem": str(folder / "key.pem"),
            "/var/log/nginx/": f"{folder}/",
            "client_header_timeout 10s": "client_header_timeout 1s",
            "client_body_timeout 10s": "client_body_timeout 1s",
        }
        own = folder / "nginx.conf"
        own.write_text(replaced(CONFIGURATION.read_text("utf-8"), changes), encoding="utf-8")
        settings = ["-g", f"daemon off; pid {folder}/pid;", "-c", own, "-p", folder]
        checked = subprocess.run(
            [nginx, "-t", *settings], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr.replace('the "user" directive', "")
        with subprocess.Popen([nginx, *settings], stderr=subprocess.DEVNULL) as running:
            try:
                trust = ssl.create_default_context(cafile=str(folder / "chain.pem"))
                url = f"https://localhost:{tls}"
                with httpx.Client(base_url=url, verify=trust, timeout=30) as client:
                    wait_for("127.0.0.1", tls)
                    client.params = {}
                    client.headers["X-Test-Log"] = str(folder / "senryaku.log")
                    yield client
            finally:
                running.terminate()


def wait_for(host: str, port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")


def test_a_query_through_the_proxy(proxy: httpx.Client) -> None:
    answer = proxy.post("/sparql", data={"query": "ASK { ?s ?p ?o }"})
    assert answer.json() == {"head": {}, "boolean": True}
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert proxy.post("/sparql", data={"query": mini.SLOW}).status_code == 504
    # the service knows by which scheme it was asked
    described = proxy.get("/sparql", headers={"Accept": "text/turtle"})
    assert "<https://localhost" in described.text


def test_the_log_of_the_proxy_holds_no_query(proxy: httpx.Client) -> None:
    assert proxy.get("/sparql", params={"query": "ASK { 'something private' }"}).status_code == 400
    log = Path(proxy.headers["X-Test-Log"])
    deadline = time.monotonic() + 5
    while not log.read_text("utf-8") and time.monotonic() < deadline:
        time.sleep(0.05)
    text = log.read_text("utf-8")
    assert '"path":"/sparql"' in text
    assert "private" not in text


def held_open(proxy: httpx.Client, sent: bytes) -> float:
    """Seconds until a client that sends no more than this is cut off."""
    port = proxy.base_url.port or 0
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain) as connection,
    ):
        started = time.monotonic()
        connection.sendall(sent)
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass
        return time.monotonic() - started


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nquery=",
    ],
)
def test_a_slow_client_is_cut_off(proxy: httpx.Client, sent: bytes) -> None:
    assert 0.5 < held_open(proxy, sent) < 4


def test_the_proxy_refuses_what_is_too_large(proxy: httpx.Client) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", proxy.base_url.port, timeout=10, context=context)
    connection.request("GET", f"/health?x={'y' * 70_000}")
    assert connection.getresponse().status == 414
    connection.close()
    connection.putrequest("POST", "/sparql")
    connection.putheader("Content-Length", "30000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_made_up_address_is_replaced_and_a_flood_is_slowed(proxy: httpx.Client) -> None:
    answers = [
        proxy.get("/health", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(150)
    ]
    assert set(answers) == {200, 429}
    assert answers.count(200) >= 60


# --- container and unit --------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """Instructions of the container file with their arguments, continued lines joined."""
    text = (ROOT / "Containerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined]


def test_the_container_file_copies_what_there_is() -> None:
    known = {
        *("FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE"),
        *("STOPSIGNAL", "HEALTHCHECK", "CMD"),
    }
    assert {name for name, _ in instructions()} <= known
    copied = [
        path
        for name, arguments in instructions()
        if name == "COPY" and not arguments.startswith("--from")
        for path in arguments.split()[:-1]
    ]
    assert len(copied) >= 11
    assert [path for path in copied if not (ROOT / path).exists()] == []
    ignored = (ROOT / ".containerignore").read_text("utf-8").split()
    assert not set(copied) & set(ignored)


def test_the_container_runs_without_rights_and_says_how_it_is() -> None:
    stages = [n for n, (name, _) in enumerate(instructions()) if name == "FROM"]
    assert len(stages) == 2
    last = dict(instructions()[stages[-1] :])
    assert last["USER"] == "10001:10001"
    assert "/health" in last["HEALTHCHECK"]
    assert last["CMD"].startswith('["senryaku", "serve"')
    assert last["STOPSIGNAL"] == "SIGTERM"


def test_the_unit_starts_a_command_that_there_is_and_gives_up_rights() -> None:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way
    parser.read(ROOT / "deploy" / "senryaku.service", encoding="utf-8")
    assert parser.sections() == ["Unit", "Service", "Install"]
    service = dict(parser["Service"])
    words = service["ExecStart"].split()
    assert words[0].endswith("/bin/senryaku")
    assert words[1] in COMMANDS
    for name, value in {
        "User": "senryaku",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "CapabilityBoundingSet": "",
        "IPAddressDeny": "any",
        "KillMode": "mixed",
    }.items():
        assert service[name] == value


def test_debian_packages_are_names_that_ci_installs() -> None:
    names = PACKAGES.read_text("utf-8").splitlines()
    assert "nginx-light" in names
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in names)
    assert ".ci/debian-packages" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (ROOT / "THREAT_MODEL.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", text)
    assert len(named) >= 30
    tests = ROOT / "tests"
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (tests / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []
    rows = [line for line in text.splitlines() if line.startswith("|") and "::" not in line]
    # the heads of the two tables, the actors, and the one that cannot be tested
    assert len(rows) == 2 + 6 + 2 + 1
