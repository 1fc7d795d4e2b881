"""Questions about several years: sums by hand, and those of a graph that holds the sums."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pytest
from long_cases import others_long
from saying import Naming
from seed_texts import SMALL, write_seeds

from graphkit.analysis.production import production_sums
from graphkit.answers.coverage import Lacking
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError
from graphkit.plot.pictures import picture
from graphkit.render.answer import scope_line
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

HEAD = (
    "kind: EXPORTS\ndefaults: {reporter: importer, dataset: test, source: customs, basis: gross}\n"
)
MADE = "kind: PRODUCES\ndefaults: {source: customs, basis: gross, product: ree-metals}\n"


def flows(*rows: str, head: str = HEAD) -> str:
    """Write ``"CHN KOR 2022 60 6"``: China sells Korea 60 USD and 6 t (``?``: unknown)."""
    lines = []
    for row in rows:
        seller, buyer, period, usd, tonnes, *product = row.split()
        mass = "" if tonnes == "?" else f", tonnes: {tonnes}"
        of = product[0] if product else "ree-metals"
        ends = f"exporter: {seller}, importer: {buyer}, period: {period}, product: {of}"
        lines.append(f"  - {{{ends}, usd: {usd}{mass}}}")
    return f"{head}rows:\n" + "\n".join(lines) + "\n"


YEARS = flows(
    "CHN KOR 2021 60 6", "JPN KOR 2021 40 2",
    "CHN KOR 2022-H1 20 ?", "CHN KOR 2022-Q3 10 1", "JPN KOR 2022-Q4 30 1",
    "CHN KOR 2022-01 5 1", "CHN KOR 2023-Q1 900 9", "NOR KOR 2024 40 4",
)  # fmt: skip
"""2022 is whole in parts, beside a month of it; of 2023 there is one quarter alone."""


def test_several_years_are_added_up_and_a_missing_one_is_named(graph_of):
    asked = graph_of({"trade.yaml": YEARS})

    answer = asked.suppliers("KOR", period="2021-2024")
    names = ("supplier", "period", "usd", "tonnes", "share_usd", "share_tonnes")
    assert [tuple(row[n] for n in names) for row in answer.rows.to_pylist()] == [
        ("CHN", "2021-2024", 90.0, 7.0, 0.45, 0.5),
        ("JPN", "2021-2024", 70.0, 3.0, 0.35, pytest.approx(3 / 14)),
        ("NOR", "2021-2024", 40.0, 4.0, 0.2, pytest.approx(4 / 14)),
    ]
    row = answer.rows.to_pylist()[0]
    assert row["hhi_usd"] == pytest.approx(10_000 * (0.45**2 + 0.35**2 + 0.2**2))
    assert row["missing_tonnes_share"] == pytest.approx(20 / 200)
    assert answer.coverage.lacking(Lacking.TRADE) == {"ree-metals": ("2023",)}
    assert answer.coverage.trade.flows == 6

    [year] = asked.suppliers("KOR", period="2022", scope="ree-metals").coverage.series
    assert (year.period, year.flows, year.usd) == ("2022", 3, 60.0)
    [half] = asked.depends("KOR", period="2022-07..2022-12").rows.to_pylist()
    assert (half["supplier"], half["period"], half["share_usd"]) == ("JPN", "2022-H2", 0.75)
    with pytest.raises(GraphkitError, match=r"imports of South Korea .*in 2023"):
        asked.depends("KOR", period="2023")
    with pytest.raises(GraphkitError, match=r"no trade flows .*in 2025-2026"):
        asked.dependents("CHN", period="2025-2026")


@pytest.mark.parametrize(
    ("ask", "years"),
    others_long([
        (lambda graph: graph.suppliers("KOR", period="2021-2024"), "2021-2022, 2024"),
        (lambda graph: graph.depends("KOR", period="2022-2023"), "2022"),
        (lambda graph: graph.origins("KOR", period="2023-2024"), "2024"),
        (lambda graph: graph.spof("KOR", period="2022-2023"), "2022"),
        (lambda graph: graph.disrupt("JPN", period="2021-2023"), "2021-2022"),
        (lambda graph: graph.flows(period="2023-2024"), "2024"),
        (lambda graph: graph.concentration(period="2022-2023"), "2022"),
        (lambda graph: graph.centrality(period="2022-2023"), "2022"),
    ], 4),
)  # fmt: skip
def test_each_row_of_a_run_with_a_year_missing_names_the_years_it_is_of(graph_of, ask, years):
    answer = ask(graph_of({"trade.yaml": YEARS}))

    assert set(answer.rows["years"].to_pylist()) == {years}
    names = answer.rows.column_names
    assert names.index("years") == names.index("period") + 1
    assert answer.scope.as_object()["years"] == years
    assert f"ata of {years}" in scope_line(answer)


def test_rows_of_several_products_name_the_years_of_those_that_lack_one(graph_of):
    more = "CHN KOR 2022 9 1 ndfeb", "CHN KOR 2023 9 1 ndfeb"
    products = SMALL["products.yaml"] + "  - {key: ndfeb, name: NdFeB, stage: metal}\n"
    text = YEARS + flows(*more).removeprefix(HEAD + "rows:\n")
    graph = graph_of({"trade.yaml": text, "products.yaml": products})

    rows = graph.depends("KOR", period="2022-2023").rows.to_pylist()
    assert {row["product"]: row["years"] for row in rows} == {"ree-metals": "2022", "ndfeb": None}
    rows = graph.flows(period="2022-2023").rows.to_pylist()
    assert {row["years"] for row in rows} == {"ree-metals 2022"}
    assert "years" not in graph.depends("KOR", period="2022").rows.column_names


def test_a_picture_and_a_brief_name_the_years_beside_the_period(graph_of):
    graph = graph_of({"trade.yaml": YEARS})
    answer = graph.depends("KOR", period="2021-2024")

    below = picture(answer).option["title"][0]["subtext"]

    assert below.startswith("2021-2024 (data of 2021-2022, 2024) · ")
    assert graph.brief("KOR", period="2021-2024").bullets[0] == Naming(
        "2021-2024 (data of 2021-2022, 2024) … South Korea imported"
    )


@pytest.mark.long
def test_a_sum_keeps_to_the_data_set_with_the_most_years(graph_of):
    # The preferred set has 2021 and 2023, the second one all three years, the third one 2022 alone.
    second, third = (HEAD.replace("dataset: test", f"dataset: {name}") for name in ("d", "other"))
    rows = ("CHN KOR 2021 50 5", "CHN KOR 2022 50 5", "JPN KOR 2023 50 5")
    asked = graph_of({
        "trade.yaml": flows("CHN KOR 2021 60 6", "CHN KOR 2023 60 6"),
        "other.yaml": flows(*rows, head=second),
        "third.yaml": flows("CHN KOR 2022 1 1", head=third),
    })  # fmt: skip

    def sums(period: str, **more: str) -> list[tuple[str, str, float]]:
        rows = asked.suppliers("KOR", period=period, **more).rows.to_pylist()
        return [(row["dataset"], row["supplier"], row["usd"]) for row in rows]

    assert sums("2021-2023") == [("d", "CHN", 100.0), ("d", "JPN", 50.0)]
    assert sums("2021") == [("test", "CHN", 60.0)]
    assert sums("2021-2023", dataset="test") == [("test", "CHN", 120.0)]
    assert sums("2023-2024") == [("test", "CHN", 60.0)]
    assert asked.origins("KOR", period="2021-2023").coverage.series[0].dataset == "d"
    answer = asked.suppliers("KOR", period="2021-2023", dataset="test")
    assert answer.coverage.lacking(Lacking.TRADE) == {"ree-metals": ("2022",)}


CLAIMS = """\
kind: Claim
defaults: {kind: share, unit: share, measure: imports, value: 0.5, source: customs,
           consumer: KOR, supplier: CHN, product: ree-metals}
