"""Questions against random chains whose whole truth is known: blocs, several years, --without.

A chain of :mod:`test_supply_truth` is written as seeds: each flow and each production is split over
two years, and for a bloc over two members that also trade with one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chance import SEED
from long_cases import others_long
from seed_texts import write_seeds
from test_supply_questions import CHAIN as LINKS
from test_supply_truth import (
    BY_PRODUCT,
    CHAIN,
    CHAINS,
    COUNTRIES,
    FORK,
    MIXED,
    Shape,
    Truth,
    chain,
    passed_in_truth,
    true_shares,
)
from test_supply_truth import left_in_truth as left

from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

STAGES = {"ore": "mine", "oxide": "separate", "carbonate": "separate", "metal": "metal",
          "magnet": "component"}  # fmt: skip
NAMES = dict(zip(COUNTRIES, ("CHN", "JPN", "KOR", "NOR", "DEU"), strict=True))
BLOC = {"E": ("DEU", "FRA")}
AREAS = {"WLD": "world", "XOC": "rest"}
YEARS = ("2020", "2021")
SHAPES = {"chain": CHAIN, "fork": FORK, "by-product": BY_PRODUCT, "mixed": MIXED}


def parts(rng: np.random.Generator, country: str, bloc: bool) -> list[tuple[str, str, float]]:
    """Split one amount of a country: member, year and part."""
    members = BLOC[country] if bloc and country in BLOC else (NAMES[country],)
    cells = [(member, year) for member in members for year in YEARS]
    return [(*cell, float(p)) for cell, p in zip(cells, rng.dirichlet(np.ones(len(cells))))]  # noqa: B905


def seeds_of(truth: Truth, seed: int, hidden: float, *, bloc: bool) -> dict[str, str]:
    """Write a chain as seeds; a figure of one member and year is hidden with some chance."""
    rng = np.random.default_rng(SEED + seed)
    trade, made = [], []

    def sold(seller: str, buyer: str, product: str, year: str, tonnes: float) -> None:
        trade.append(f"  - {{exporter: {seller}, importer: {buyer}, product: p-{product}, "
                     f"period: {year}, tonnes: {tonnes!r}, usd: {tonnes!r}}}")  # fmt: skip

    for row in truth.sold.to_pylist():
        for seller, year, part in parts(rng, row["supplier"], bloc):
            buyers = [(b, p) for b, y, p in parts(rng, row["consumer"], bloc) if y == year]
            whole = sum(p for _, p in buyers)
            for buyer, share in buyers:
                amount = row["tonnes"] * part * share / whole
                sold(seller, buyer, row["product"], year, amount)
    for product in truth.shape.inputs if bloc else ():
        for year in YEARS:
            sold(*rng.permutation(BLOC["E"]), product, year, float(rng.lognormal()))
    for row in truth.made.to_pylist():
        for maker, year, part in parts(rng, row["country"], bloc):
            if rng.random() >= hidden:
                made.append(f"  - {{country: {maker}, product: p-{row['product']}, "
                            f"period: {year}, tonnes: {row['tonnes'] * part!r}}}")  # fmt: skip
    return chain_seeds(truth.shape, trade, made)


def chain_seeds(
    shape: Shape, trade: list[str], made: list[str], element: str = "Dy", mark: str = "p"
) -> dict[str, str]:
    """Write the seeds of a chain of an element with these rows of trade and production.

    The keys of its products begin with the mark.
    """
    inputs, by_product = shape.inputs, shape.by_products
    hosted = f"by-product, host: {element}"
    routes = [
        f"  - {{input: {mark}-{source}, output: {mark}-{output}, "
        f"kind: {hosted if (source, output) in by_product else 'main'}}}"
        for output, some in inputs.items() for source in some
    ]  # fmt: skip
    defaults = {
        "Stage": "source: customs", "Product": "source: customs",
        "MADE_INTO": "source: customs, process: unknown",
        "CONTAINS": f"source: customs, element: {element}, role: main",
        "PRODUCES": "source: customs, basis: gross", "Country": "source: customs, type: country",
        "Area": "source: customs",
        "EXPORTS": "reporter: importer, dataset: test, source: customs, basis: gross",
    }  # fmt: skip
    orders = {"mine": 1, "separate": 3, "metal": 4, "component": 6}
    rows = {
        "Stage": [f"  - {{key: {k}, name: Stage {k}, position: {n}}}" for k, n in orders.items()],
        "Product": [f"  - {{key: {mark}-{p}, name: The {p} of {mark}, stage: {STAGES[p]}}}"
                    for p in inputs],
        "MADE_INTO": routes, "CONTAINS": [f"  - {{product: {mark}-{p}}}" for p in inputs],
        "PRODUCES": made, "EXPORTS": trade,
        "Country": [f"  - {{iso3: {c}, name: Land {c}}}" for c in (*NAMES.values(), "FRA")],
        "Area": [f"  - {{iso3: {area}, name: {area}, type: {kind}}}"
                 for area, kind in AREAS.items()],
    }  # fmt: skip
    files = {"Stage": "stages", "Product": "products", "MADE_INTO": "made-into",
             "CONTAINS": "contains", "PRODUCES": "production", "EXPORTS": "trade",
             "Country": "countries", "Area": "areas"}  # fmt: skip
    return {
        f"{files[kind]}.yaml": "\n".join(
            [f"kind: {kind}", f"defaults: {{{defaults[kind]}}}", "rows:", *some]
        )
        for kind, some in rows.items()
        if some
    }


Ends = dict[tuple[str, str, str], tuple[float, float]]


def asked(session: Session, consumer: str, **how: str) -> Ends:
    """Ask for the origins of all products, in both years together."""
    answer = session.origins(
        consumer, scope="Dy", period="2020-2021", by="tonnes", min_share=0.0, **how
    )
    return {
        (row["product"], row["traced_to"], row["origin"]): (row["low"], row["high"])
        for row in answer.rows.to_pylist()
        if row["low"] is not None
    }


def wanted(shares: dict[tuple[str, ...], float], consumer: str, names: dict[str, str]) -> dict:
    """Shares of one consumer in truth, with the names of the seeds."""
    return {
        (f"p-{product}", stage, names.get(origin, origin)): share
        for (buyer, product, stage, origin), share in shares.items()
        if buyer == consumer
    }


def holds(found: Ends, truth: dict[tuple[str, str, str], float]) -> None:
    assert truth
    for key, share in truth.items():
        low, high = found.get(key, (0.0, 0.0))
        assert low - 1e-9 <= share <= high + 1e-9, (key, low, share, high)


def wanted_at_any_stage(
    truth: Truth, consumer: str, origin: str, *countries: str
) -> dict[tuple[str, str, str], float]:
    """Shares of one consumer in truth that were in some countries at any stage."""
    return {
        (f"p-{product}", "any stage", origin): share
        for (buyer, product), share in passed_in_truth(truth, *countries).items()
        if buyer == consumer
    }


def is_whole(truth: Truth) -> bool:
    """Return True if every product is sold, and the bloc buys some."""
    traded = set(truth.sold["product"].to_pylist()) == set(truth.shape.inputs)
    return traded and "E" in truth.sold["consumer"].to_pylist()


SEEDS = others_long(
    [
        (shape, n)
        for shape in SHAPES
        for n in range(CHAINS // 6)
        if is_whole(chain(n, SHAPES[shape]))
    ],
    1,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with DuckStore(tmp_path / "graph.duckdb") as store:
        yield Session(store)


def filled(session: Session, folder: Path, files: dict[str, str]) -> Session:
    session.store.load(build_graph(read_seeds(write_seeds(folder, files))))
    return Session(session.store)


@pytest.mark.parametrize(("shape", "seed"), SEEDS)
def test_the_ranges_of_a_bloc_hold_the_truth_and_publishing_narrows_them(
    session, tmp_path, shape, seed
):
    truth = chain(seed, SHAPES[shape])
    true = wanted(true_shares(truth), "E", {**NAMES, "E": "DEU+FRA"})
    before: Ends = {}
    for hidden in (0.5, 0.0):
        files = seeds_of(truth, seed, hidden, bloc=True)
        found = asked(filled(session, tmp_path / "seeds", files), "DEU+FRA")
        holds(found, true)
        passed = asked(session, "DEU+FRA", on="CHN")
        holds(passed, wanted_at_any_stage(truth, "E", "CHN", "A"))
        found |= passed
        for key, (low, high) in before.items():
            ends = found.get(key, (0.0, 0.0))
            assert low - 1e-9 <= ends[0] <= ends[1] <= high + 1e-9, key
        before = found


@pytest.mark.parametrize(("shape", "seed"), SEEDS)
def test_a_bloc_of_suppliers_and_supply_without_a_country_hold_the_truth(
    session, tmp_path, shape, seed
):
    truth = chain(seed, SHAPES[shape])
    session = filled(session, tmp_path / "seeds", seeds_of(truth, seed, 0.5, bloc=False))
    for consumer in COUNTRIES[1:]:
        true = wanted(true_shares(truth), consumer, NAMES)
        if not true:
            continue
        holds(asked(session, NAMES[consumer]), true)
        two: dict[tuple[str, str, str], float] = {}
        for (product, stage, origin), share in true.items():
            if origin in ("CHN", "JPN"):
                key = product, stage, "CHN+JPN"
                two[key] = two.get(key, 0.0) + share
        two |= wanted_at_any_stage(truth, consumer, "CHN+JPN", "A", "B")
        holds(asked(session, NAMES[consumer], on="CHN+JPN"), two)
        if truth.shape.by_products:  # the enumeration does not know the hosts either
            continue
        names = {**NAMES, "through A": "through CHN"}
        holds(asked(session, NAMES[consumer], without="CHN"),
              wanted(left(truth, "A"), consumer, names))  # fmt: skip


BY_HAND = {
    "production.yaml": """\
