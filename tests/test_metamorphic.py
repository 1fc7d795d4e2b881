"""Changes that must not change an answer do not; those that must change it in step.

The digest of a graph that is written down in other ways is tested in test_seeds_fuzz; here it is
the answers, byte for byte: no part of one says from which file or line a fact came. Only the words
of a question itself stand in its scope as they were said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from shutil import rmtree
from typing import Any

import pytest
from written_seeds import (
    AMOUNTS,
    COUNTRIES,
    Seeds,
    as_csv,
    as_parquet,
    as_yaml,
    market,
    plain,
    shuffled,
    with_reference,
    write_files,
)

import graphkit
from graphkit.api import Reply, Session
from graphkit.build import build_graph
from graphkit.importers.reference import read_reference
from graphkit.importers.table.importer import import_table
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

ASKED = (
    ("depends", "KOR"),
    ("depends", "KOR", {"on": "CHN", "scope": "magnet", "period": "2024"}),
    ("origins", "KOR", {"scope": "magnet", "largest": True}),
    ("suppliers", "JPN"),
    ("suppliers", "KOR", {"scope": "magnet"}),
    ("concentration",),
    ("concentration", "KOR", {"scope": "magnet"}),
    ("spof",),
    ("spof", "KOR", {"scope": "magnet"}),
    ("spof", {"scope": "magnet", "definition": "structural"}),
    ("origins", "KOR", {"scope": "magnet"}),
    ("reliance", "KOR"),
    ("n_minus_1",),
    ("flows",),
    ("network",),
    ("centrality",),
    ("centrality", {"scope": "alloy", "by": "tonnes"}),
    ("disrupt", "CHN"),
    ("cascade", "CHN", {"scope": "magnet"}),
    ("trend",),
    ("trend", "KOR", {"scope": "magnet"}),
    ("compare", "2023", "2024"),
    ("compare", "2023", "2024", {"of": "KOR"}),
)
QUESTIONS = [json.dumps(asked) for asked in ASKED]
OF_SOME = [asked for asked in QUESTIONS if re.search("KOR|CHN|JPN|scope", asked)]
"""Those that do not look at all products of all countries."""

Answers = Mapping[str, str]
Files = dict[str, str | bytes]
Ask = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def market_seeds() -> dict[str, list[dict[str, Any]]]:
    return market(Random(6))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """A function that loads seeds and asks them questions: the JSON of each answer."""
    folder = tmp_path_factory.mktemp("metamorphic")

    def answers(files: Files, questions: list[str] = QUESTIONS) -> dict[str, str]:
        rmtree(folder / "seeds", ignore_errors=True)
        graph = build_graph(read_seeds(write_files(folder / "seeds", files)))
        with DuckStore(folder / "graph.duckdb") as store:
            store.load(graph)
        with graphkit.open(str(folder / "graph.duckdb")) as opened:
            return {question: answer(opened, question) for question in questions}

    return answers


def answer(opened: Session, question: str) -> str:
    verb, *given = json.loads(question)
    named = given.pop() if given and isinstance(given[-1], dict) else {}
    reply: Reply = getattr(opened, verb)(*given, **named)
    return reply.to_json()


def rows(answers: Answers) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of each answer."""
    for question, text in answers.items():
        yield question, json.loads(text)["rows"]


@pytest.fixture(scope="module")
def before(ask: Ask, market_seeds: Seeds) -> dict[str, str]:
    return ask(plain(market_seeds))


def differing(before: Answers, after: Answers) -> list[str]:
    return [question for question in after if before[question] != after[question]]


# --- the same facts, written down in other ways


def renamed(seeds: Seeds, random: Random) -> Files:
    """Other names and folders, and all in another order."""
    named = enumerate(shuffled(seeds, random).items())
    return {f"{9 - n % 5}/{n}.yml.yaml": as_yaml(kind, rows) for n, (kind, rows) in named}


def with_line_ends(seeds: Seeds, random: Random) -> Files:
    """As an editor of another system writes them."""
    files = plain(seeds)
    return {name: b"\xef\xbb\xbf" + str(text).replace("\n", "\r\n").encode()
            for name, text in files.items()}  # fmt: skip