rows:
  - {key: before, period: 2020}
  - {key: of-a-year, period: 2021}
  - {key: of-the-run, period: 2021-2022}
  - {key: longer, period: 2020-2024}
"""


@pytest.mark.long
def test_claims_of_its_years_stand_beside_a_sum_and_that_of_the_run_is_compared(graph_of):
    asked = graph_of({"trade.yaml": YEARS, "claims.yaml": CLAIMS})

    answer = asked.depends("KOR", on="CHN", scope="ree-metals", period="2021-2022")
    assert set(answer.claims["key"].to_pylist()) == {"of-a-year", "of-the-run", "longer"}
    [compared] = answer.comparisons.to_pylist()
    assert (compared["claim"], compared["share_usd"]) == ("of-the-run", 90 / 160)
    assert compared["points_usd"] == pytest.approx(100 * (90 / 160 - 0.5))
    part = asked.depends("KOR", on="CHN", scope="ree-metals", period="2020-2024")
    assert "longer" in part.claims["key"].to_pylist()
    assert len(part.comparisons) == 0  # without data of 2020 and 2023


# --- a sum is the same as one year that holds the sum

CHAIN = {
    "stages.yaml": """\
kind: Stage
defaults: {source: customs}
rows:
  - {key: mine, name: Mine, position: 1}
  - {key: metal, name: Metal, position: 4}
