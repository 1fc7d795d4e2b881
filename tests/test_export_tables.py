"""The digest of a graph: the same on both databases, and what sort and sha256sum make of it."""

import hashlib
import re
from pathlib import Path

import pytest
from databases import clear, hold
from pyarrow import parquet
from seed_texts import SMALL, write_seeds

from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.cli.app import run
from graphkit.export.digest import digest, lines
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

pytestmark = pytest.mark.long

KEYS = ("z", "Z", "é", "\uff21", "\U0001f600", "a b", "a!", "a", "ab", "a-b")
MANY = "".join(f"  - {{key: {key!r}, name: '{key}'}}\n" for key in KEYS)
APPLICATIONS = {"uses.yaml": f"kind: Application\ndefaults: {{source: customs}}\nrows:\n{MANY}"}


@pytest.fixture
def both(neo4j_store, tmp_path):
    """A function that loads the small seeds, with changes, into both databases."""
    with DuckStore(tmp_path / "graph.duckdb") as embedded:

        def load(*changes):
            graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds", *changes)))
            embedded.load(graph)
            hold(neo4j_store, graph)
            return embedded, neo4j_store

        yield load


def test_the_shipped_graph_has_one_digest(stores, sample_graph):
    embedded, neo4j = (digest(stores[name]) for name in ("embedded", "neo4j"))

    assert embedded == neo4j
    assert all(sample_graph.count(kind.name) for kind in GRAPH.kinds)
    assert embedded.nodes == sum(sample_graph.count(kind.name) for kind in GRAPH.nodes)
    assert embedded.edges == sum(sample_graph.count(kind.name) for kind in GRAPH.edges)


@pytest.mark.parametrize("page", [1, 3, 2**18])
def test_it_is_that_of_lines_in_the_order_of_their_bytes(both, monkeypatch, page):
    monkeypatch.setattr("graphkit.export.graph.PAGE", page)
    embedded, neo4j = both(APPLICATIONS)
    found = list(lines(embedded))

    assert [line.split("\t")[1] for line in found if line.startswith("Appl")] == sorted(KEYS)
    assert found == sorted(found, key=str.encode) == list(lines(neo4j))
    text = "".join(f"{line}\n" for line in found)
    assert digest(neo4j).sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("number", [0, 1], ids=["embedded", "neo4j"])
def test_a_line_has_kind_key_ends_and_what_is_set(both, number):
    found = {line.split("\t")[1]: line for line in lines(both()[number])}

    assert re.fullmatch(
        r'Country\tNOR\t{"digest":-?\d+,"iso2":"NO","iso3":"NOR","name":"Norway",'
        r'"source":"customs","type":"country"}', found["NOR"]
    )  # fmt: skip
    [line] = [x for x in found.values() if x.startswith("EXPORTS") and '"usd":800.0' in x]
    _, key, *ends, properties = line.split("\t")
    assert ends == ["Country", "CHN", "Country", "KOR"]
    assert len(bytes.fromhex(key)) == 8
    assert properties.endswith('"tonnes":10.0,"usd":800.0,"year":2024}')


def test_it_differs_when_anything_does(both, neo4j_store):
    first = {digest(store) for store in both()}
    other = SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 10.000000000000002}")
    changed = {digest(store).sha256 for store in both({"trade.yaml": other})}
    assert len(first) == len(changed) == 1
    assert not changed & {found.sha256 for found in first}

    neo4j_store._write("MATCH (:Country {iso3: 'CHN'})-[f:EXPORTS]->() SET f.year = 1")
    assert digest(neo4j_store).sha256 not in changed
    clear(neo4j_store)


def test_what_is_not_ours_does_not_count(both, neo4j_store):
    embedded, _ = both()
    neo4j_store._write("CREATE (:Country {iso3: 'XXX'})-[:EXPORTS]->(:Country {a: 1})")

    assert digest(neo4j_store) == digest(embedded)
    clear(neo4j_store)


def test_the_command_prints_it_or_its_lines(file_of, tmp_path, capsys):
    path = str(file_of(build_graph(read_seeds(write_seeds(tmp_path / "seeds")))))
    with DuckStore(Path(path)) as store:
        wanted = digest(store).sha256

    assert run(["doctor", "--digest", "--db", path]) == 0
    told = capsys.readouterr()
    assert told.out == f"{wanted}\n"
    assert told.err == f"graphkit: embedded database {path}: 15 nodes, 10 relationships\n"
    assert run(["doctor", "--lines", "--db", path]) == 0
    printed = capsys.readouterr().out
    assert hashlib.sha256(printed.encode()).hexdigest() == wanted


def test_measures_read_the_folder_that_an_export_wrote(sliced_file, tmp_path):
    tables, measured = tmp_path / "tables", tmp_path / "hhi.parquet"
    assert run(["export", "--db", str(sliced_file), "--format", "parquet", "-o", str(tables)]) == 0
    assert run(["measure", "concentration", "--flows", str(tables), "-o", str(measured)]) == 0
    with DuckStore(sliced_file) as store:
        asked = Session(store).depends("KOR", scope="ree-metals", period="2024").rows.to_pylist()
    wanted = {"consumer": "KOR", "product": "ree-metals", "period": "2024", "dataset": "baci-hs92"}

    [found] = [
        row for row in parquet.read_table(measured).to_pylist()
        if all(row[name] == value for name, value in wanted.items())
    ]  # fmt: skip
    assert found["hhi"] == pytest.approx(asked[0]["hhi_usd"])
