"""Arguments, query parameters and mappings made by chance: an answer or one line, never a write."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from chance import SEED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cli import COMMANDS
from test_import_table import HEADS, MAPPING
from test_import_table import text as csv_text
from written_seeds import market, with_reference, write_files

from graphkit.build import build_graph
from graphkit.catalog.catalog import Catalog
from graphkit.cli.app import run
from graphkit.cli.cypher import _pairs
from graphkit.errors import GraphkitError
from graphkit.export.digest import digest
from graphkit.importers.table.mapping import PARTS
from graphkit.queries import find_query, query_names, run_query
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import Limits

ARGUMENTS = int(os.environ.get("FUZZED_ARGUMENTS", "40"))
SECONDS = 10
CODES = (0, 1, 2, 3)


def stable(examples: int) -> settings:
    """The same examples in every run with one seed."""
    return settings(
        max_examples=examples,
        derandomize=not SEED,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


KNOWN = [
    *("KOR", "korea", "KR", "China", "WLD", "CHN+JPN", "CHN+CHN", "+", "EU27", "magnet", "magnets"),
    *("product:magnet", "product:", ":", "Nd", "REE", "rare earths", "284690", "28", "2846", "2"),
    *("metal", "mine", "2024", "2023", "2024-Q1", "2024-Q5", "2024-13", "2024-00", "0000", "24"),
    *("usd", "tonnes", "share", "structural", "domestic", "consumer", "supplier", "pagerank", "1"),
    *("0", "0.5", "-1", "1e400", "1e-400", "NaN", "inf", "1_000", "٣", "²", "1,5", "0x10"),
    *("9" * 400, "1e18", "9223372036854775808"),
]  # fmt: skip
ODD = [
    *("", " ", ",", ",,", "=", "--", "-f", "%s", "{}", "$x", "'", '"', "`", "\\", "//", "/*", ";"),
    *("\n", "\r", "\t", "\x1b[31m", "\x7f", "\u202e", "\u200b", "\ufeff", "\udcff", "[bold]", "é"),
    *("\U0001f600", "a" * 10_000, "null", "true", "[1]", "../x", "MATCH (n) DELETE n", "' OR 1=1"),
]
words = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from([*KNOWN, *ODD]),
    st.text(st.characters(exclude_characters="\0"), max_size=6),
)
values = st.one_of(
    words, st.lists(words, max_size=3).map(",".join), st.lists(words, max_size=3).map("".join)
)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("seeds"), with_reference(market(Random(7))))


@pytest.fixture(scope="module")
def path(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds them."""
    path = tmp_path_factory.mktemp("fuzz") / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(seeds)))
    return path


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[DuckStore]:
    """That database, which is in the end what it was."""
    with DuckStore(path) as opened:
        before, content = digest(opened), path.read_bytes()
        yield opened
        assert digest(opened) == before
        assert path.read_bytes() == content
        assert list(path.parent.iterdir()) == [path]


def soon(done: Callable[[], Any]) -> Any:
    began = time.monotonic()
    found = done()
    assert time.monotonic() - began < SECONDS
    return found