""",
    "products.yaml": """\
kind: Product
defaults: {source: customs}
rows:
  - {key: ore, name: Ore, stage: mine}
  - {key: ree-metals, name: Rare-earth metals, stage: metal}
""",
    "made-into.yaml": """\
kind: MADE_INTO
rows:
  - {input: ore, output: ree-metals, process: smelting, kind: main, source: customs}
""",
    "contains.yaml": SMALL["contains.yaml"] + "  - {product: ore, element: Dy, role: main}\n",
}
COUNTRIES = ("CHN", "JPN", "KOR", "NOR")
Flow = tuple[str, str, str]
"""Exporter, importer and product."""


def random_facts(seed: int) -> tuple[dict[str, dict[Flow, Any]], dict[str, dict[Any, float]]]:
    """Make up trade and production of some years, by year; amounts are whole numbers."""
    chance = random.Random(seed)
    pairs = [
        (a, b, p) for a in COUNTRIES for b in COUNTRIES if a != b for p in ("ore", "ree-metals")
    ]
    traded, made = {}, {}
    for year in ("2021", "2022", "2023"):
        some = chance.sample(pairs, 12)
        masses = {flow: chance.randint(1, 9) for flow in some}
        traded[year] = {flow: (t * chance.randint(5, 15), t) for flow, t in masses.items()}
        traded[year]["CHN", "KOR", "ree-metals"] = (50, 5)
        made[year] = {(who, "ore"): chance.randint(20, 90) for who in ("CHN", "NOR")}
        made[year]["CHN", "ree-metals"] = chance.randint(50, 90)
    return traded, made


def seeds_of(
    traded: dict[str, dict[Flow, Any]], made: dict[str, dict[Any, float]]
) -> dict[str, str]:
    rows = [
        f"{seller} {buyer} {year} {usd} {tonnes} {product}"
        for year, of in traded.items()
        for (seller, buyer, product), (usd, tonnes) in of.items()
    ]
    figures = [
        f"  - {{country: {who}, product: {product}, period: {year}, tonnes: {tonnes}}}"
        for year, of in made.items()
        for (who, product), tonnes in of.items()
    ]
    return {**CHAIN, "trade.yaml": flows(*rows),
            "production.yaml": "\n".join([MADE + "rows:", *figures, ""])}  # fmt: skip


def summed(by_year: dict[str, dict[Any, Any]], label: str) -> dict[str, dict[Any, Any]]:
    """Add up all years, number by number."""
    sums: dict[Any, Any] = {}
    for of in by_year.values():
        for key, value in of.items():
            before = sums.get(key)
            pair = isinstance(value, tuple)
            sums[key] = (
                value if before is None
                else tuple(map(sum, zip(before, value, strict=True))) if pair else before + value
            )  # fmt: skip
    return {label: sums}


@pytest.fixture(scope="module", params=range(3))
def years_and_sum(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterable[tuple[Session, Session]]:
    """A graph of three years, and one whose only year holds their sums."""
    folder = tmp_path_factory.mktemp("sums")
    traded, made = random_facts(request.param)
    with DuckStore(folder / "years.duckdb") as years, DuckStore(folder / "sum.duckdb") as sums:
        summed_up = seeds_of(summed(traded, "2021"), summed(made, "2021"))
        for store, name, files in (
            (years, "years", seeds_of(traded, made)),
            (sums, "sums", summed_up),
        ):
            store.load(build_graph(read_seeds(write_seeds(folder / name, files))))
        yield Session(years), Session(sums)


QUESTIONS: dict[str, Callable[[Session, str], Any]] = {
    "depends": lambda g, p: g.depends("KOR", period=p),
    "suppliers": lambda g, p: g.suppliers("JPN", period=p),
    "dependents": lambda g, p: g.dependents("CHN", period=p, min_share=0.1),
    "group": lambda g, p: g.suppliers("KOR+JPN", period=p),
    "origins": lambda g, p: g.origins("KOR", period=p, by="tonnes"),
    "origins of a group": lambda g, p: g.origins("KOR+JPN", period=p),
    "without": lambda g, p: g.origins("KOR", period=p, without="CHN"),
    "look-through": lambda g, p: g.origins("KOR", period=p, largest=True),
    "shares": lambda g, p: g.spof(period=p, each=True, possible=True),
    "structure": lambda g, p: g.spof("KOR", definition="structural", period=p),
    "disrupt": lambda g, p: g.disrupt("CHN", scope="ore", period=p, slack=0.1),
    "cascade": lambda g, p: g.cascade("CHN", scope="ore", period=p, tolerance=0.01),
    "concentration": lambda g, p: g.concentration(period=p),
    "imports": lambda g, p: g.concentration("KOR", period=p),
    "reliance": lambda g, p: g.reliance("CHN", period=p),
    "n minus 1": lambda g, p: g.n_minus_1(period=p),
    "flows": lambda g, p: g.flows(period=p),
    "centrality": lambda g, p: g.centrality(period=p),
    "layered": lambda g, p: g.layered_centrality(period=p),
}  # fmt: skip


@pytest.mark.parametrize("name", others_long(QUESTIONS, 4))
def test_a_sum_over_years_answers_as_one_year_that_holds_the_sums(years_and_sum, name):
    years, sums = years_and_sum
    of_years = rows_of(QUESTIONS[name](years, "2021-2023"), "2021-2023")
    of_sum = rows_of(QUESTIONS[name](sums, "2021"), "2021")

    assert of_years
    assert [row.keys() for row in of_years] == [row.keys() for row in of_sum]
    assert [list(row.values()) for row in of_years] == [
        [pytest.approx(v, rel=1e-9, abs=1e-12) if isinstance(v, float) else v for v in row.values()]
        for row in of_sum
    ]


def rows_of(answer: Any, period: str) -> list[dict[str, Any]]:
    """Read the rows, which all have the period, in a fixed order."""
    rows = answer.rows.to_pylist()
    assert {row.pop("period") for row in rows if "period" in row} <= {period}
    return sorted(rows, key=lambda row: [str(v) for v in row.values() if not isinstance(v, float)])


@pytest.mark.parametrize("consumer", ["KOR", "EU27"])
def test_shipped_trade_of_four_years_is_the_sum_of_each_year(ask, consumer):
    def suppliers(period: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = ask.suppliers(
            consumer, scope="ree-metals,ree-compounds", period=period
        ).rows.to_pylist()
        return rows

    usd: dict[tuple[str, str], list[float]] = defaultdict(list)
    whole: dict[str, list[float]] = defaultdict(list)
    for year in ("2020", "2021", "2022", "2023"):
        for row in suppliers(year):
            usd[row["product"], row["supplier"]].append(row["usd"])
            whole[row["product"]].append(row["usd"])

    found = {(row["product"], row["supplier"]): row for row in suppliers("2020-2023")}
    assert found.keys() == usd.keys()
    assert [row["usd"] for row in found.values()] == [pytest.approx(fsum(usd[k])) for k in found]
    assert [row["share_usd"] for row in found.values()] == [
        pytest.approx(fsum(usd[key]) / fsum(whole[key[0]])) for key in found
    ]


# --- production

EDITIONS = {
    "sources.yaml": SMALL["sources.yaml"]
    + "  - {key: book-1, title: A, publisher: P, published: 2023, edition_of: book, licence: x}\n"
    + "  - {key: book-2, title: B, publisher: P, published: 2024, edition_of: book, licence: x}\n",
    "production.yaml": """\