def split(seeds: Seeds, random: Random) -> Files:
    """Every kind in up to three files."""
    return {
        f"{kind}/{random.random()}-{n}.yaml": as_yaml(kind, part)
        for kind, rows in seeds.items()
        for n, part in enumerate((rows[: len(rows) // 3], rows[len(rows) // 3 :][::2],
                                  rows[len(rows) // 3 :][1::2]))
        if part
    }  # fmt: skip


def beside(ending: str, write: Callable[..., bytes]) -> Callable[..., Files]:
    """The large kinds as tables, in another order."""

    def files(seeds: Seeds, random: Random) -> Files:
        tables = {kind: random.sample(seeds[kind], len(seeds[kind]))
                  for kind in ("EXPORTS", "PRODUCES")}  # fmt: skip
        described = {f"{kind}.yaml": as_yaml(kind, [], f"{kind}.{ending}") for kind in tables}
        written = {f"{kind}.{ending}": write(rows) for kind, rows in tables.items()}
        return {**plain(seeds), **described, **written}

    return files


@pytest.mark.long
@pytest.mark.parametrize(
    "written",
    [renamed, with_line_ends, split, beside("csv", as_csv), beside("parquet", as_parquet)],
    ids=["renamed", "line ends", "split", "csv", "parquet"],
)
def test_how_facts_are_written_down_changes_no_answer(written, ask, before, market_seeds):
    assert differing(before, ask(written(market_seeds, Random(3)))) == []


@pytest.mark.long
def test_a_unit_changes_no_answer(ask, before, market_seeds):
    kilos = {**market_seeds, "EXPORTS": [scaled(row, 1000, ("tonnes",))
                                         for row in market_seeds["EXPORTS"]]}  # fmt: skip
    files = plain(kilos)
    text = str(files["EXPORTS.yaml"]).replace("rows:", "units: {tonnes: kg}\nrows:")

    assert differing(before, ask({**files, "EXPORTS.yaml": text})) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "names",
    [
        {"KOR": "Korea", "JPN": "nippon", "CHN": "CN", "magnet": "magnets",
         "alloy": "Rare-earth alloy"},
        {"KOR": "kr", "JPN": "japan", "CHN": "peoples-republic of china",
         "magnet": "Rare-Earth Magnet", "alloy": "alloys AND metals"},
    ],
)  # fmt: skip
def test_the_name_of_a_thing_changes_no_answer(names, ask, before, market_seeds):
    spoken = [re.sub('"(KOR|JPN|CHN|magnet|alloy)"', lambda found: f'"{names[found[1]]}"', asked)
              for asked in QUESTIONS]  # fmt: skip
    after = ask(plain(market_seeds), spoken)

    for question, name in zip(QUESTIONS, spoken, strict=True):
        wanted, found = json.loads(before[question]), json.loads(after[name])
        for text in (wanted, found):
            text["scope"].pop("for", None)
        assert found == wanted, name


@pytest.mark.long
def test_the_names_in_an_imported_table_change_no_answer(ask, before, market_seeds, tmp_path):
    seeds, table, mapping = (tmp_path / name for name in ("seeds", "flows.csv", "map.yaml"))
    write_files(
        seeds, {k: v for k, v in with_reference(market_seeds).items() if k != "EXPORTS.yaml"}
    )
    called = {key: [key, name, iso2, *aliases] for key, (name, iso2, aliases) in COUNTRIES.items()}
    chance = Random(4)
    flows = [
        {name: chance.choice(called[value]) if name in ("exporter", "importer") else value
         for name, value in flow.items()}
        for flow in market_seeds["EXPORTS"]
    ]  # fmt: skip
    table.write_bytes(as_csv(flows))
    mapping.write_text(
        json.dumps({"kind": "EXPORTS", "columns": {name: name for name in flows[0]}})
    )
    import_table(table, mapping, seeds, read_reference(seeds))

    files = {str(path.relative_to(seeds)): path.read_bytes()
             for path in seeds.rglob("*") if path.is_file()}  # fmt: skip
    assert differing(before, ask(files)) == []


# --- other facts


def scaled(row: dict[str, Any], factor: int, amounts: tuple[str, ...] = AMOUNTS) -> dict[str, Any]:
    """A row with its amounts multiplied."""
    return {k: v * factor if k in amounts and v is not None else v for k, v in row.items()}


AMOUNT = re.compile(
    r"(usd|tonnes|([a-z]+_)?trade$|total|imports|exports|production|supply|demand|strength|lost_imports|min_flow)"
    r"(?!.*(share|change))"
)
"""Columns of amounts; all other numbers are parts, counts, places or indices."""


def in_step(row: dict[str, Any], factor: float) -> dict[str, Any]:
    return {
        name: value * factor
        if AMOUNT.match(name) and isinstance(value, int | float) and not isinstance(value, bool)
        else value
        for name, value in row.items()
    }


@pytest.mark.long
@pytest.mark.parametrize(("factor", "error"), [(1024, 0), (2**-4, 0), (1000, 1e-9)])
def test_larger_flows_make_larger_amounts_and_the_same_shares(
    factor, error, ask, before, market_seeds
):
    larger = {kind: [scaled(row, factor) for row in rows] for kind, rows in market_seeds.items()}
    for (question, old), (_, new) in zip(rows(before), rows(ask(plain(larger))), strict=True):
        for was, now in zip(old, new, strict=True):
            for name, wanted in in_step(was, factor).items():
                if isinstance(wanted, float):
                    wanted = pytest.approx(wanted, rel=error, abs=error)
                assert now[name] == wanted, (question, name)


@pytest.mark.long
def test_two_countries_that_swap_all_they_do_swap_in_the_answers(ask, before, market_seeds):
    def other(text: str) -> str:
        return re.sub("CHN|JPN", lambda found: {"CHN": "JPN", "JPN": "CHN"}[found[0]], text)

    swapped = json.loads(other(json.dumps(market_seeds)))
    after = ask(plain(swapped), [other(question) for question in QUESTIONS])
    for (question, old), (_, new) in zip(rows(before), rows(after), strict=True):
        wanted = [json.loads(other(json.dumps(row))) for row in old]
        assert in_order(new) == in_order(wanted), question


def in_order(table: list[dict[str, Any]]) -> list[str]:
    """Rows, and names in each, in an order that does not hang on keys; numbers to nine digits."""

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.9g}")
        return sorted(value) if isinstance(value, list) else value

    return sorted(json.dumps({k: rounded(v) for k, v in row.items()}) for row in table)


SALT = {
    "Country": [{"iso3": "ISL", "name": "Iceland", "type": "country", "source": "s"},
                {"iso3": "NOR", "name": "Norway", "type": "country", "source": "s"}],
    "Product": [{"key": "salt", "name": "Salt", "stage": "mine", "source": "s"}],
    "EXPORTS": [{"exporter": "NOR", "importer": "ISL", "product": "salt", "hs": None,
                 "hs_revision": None, "reporter": "importer", "dataset": "d", "period": "2024",
                 "usd": 5000, "tonnes": 900, "source": "s"}],
}  # fmt: skip
"""Trade that has nothing to do with the rest."""


def added(seeds: Seeds, more: Seeds) -> dict[str, list[dict[str, Any]]]:
    return {kind: [*rows, *more.get(kind, [])] for kind, rows in seeds.items()}


@pytest.mark.long
def test_what_is_irrelevant_changes_no_answer(ask, before, market_seeds):
    after = ask(plain(added(market_seeds, SALT)), OF_SOME)

    assert [question for question in differing(before, after) if "scope" in question] == []
    # Where no product was asked for, what an answer rests on is all there is.
    assert dict(rows(after)) == {q: old for q, old in rows(before) if q in after}


SHARES = re.compile(r"share|hhi|cr[13]|face_value|hidden|low$|high$|loss|direct|indirect|rank")
IDENTITY = ("consumer", "supplier", "exporter", "importer", "origin", "country", "removed",
            "product", "stage", "period", "before", "after", "traced_to", "market",
            "measure")  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("amount", [0, None], ids=["zero", "unknown"])
def test_a_flow_of_nothing_changes_no_share(amount, ask, before, market_seeds):
    flows = market_seeds["EXPORTS"]
    [like, *_] = [f for f in flows if (f["importer"], f["product"]) == ("KOR", "magnet")
                  and f["period"] == "2024"]  # fmt: skip
    pairs = {(f["exporter"], f["importer"], f["product"]) for f in flows}
    [new, *_] = [c for c in COUNTRIES if c != "KOR" and (c, "KOR", "magnet") not in pairs]
    more = {"EXPORTS": [{**like, "exporter": new, "usd": amount, "tonnes": amount}]}
    after = dict(rows(ask(plain(added(market_seeds, more)))))
    compared = 0
    for question, old in rows(before):
        found = {tuple(row.get(name) for name in IDENTITY): row for row in after[question]}
        for row in old:
            if row.get("status") == "lost" and row["supplier"] == new:
                continue  # it is among the partners again, with nothing
            now = found[tuple(row.get(name) for name in IDENTITY)]
            for name in filter(SHARES.search, row):
                assert now[name] == row[name], (question, name)
                compared += 1
    assert compared > 500