def assert_told(arguments: list[str]) -> None:
    """A command line ends as is documented, and says why in one line."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as errors:
        code = soon(lambda: run(arguments))
    said = re.sub(r"\A(= graphkit [^\n]*\n)?", "", errors.getvalue())  # names put in their places
    assert code in CODES
    assert "Traceback" not in said
    if code in (1, 2):
        assert said.startswith("graphkit: "), said
        assert said.count("\n") == 1, said
        assert said.replace("\n", "").isprintable(), said
    if code == 3:
        assert said.splitlines()[-1].startswith("graphkit: ")


ASKED = [
    name
    for name, command in COMMANDS.items()
    if {"--db"} & {option for p in command.params for option in p.opts}
    and name not in ("query", "cypher", "explore", "export", "load", "doctor")
]
FINE = {
    "--by": ["usd", "tonnes"], "--for": ["magnet", "REE", "28", "metal"], "--on": ["CHN", "japan"],
    "--partner": ["supplier", "consumer"], "--period": ["2023", "2024"], "--stage": ["mine"],
    "after": ["2024"], "before": ["2023"], "country": ["KOR", "japan", "CHN"], "--to": ["KOR"],
}  # fmt: skip
"""What is answered, by the name of an argument or option; for the others it is a number."""
OURS = ("--db", "--format", "--output", "--help")


@stable(3 * ARGUMENTS // 4)
@given(st.data())
def test_any_argument_of_a_question_is_answered_or_refused(path, store, data):
    name = data.draw(st.sampled_from(ASKED))
    options, places = [], []
    for parameter in COMMANDS[name].params:
        [*_, option] = parameter.opts
        fine = st.sampled_from(FINE.get(option, ["0.5", "1", "0"]))
        value = fine if data.draw(st.integers(0, 4)) else values
        if parameter.param_type_name == "argument":
            places += data.draw(st.lists(value, min_size=parameter.required, max_size=1))
        elif option not in OURS and data.draw(st.integers(0, 3)) == 0:
            options.append(option if parameter.is_flag else f"{option}={data.draw(value)}")
    db = ["--db", str(path), "--format", data.draw(st.sampled_from(["json", "table"]))]

    assert_told([*name.split(), *db, *options, "--", *places])


@stable(10 * ARGUMENTS)
@given(st.data())
def test_any_parameter_of_a_query_is_answered_or_refused(store, data):
    query = find_query(data.draw(st.sampled_from(query_names())))
    names = [p.name for p in query.parameters if p.default is None or data.draw(st.booleans())]
    pairs = [f"{name}={data.draw(values)}" for name in names]

    def ask() -> int:
        try:
            typed = Catalog(store).keys_of(query, query.values(_pairs(pairs)))
            run_query(store, query, typed, Limits(seconds=SECONDS / 2))
        except GraphkitError as error:
            return error.exit_code
        return 0

    assert soon(ask) in CODES


@stable(ARGUMENTS // 5)
@given(st.sampled_from(query_names()), st.lists(values, max_size=2), st.lists(words, max_size=2))
def test_any_command_line_of_a_query_is_answered_or_refused(path, store, name, given_values, names):
    query = find_query(name)
    known = [p.name for p in query.parameters]
    pairs = [f"-P{k}={v}" for k, v in zip([*known, *names], given_values, strict=False)]

    assert_told(["query", "--db", str(path), *pairs, "--", name])


# --- mappings

kinds = st.sampled_from([k.name for k in GRAPH.seeded])
names = st.sampled_from(sorted({p.name for k in GRAPH.seeded for p in k.columns}))
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
ROWS: list[tuple[Any, ...]] = [
    ("China", "Korea", "280530", 2024, 1234.5, 10_000, "x"),
    ("JPN", "KR", "2805.30", 2024, 50.25, None, None),
    ("Viet Nam", "Deutschland", "284690", 2024, 7, 3, None),
]
heads = st.sampled_from(HEADS)
WHOLE = yaml.safe_load(MAPPING)
changes = st.dictionaries(
    st.sampled_from(PARTS),
    st.one_of(trees, words, st.dictionaries(names, st.one_of(heads, words, trees), max_size=4)),
    max_size=2,
)
mappings = st.one_of(
    changes.map(lambda change: {**WHOLE, **change}),
    st.fixed_dictionaries(
        {"kind": kinds, "columns": st.dictionaries(names, heads, max_size=6)},
        optional={
            "units": st.dictionaries(names, words, max_size=2),
            "defaults": st.dictionaries(names, words, max_size=4),
            "aliases": st.dictionaries(names, st.dictionaries(words, words), max_size=2),
            "source": st.dictionaries(names, words, max_size=3),
            "missing": st.lists(words, max_size=2),
            **dict.fromkeys(("header", "encoding", "delimiter", "decimal", "thousands"), words),
        },
    ),
)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def as_bytes(tree: dict[str, Any]) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass")


def with_slips(slips: list[tuple[float, int, str]]) -> bytes:
    """The whole mapping, with text written over some places."""
    text = MAPPING
    for place, length, instead in slips:
        at = int(place * len(text))
        text = text[:at] + instead + text[at + length :]
    return text.encode("utf-8", "surrogatepass")


slips = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 9), st.one_of(words, st.sampled_from("{}[]:,&*!|>"))),
    max_size=2,
)


@stable(3 * ARGUMENTS // 4)
@given(
    st.one_of(mappings.map(as_bytes), slips.map(with_slips), st.binary(max_size=100)),
    st.one_of(*[st.just(csv_text(ROWS).encode())] * 3, st.binary(max_size=60), words.map(
        lambda word: csv_text(ROWS).replace("1234.5", word).encode("utf-8", "surrogatepass"))),
)  # fmt: skip
def test_any_mapping_is_understood_or_refused(seeds, tmp_path_factory, mapping, table):
    folder = tmp_path_factory.getbasetemp() / "mapping"
    folder.mkdir(exist_ok=True)
    (folder / "map.yaml").write_bytes(mapping)
    (folder / "flows.csv").write_bytes(table)
    before = contents(seeds)

    with chdir(folder):
        assert_told(["import", "table", "flows.csv", "--mapping", "map.yaml", "--preview",
                     "-o", str(seeds)])  # fmt: skip
    assert {path.name for path in folder.iterdir()} == {"map.yaml", "flows.csv"}
    assert contents(seeds) == before