kind: PRODUCES
defaults: {basis: gross, product: ree-metals}
rows:
  - {country: CHN, period: 2022, tonnes: 60, share: 0.6, source: book-1}
  - {country: JPN, period: 2022, tonnes: 40, share: 0.4, source: book-1}
  - {country: WLD, period: 2022, tonnes: 100, source: book-1}
  - {country: CHN, period: 2023, tonnes: 150, share: 0.75, source: book-2}
  - {country: JPN, period: 2023, qualifier: withheld, source: book-2}
  - {country: NOR, period: 2023, tonnes: 30, share: 0.15, source: book-2}
  - {country: WLD, period: 2023, tonnes: 200, source: book-2}
  - {country: CHN, period: 2023, tonnes: 7, source: customs}
""",
}


@pytest.mark.long
def test_production_is_added_up_over_the_editions_of_a_source(graph_of):
    asked = graph_of(EDITIONS)

    [row] = asked.concentration(period="2022-2023").rows.to_pylist()
    assert (row["market"], row["source"], row["period"]) == (
        "production", "book-1+book-2", "2022-2023",
    )  # fmt: skip
    assert (row["total_tonnes"], row["top"], row["cr1"]) == (300.0, "CHN", pytest.approx(0.7))
    # Japan made 40 and an unknown part of the 20 that are left of 2023, Norway 30.
    assert row["hhi_low"] == pytest.approx(10_000 * (0.7**2 + (40 / 300) ** 2 + 0.1**2))
    assert row["hhi_high"] == pytest.approx(10_000 * (0.7**2 + 0.2**2 + 0.1**2))
    answer = asked.concentration(period="2022-2023")
    assert answer.sources["key"].to_pylist() == ["book-1", "book-2"]

    with pytest.raises(GraphkitError, match=r"production figures.* 2022, 2023"):
        asked.concentration(period="2021-2023")


@pytest.mark.long
def test_a_chain_without_a_year_of_production_says_which(graph_of):
    made = EDITIONS | {"trade.yaml": flows("CHN KOR 2022 60 6", "CHN KOR 2023 40 4")}
    asked = graph_of(made)

    known = asked.origins("KOR", period="2022-2023", by="tonnes")
    assert known.coverage.network[0].observed == 2
    assert not known.coverage.lacking(Lacking.PRODUCTION)
    longer = asked.origins("KOR", period="2021-2023", by="tonnes")
    assert longer.coverage.lacking(Lacking.TRADE) == {"ree-metals": ("2021",)}
    # Of the years with trade, production is known.
    assert longer.coverage.network[0].observed == 2


CLAIMED = """\
kind: Claim
defaults: {kind: share, supplier: CHN, product: ree-metals, unit: share, measure: production,
           source: customs}
