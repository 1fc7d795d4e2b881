"""Seeds made by chance: only ever facts or problems; and what must not matter does not."""

from __future__ import annotations

import csv
import io
import os
import re
from decimal import Decimal
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from chance import SEED
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from seed_texts import SMALL, write_seeds

from graphkit.build import build_graph
from graphkit.errors import SeedError
from graphkit.schema import GRAPH
from graphkit.seeds.check import check_all
from graphkit.seeds.facts import read_seeds
from graphkit.seeds.files import SeedFile, read_file
from graphkit.seeds.text import parse

SEEDS = int(os.environ.get("FUZZED_SEEDS", "2_000"))


def stable(examples: int) -> settings:
    """The same examples in every run of one seed: what a change breaks is no luck."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(
        max_examples=examples,
        derandomize=not SEED,
        deadline=None,
        database=None,
        suppress_health_check=slow,
    )


ODD = [
    *("", "~", "null", "NO", "0102", "1_000", "12:30", "-1", "1e400", "NaN", ".inf", "2024", "24"),
    *("2024-Q1", "2025-02-29", "CHN", "KOR", "China", "share", "Dy", "customs", "280530", "true"),
    *(
        "&a x",
        "*a",
        "!t x",
        "<<",
        "[",
        "]",
        "{",
        "}",
        "- ",
        ": ",
        "#",
        "'",
        '"',
        "|",
        ">",
        "%",
        "@",
    ),
    *("\t", "\r", "\n", "\x00", "\u200b", "\ufeff", "\ufffd", "é", "𐎠", "\\", "\\ud800", "," * 3),
    *(
        "kind",
        "rows",
        "defaults",
        "units",
        "table",
        "columns",
        "kt",
        "a.csv",
        "../x.csv",
        "a" * 500,
    ),
]
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=8))
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
names = st.sampled_from(sorted({p.name for k in GRAPH.seeded for p in k.columns}))
rows = st.dictionaries(st.one_of(names, texts), trees, max_size=8)
seed_files = st.fixed_dictionaries(
    {"kind": st.sampled_from([k.name for k in GRAPH.seeded])},
    optional={
        "rows": st.one_of(st.lists(st.one_of(rows, trees), max_size=4), trees),
        "defaults": st.one_of(rows, trees),
        "units": st.one_of(st.dictionaries(names, texts, max_size=3), trees),
        "columns": st.one_of(st.dictionaries(names, st.one_of(names, trees), max_size=3), trees),
        "table": st.one_of(st.sampled_from(["t.csv", "t.parquet"]), trees),
        "other": trees,
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seeds")


@cache
def others(folder: Path, name: str) -> tuple[SeedFile, ...]:
    """The small seeds but for one file, read once for all examples."""
    whole = write_seeds(folder / "others")
    paths = sorted(set(whole.glob("*.yaml")) - {whole / name})
    return tuple(read_file(path, whole, GRAPH) for path in paths)


def assert_understood(folder: Path, text: str | bytes, name: str = "trade.yaml") -> None:
    """Reading gives facts, or problems at places that exist."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(raw)
    read = read_file(folder / name, folder, GRAPH)
    problems = {*read.problems, *check_all([*others(folder, name), read], GRAPH)}
    if not problems:
        read_seeds(write_seeds(folder / "others", {name: text}))
    assert len(str(SeedError([*problems])).splitlines()) == len(problems)
    for problem in problems:
        assert problem.message
        if problem.file in SMALL and problem.file != name:
            text = SMALL[problem.file]
        else:
            text = (folder / problem.file).read_bytes().decode("utf-8", "surrogateescape")
        if not problem.file.endswith(".parquet"):
            lines = [*re.split("\r\n|\r|\n", text), ""]
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@stable(round(0.3 * SEEDS))
@given(st.one_of(st.binary(max_size=200), st.lists(texts, max_size=40).map("".join)))
def test_any_bytes_are_facts_or_problems(folder, raw):
    assert_understood(folder, raw)


@stable(round(0.4 * SEEDS))
@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), texts), min_size=1, max_size=3),
)
def test_a_seed_with_a_few_slips_is_facts_or_problems(folder, name, slips):
    text = SMALL[name]
    for place, length, instead in slips:
        at = int(place * len(text))
        text = text[:at] + instead + text[at + length :]
    assert_understood(folder, text, name)


@stable(round(0.1 * SEEDS))
@given(seed_files, st.sampled_from([None, True, False]), st.booleans())
def test_any_tree_is_facts_or_problems(folder, tree, flow, wide):
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=wide, sort_keys=False)
    (folder / "t.csv").write_text("exporter,importer\nCHN,KOR\n")
    assert_understood(folder, text)