kind: PRODUCES
defaults: {period: 2024, source: customs, basis: gross}
rows:
  - {country: JPN, product: ree-metals, tonnes: 5}
  - {country: NOR, product: ree-metals, tonnes: 5}
  - {country: CHN, product: ree-metals, tonnes: 0}
""",
    "trade.yaml": """\
kind: EXPORTS
defaults: {period: 2024, reporter: importer, dataset: test, source: customs, basis: gross}
rows:
  - {exporter: NOR, importer: KOR, product: ree-metals, usd: 500, tonnes: 5}
  - {exporter: JPN, importer: CHN, product: ree-metals, usd: 300, tonnes: 3}
  - {exporter: CHN, importer: JPN, product: magnets, usd: 900, tonnes: 3}
""",
    "claims.yaml": """\
kind: Claim
rows:
  - {key: chn-makes-magnets, kind: statement, supplier: CHN, product: magnets, period: 2024,
     statement: China makes magnets, measure: production, source: customs}
""",
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("more", "own"),
    [
        ("", (0.5, 1.0)),  # Japan makes 5, Korea any amount; 5 come from Norway.
        ("  - {country: KOR, product: ree-metals, tonnes: 0}\n", (0.5, 0.5)),
        ("  - {country: KOR, product: ree-metals, tonnes: 15}\n", (0.8, 0.8)),
    ],
)
def test_a_bloc_makes_at_least_what_its_members_with_a_figure_make(graph_of, more, own):
    files = {**LINKS, **BY_HAND}
    files["production.yaml"] += more
    ends = {
        row["origin"]: (pytest.approx(row["low"]), pytest.approx(row["high"]))
        for row in graph_of(files)
        .origins("JPN+KOR", scope="magnets", stage="metal", period="2024", by="tonnes")
        .rows.to_pylist()
        if row["low"] is not None
    }
    assert ends["JPN+KOR"] == own
    assert ends["NOR"] == (1 - own[1], 1 - own[0])