rows:
"""
THROUGH_CHINA = flows(*(
    f"{ends} {year} {amounts}" for year in ("2021", "2022", "2023")
    for ends, amounts in (("NOR CHN", "90 9"), ("CHN KOR", "60 6"))
))  # fmt: skip


def through_china(graph_of, **claimed: float) -> Session:
    """China buys more than it sells, and makes a claimed share of the world's metals."""
    rows = [f"  - {{key: made-{year[1:]}, period: {year[1:]}, value: {share}}}\n"
            for year, share in claimed.items()]  # fmt: skip
    claims = {"claims.yaml": CLAIMED + "".join(rows)} if rows else {}
    return graph_of({"trade.yaml": THROUGH_CHINA} | claims)


def made_in_china(graph: Session, period: str) -> tuple[float, float, float]:
    """The share of Korea's imports that China made, and its range."""
    rows = graph.origins("KOR", period=period, by="tonnes").rows.to_pylist()
    return next((r["share"], r["low"], r["high"]) for r in rows if r["origin"] == "CHN")


@pytest.mark.long
def test_shares_claimed_for_each_year_of_a_run_estimate_its_point_and_bound_nothing(graph_of):
    unclaimed = made_in_china(through_china(graph_of), "2022-2023")
    graph = through_china(graph_of, y2022=0.9, y2023=0.8)
    ends = [made_in_china(graph, year)[0] for year in ("2022", "2023")]

    point, *bounds = made_in_china(graph, "2022-2023")
    assert min(ends) < point < max(ends)
    assert bounds == [*unclaimed[1:]]
    assert Naming(
        "mean … no bound (rare-earth metals in China: 90 % in 2022, 80 % in 2023)"
    ) in words_of_notes(graph.origins("KOR", period="2022-2023").notes)