@stable(round(0.15 * SEEDS))
@given(
    st.one_of(
        st.binary(max_size=100),
        st.lists(st.lists(texts, max_size=4), max_size=4).map(
            lambda lines: "\n".join(",".join(line) for line in lines)
        ),
    ),
    st.booleans(),
)
def test_any_csv_is_facts_or_problems(folder, table, header):
    raw = table if isinstance(table, bytes) else table.encode("utf-8", "surrogatepass")
    top = b"exporter,importer,usd,hs\nCHN,KOR,1,280530\n" if header else b""
    (folder / "t.csv").write_bytes(top + raw)
    assert_understood(folder, SMALL["trade.yaml"].partition("rows:")[0] + "table: t.csv\n")


ARRAYS = st.sampled_from([
    pa.array(["CHN", None]), pa.array(["CHN", "\u200b"]), pa.array([1, None]), pa.array([2024, -1]),
    pa.array([1.5, float("nan")]), pa.array([True, None]), pa.array([b"\xff", b"a"]), pa.nulls(2),
    pa.array([["Dy", None], None]), pa.array([[], [1]]), pa.array([{"a": 1}, None]),
    pa.array([1, 2], pa.date32()), pa.array([1, 2], pa.timestamp("ns", "UTC")),
    pa.array([1, 2], pa.time64("ns")), pa.array(["a", "b"]).dictionary_encode(),
    pa.array([1, 2], pa.uint64()), pa.array(["1", "2"], pa.large_string()),
    pa.array([b"\xff", b"x"]).view(pa.string()), pa.array([[["a"]], None]),
])  # fmt: skip


@stable(round(0.05 * SEEDS))
@given(
    st.sampled_from([k for k in GRAPH.seeded if k.name != "Source"]),
    st.dictionaries(names, ARRAYS, max_size=6),
)
def test_any_parquet_file_is_facts_or_problems(folder, kind, columns):
    given_columns = {n: a for n, a in columns.items() if n in {p.name for p in kind.columns}}
    parquet.write_table(pa.table(given_columns), folder / "t.parquet")
    assert_understood(
        folder, f"kind: {kind.name}\ndefaults: {{source: customs}}\ntable: t.parquet\n"
    )


def as_text(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: as_text(value) for key, value in tree.items()}
    return [as_text(value) for value in tree] if isinstance(tree, list) else tree


@stable(120)
@given(
    st.recursive(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=10),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([None, True, False]),
)
@example({"a": "null", "b": ["", "~"]}, None, None)
def test_text_is_read_as_any_yaml_reader_reads_it(tree, style, flow):
    text = yaml.safe_dump(tree, default_style=style, default_flow_style=flow, allow_unicode=True)
    document = parse(text, "x.yaml")

    if not document.problems:  # explicit tags, which PyYAML writes at times, are refused
        assert document.value == yaml.load(text, yaml.CSafeLoader)
    assert document.whole


# --- what must not matter -------------------------------------------------------------------------

dollars = st.one_of(st.integers(0, 10**9), st.floats(0, 1e6).map(lambda x: round(x, 4)))
mass = st.one_of(st.integers(0, 10**6), st.floats(0, 1e3).map(lambda x: round(x, 5)))
flow = st.fixed_dictionaries(
    {
        "exporter": st.sampled_from(["CHN", "JPN", "NOR"]),
        "importer": st.sampled_from(["KOR", "NOR"]),
        "period": st.sampled_from(["2023", "2024", "2024-Q1"]),
        "dataset": st.sampled_from(["NO", "0102", "a b"]),
        "usd": st.one_of(st.none(), dollars),
        "tonnes": st.one_of(st.none(), mass),
        "basis": st.sampled_from([None, "gross", "REO"]),
    }
).filter(lambda f: f["exporter"] != f["importer"])
IDENTITY = itemgetter("exporter", "importer", "period", "dataset")
flows = st.lists(flow, min_size=1, max_size=12, unique_by=IDENTITY)
HEAD = {"product": "ree-metals", "hs": "280530", "reporter": "importer", "source": "customs"}


SETS = "kind: Dataset\ndefaults: {name: x, reporter: importer, source: customs}\nrows:\n" + "".join(
    f'  - {{key: "{key}", preference: {5 + n}}}\n'
    for n, key in enumerate(["NO", "0102", "a b", "y", *(f"d{m}" for m in range(50))])
)
"""All data sets that the flows below name."""