@pytest.mark.long
def test_a_share_claimed_for_one_year_carries_no_run_of_years(graph_of):
    unclaimed = made_in_china(through_china(graph_of), "2022-2023")
    graph = through_china(graph_of, y2022=0.9)

    assert made_in_china(graph, "2022-2023")[0] == unclaimed[0]
    assert Naming(
        "one year … no run of years … trade alone … rare-earth metals in China: 90 % in 2022"
    ) in words_of_notes(graph.origins("KOR", period="2022-2023").notes)


@pytest.mark.long
def test_years_with_and_without_a_claimed_share_name_the_step_between_them(graph_of):
    graph = through_china(graph_of, y2022=0.9)
    step = Naming("claimed share … trade alone … step … rare-earth metals in China: 90 % in 2022")

    for period in ("2021", "2022", "2023", "2021,2022"):
        assert step in words_of_notes(graph.origins("KOR", period=period).notes)
    whole = through_china(graph_of, y2020=0.9, y2021=0.9, y2022=0.9, y2023=0.9)
    assert not [
        note for note in words_of_notes(whole.origins("KOR", period="2022").notes) if "step" in note
    ]


TEXTS = ("country", "type", "product", "stage", "period", "basis", "source", "series",
         "qualifier", "published_value", "note")  # fmt: skip
FIGURES = pa.schema([
    *((name, pa.string()) for name in TEXTS),
    *((name, pa.float64()) for name in ("tonnes", "low", "high", "share")),
    *((name, pa.bool_()) for name in ("estimated", "observed")),
])  # fmt: skip


def figures(*rows: str, basis: str = "gross") -> pa.Table:
    """Write ``"AUS 2022 20 0.2"``: country, year, tonnes (``?``: withheld) and share (or ``-``)."""
    return pa.Table.from_pylist([
        {"country": who, "type": "world" if who == "WLD" else "country", "product": "ore",
         "stage": "mine", "period": year, "tonnes": None if mass == "?" else float(mass),
         "share": None if share == "-" else float(share), "basis": basis, "source": "s",
         "qualifier": "withheld" if mass == "?" else None, "observed": True, "series": "s"}
        for who, year, mass, share in map(str.split, rows)
    ], FIGURES)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "of", "tonnes", "bounds", "share"),
    [
        (["AUS 2022 20 0.2", "AUS 2023 30 0.3"], "AUS", 50.0, (None, None), None),
        (["AUS 2022 20 0.2", "WLD 2022 100 -", "AUS 2023 30 0.1", "WLD 2023 300 -"], "AUS",
         50.0, (None, None), 0.125),
        # Not listed in 2023, of which 60 are left; then nothing is left.
        (["AUS 2022 20 0.2", "WLD 2022 100 -", "NOR 2023 240 0.8", "WLD 2023 300 -"], "AUS",
         None, (20.0, 80.0), None),
        (["AUS 2022 20 0.2", "WLD 2022 100 -", "NOR 2023 299 1", "WLD 2023 300 -"], "AUS",
         20.0, (None, None), 0.05),
        (["AUS 2022 20 0.2", "NOR 2023 240 -"], "AUS", None, (20.0, None), None),
        (["AUS 2022 20 0.2", "AUS 2023 ? -"], "AUS", None, (20.0, None), None),
        (["AUS 2022 ? -", "AUS 2023 ? -"], "AUS", None, (None, None), None),
    ],
)  # fmt: skip
def test_a_sum_of_production_is_as_sure_as_its_years(rows, of, tonnes, bounds, share):
    sums = production_sums(figures(*rows), {"ore": "2022-2023"}).to_pylist()
    [row] = [row for row in sums if row["country"] == of]

    assert (row["period"], row["tonnes"], (row["low"], row["high"])) == (
        "2022-2023", tonnes, bounds,
    )  # fmt: skip
    assert row["share"] == pytest.approx(share)


@pytest.mark.parametrize("seed", range(20))
def test_a_sum_of_production_holds_the_truth_whatever_is_not_published(seed):
    chance = random.Random(seed)
    truth = {
        (who, year): chance.randint(1, 99) for who in ("A", "B", "C") for year in ("2022", "2023")
    }
    world = {year: sum(v for (_, y), v in truth.items() if y == year) for year in ("2022", "2023")}
    shown = [f"{who} {year} {v} -" for (who, year), v in truth.items() if chance.random() < 0.6]
    totals = [f"WLD {year} {v} -" for year, v in world.items() if chance.random() < 0.6]
    rows = [*shown, *totals, "Z 2022 0 -", "Z 2023 0 -"]
    chance.shuffle(rows)

    for row in production_sums(figures(*rows), {"ore": "2022-2023"}).to_pylist():
        true = sum(v for (who, _), v in truth.items() if who == row["country"])
        true = sum(world.values()) if row["type"] == "world" else true
        exact = (row["tonnes"], row["tonnes"])
        low, high = exact if row["tonnes"] is not None else (row["low"] or 0, row["high"] or inf)
        assert low - 1e-9 <= true <= high + 1e-9 + 0.005 * true


def test_figures_of_a_basis_without_a_year_have_no_sum():
    table = pa.concat_tables([figures("AUS 2022 20 -"), figures("AUS 2023 5 -", basis="metal")])

    assert not len(production_sums(table, {"ore": "2022-2023"}))


# --- balances, prices and both sides' reports

BALANCE = """\
kind: REPORTS
defaults: {country: KOR, element: Dy, unit: t, basis: gross, balance: Dy, source: customs}
rows:
  - {statistic: imports, label: Imports, period: 2022, value: 60}
  - {statistic: exports, label: Exports, period: 2022, value: 10}
  - {statistic: stocks, label: Stocks, period: 2021, value: 7}
  - {statistic: stocks, label: Stocks, period: 2022, value: 5}
  - {statistic: consumption, label: Consumption, period: 2022, value: 80}
  - {statistic: imports, label: Imports, period: 2023, value: 90}
  - {statistic: exports, label: Exports, period: 2023, value: 20}
  - {statistic: stocks, label: Stocks, period: 2023, value: 8}
  - {statistic: consumption, label: Consumption, period: 2023, value: 120}
"""


def test_national_balances_are_added_up(graph_of):
    asked = graph_of({"balances.yaml": BALANCE, "trade.yaml": None})

    [row] = asked.reliance("KOR", period="2022-2023").rows.to_pylist()
    assert [row[n] for n in ("imports", "exports", "stock_change", "consumption")] == [
        150.0, 30.0, -1.0, 200.0,
    ]  # fmt: skip
    assert row["reliance_low"] == pytest.approx((150 - 30 - 1) / 200)
    [lacking] = asked.reliance("KOR", period="2021-2024").rows.to_pylist()
    assert (lacking["reliance_low"], lacking["missing"]) == (None, "balance of 2024")


def test_prices_of_several_years_stand_year_by_year(ask):
    rows = ask.prices(scope="ree-metals", period="2021-2023").rows.to_pylist()

    assert [row["period"] for row in rows] == ["2021", "2022", "2023"]
    [last] = ask.prices(scope="ree-metals", period="2023").rows.to_pylist()
    assert rows[2]["usd_per_tonne"] == pytest.approx(last["usd_per_tonne"])


def test_reports_are_added_up_over_the_years_that_both_sides_report(graph_of):
    bought = HEAD.replace("dataset: test", "dataset: d")
    sold = HEAD.replace("importer, dataset: test", "exporter, dataset: exporters")
    buys, sells = {2021: 5, 2022: 6, 2023: 7}, {2022: 4, 2023: 6, 2024: 9}
    asked = graph_of({
        "trade.yaml": flows(*(f"CHN KOR {y} {10 * n} {n}" for y, n in buys.items()), head=bought),
        "sold.yaml": flows(*(f"CHN KOR {y} {10 * n} {n}" for y, n in sells.items()), head=sold),
    })  # fmt: skip

    answer = asked.mirror(period="2021-2023")
    [row] = answer.rows.to_pylist()
    assert [row[n] for n in ("period", "usd_exporter", "usd_importer", "tonnes_difference")] == [
        "2021-2023", 100.0, 130.0, 3.0,
    ]  # fmt: skip
    assert row["usd_ratio"] == pytest.approx(1.3)
    assert answer.coverage.lacking(Lacking.REPORTS) == {"ree-metals": ("2021",)}