def dumped(rows: list[dict[str, Any]], **top: Any) -> str:
    """A seed file as a person would write it: numbers plain, text quoted only where it must be."""

    def scalar(value: Any) -> str:
        return (
            f"{value:f}" if isinstance(value, Decimal) else "null" if value is None else str(value)
        )

    lines = ["kind: EXPORTS"]
    for part, values in top.items():
        lines.append(f"{part}: {{{', '.join(f'{k}: {scalar(v)}' for k, v in values.items())}}}")
    lines.append("rows:")
    lines += ["  - {" + ", ".join(f"{k}: {scalar(v)}" for k, v in r.items()) + "}" for r in rows]
    return "\n".join(lines) + "\n"


def content(folder: Path, files: dict[str, str | bytes]) -> str:
    """The digest of the graph of the small seeds with these files of flows."""
    folder = write_seeds(folder / "whole", {"trade.yaml": None, "sets.yaml": SETS})
    for name, text in files.items():
        raw = text if isinstance(text, bytes) else text.encode()
        (folder / name).write_bytes(raw)
    graph = build_graph(read_seeds(folder))
    (marker,) = (p.table for p in graph.parts if p.kind.name == "Load")
    return str(marker["content"][0])


def as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    floats = {"usd": pa.float64(), "tonnes": pa.float64()}
    schema = pa.schema([(name, floats.get(name, pa.string())) for name in rows[0]])
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows, schema), buffer)
    return buffer.getvalue()


@stable(15)
@given(flows, st.randoms(use_true_random=False))
def test_how_facts_are_written_down_changes_nothing(folder, rows, random):
    plain = content(folder, {"m.yaml": dumped(rows, defaults=HEAD)})
    shuffled = random.sample(rows, len(rows))
    cut = random.randint(0, len(rows))
    keys = random.sample(list(rows[0]), len(rows[0]))
    said = [{key: row[key] for key in keys if row[key] is not None} for row in shuffled]
    once = {**HEAD, "basis": "gross"}
    top = f"kind: EXPORTS\ndefaults: {{{', '.join(f'{k}: {v}' for k, v in HEAD.items())}}}\n"

    variants = {
        "order of rows": {"m.yaml": dumped(shuffled, defaults=HEAD)},
        "order of files": {
            "z.yaml": dumped(rows[:cut], defaults=HEAD),
            "b.yaml": dumped(rows[cut:], defaults=HEAD),
        },
        "line ends": {"m.yaml": dumped(rows, defaults=HEAD).replace("\n", "\r\n")},
        "nothing for null": {"m.yaml": dumped(said, defaults=HEAD)},
        "defaults in every row": {"m.yaml": dumped([{**HEAD, **row} for row in said])},
        "one more default": {
            "m.yaml": dumped(
                [{k: v for k, v in r.items() if (k, v) != ("basis", "gross")} for r in rows],
                defaults=once,
            )
        },
        "block style": {
            "m.yaml": yaml.dump(
                {"kind": "EXPORTS", "defaults": HEAD, "rows": said},
                default_flow_style=False,
                default_style='"',
            ).replace("!!int ", "").replace("!!float ", "")
        },
        "CSV": {"m.yaml": top + "table: m.csv\n", "m.csv": as_csv(shuffled)},
        "Parquet": {"m.yaml": top + "table: m.parquet\n", "m.parquet": as_parquet(shuffled)},
    }  # fmt: skip
    assert {how for how, files in variants.items() if content(folder, files) != plain} == set()


@stable(15)
@given(flows, st.integers(0, 11), st.sampled_from(["usd", "tonnes", "basis", "dataset", "period"]))
def test_any_change_of_a_fact_is_another_graph(folder, rows, number, column):
    row = rows[number % len(rows)]
    other = {"usd": 0.125, "tonnes": 0.125, "basis": "x", "dataset": "y", "period": "1999"}[column]
    assume(row[column] != other)
    plain = content(folder, {"m.yaml": dumped(rows, defaults=HEAD)})
    changed = [{**r, column: other} if r is row else r for r in rows]

    assert content(folder, {"m.yaml": dumped(changed, defaults=HEAD)}) != plain


@pytest.mark.parametrize(("unit", "power"), [("kg", 3), ("kt", -3), ("Mt", -6)])
@stable(15)
@given(masses=st.lists(st.decimals(0, 10**6, places=5), min_size=50, max_size=50))
def test_a_unit_changes_nothing_but_the_text(folder, unit, power, masses):
    rows = [
        {"exporter": "CHN", "importer": "KOR", "period": "2024", "dataset": f"d{n}", "tonnes": mass}
        for n, mass in enumerate(masses)
    ]
    plain = content(folder, {"m.yaml": dumped(rows, defaults=HEAD)})
    other = [{**row, "tonnes": row["tonnes"].scaleb(power)} for row in rows]
    text = dumped(other, defaults=HEAD, units={"tonnes": unit})
    assert content(folder, {"m.yaml": text}) == plain
