"""Mines and plants: where they are, what they can make, and who runs and owns them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Measure, Places, Role, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.questions.plants.capacity_coverage import is_enough, output_of
from graphkit.questions.plants.facilities import (
    Plants,
    Row,
    owners_in_words,
    plants_of,
    standing_still,
    status_in_words,
)
from graphkit.questions.plants.owners import blocks_of
from graphkit.questions.plants.stoppages import Market, markets_of
from graphkit.questions.question import checked
from graphkit.questions.shared.order import descending
from graphkit.questions.shared.production import Figures, figures_of

PLANTS = (
    Column("name", "Plant", "name of the mine or plant, or of a group that shares a capacity",
           rank=0),
    Column("type", "Type", "what it is: mine, smelter, refinery ...; group: several that share a "
           "capacity", rank=3),
    Column("country", "Country", rank=2),
    Column("product", "Product", "product of the graph that it can make; empty: the source names "
           "none, or one that the graph does not have", rank=1),
    Column("published", "Capacity", "in a year, in the unit as the source gives it: what it can "
           "make, and not what it makes", rank=2),
    Column("capacity", "", "the number of it", type=NUMBER),
    Column("unit", "", "the unit of it"),
    Column("tonnes", "Tonnes", "metric tons a year, of what the basis says; empty: not published "
           "in a unit of mass", "t", NUMBER, rank=0),
    Column("share_low", "Of country", "0 to 1, share of its country's production of the product "
           "that is its, at least: what it made, or its part by capacity of what the country made; "
           "null where no production is published on such a basis", SHARE, NUMBER, rank=2),
    Column("share_high", "at most", "0 to 1, the same at most: by what it made, or by the known "
           "capacity of its country; all that no other plant is known to have made where its "
           "capacity is old and newer facts speak against it", SHARE, NUMBER, rank=2),
    Column("coverage_low", "", "known capacity of the product and basis in the countries asked, "
           "divided by what they made; empty: not published. From one half on, plants are compared "
           "by size", SHARE, NUMBER),
    Column("output_period", "", "year of the published production"),
    Column("production_source"),
    Column("basis", "Of", "what the tonnes count; empty: the source does not say", rank=2),
    Column("as_of", "Year", "year of the capacity, where the source states it", rank=4),
    Column("status", "Status", "whether it runs, as its source says or assumes", rank=4),
    Column("operator", "Run by", "who runs it, where a source says so", rank=3),
    Column("owners", "Owners", "direct owners with their shares, where a source names them",
           rank=1),
    Column("label", "", "commodity, product and form, as the source names them"),
    Column("shared_with", "", "products of which the source gives the same figure for the plant: "
           "one of them is counted, or none", type=TEXTS, ref="material"),
    Column("members", "", "of a group, the plants that share its capacity, by key", type=TEXTS),
    Column("part_of", "", "groups with which it shares a capacity, by key", type=TEXTS),
    Column("latitude", "", "degrees north", "degrees", NUMBER),
    Column("longitude", "", "degrees east", "degrees", NUMBER),
    Column("confidence", "", "how sure the source is of the place or the site"),
    Column("plant", "", "key of the mine or plant", ref="plant"),
    Column("note"),
    Column("source", "Source", rank=5),
)  # fmt: skip
CAPTION = (
    "Capacity is what a plant can make in a year, as published: never production, and of the year "
    "that the source gives or, without one, of its own. One that several sites share stands once, "
    "on their group. Figures of two bases are not added up. Of country: the share of the country's "
    "capacity, from that of what it made in the newest year, where that is more, to that of what "
    "is known; unknown where no production is published on such a basis."
)


@checked(PLANTS)
def plants(catalog: Catalog, country: str | None = None, *, scope: str | None = None) -> Answer:
    """List mines and plants, with what they can make and who runs and owns them.

    Returns
    -------
    Answer
        One row for each plant, or group of them that shares a capacity, and product; of each
        product and basis the largest known capacity first, then those without one.

    Raises
    ------
    UsageError
        Unknown name, with the nearest.
    GraphkitError
        None is known.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    known = plants_of(catalog, goods, place)
    figures = figures_of(catalog, goods, None).with_amounts()
    places = {"WLD"} if place is None else set(catalog.members(place))
    rows = [*_capacities(catalog, known, figures, places), *_others(known)]
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in PLANTS} for row in rows],
        schema_of(PLANTS),
    )
    about = f" for {goods.meaning}" if goods.text else ""
    stakes = known.owners.stakes
    return Answer(
        f"Which mines and plants{about} are {f'in {place.in_text}' if place else 'known'}?",
        terms(
            Places(Role.COUNTRY, place.key if place else None), goods.material,
            Measure("capacity in a year, as published"),
        ),
        table,
        PLANTS,
        Coverage(lines({
            "plants": len(known.sites),
            "capacities": sum(row["capacity"] is not None for row in known.capacities),
            "capacities_in_tonnes": sum(row["tonnes"] is not None for row in known.capacities),
            "rows_with_owners": sum(bool(stakes.get(row["plant"])) for row in rows),
            "rows_with_all_shares": sum(
                bool(stakes.get(row["plant"])) and all(s.share for s in stakes[row["plant"]])
                for row in rows
            ),
        })),
        catalog.sources(
            table, *known.tables, pa.table({"source": table["production_source"].unique()})
        ),
        notes=(*goods.notes, *_notes(known)),
        caption=CAPTION,
        shown=without_empty(
            table,
            [c.name for c in PLANTS if c.header and (c.name != "country" or place is None
                                                     or "+" in place.key or place.is_group)],
            "name", "owners",
        ),
        grouped_by=("product", "basis"),
    )  # fmt: skip


def written(capacity: float | None, unit: str | None) -> str | None:
    """Write a capacity and its unit as the source gives them.

    >>> written(7300.0, "kmt"), written(0.6, "Metric tons"), written(None, None)
    ('7,300 kmt', '0.6 Metric tons', None)
    """
    return None if capacity is None else f"{capacity:,.10g} {unit}"


def _capacities(
    catalog: Catalog, known: Plants, figures: Figures, places: Set[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of plants that can make a product, those of most capacities first."""
    sizes: dict[tuple[str, str | None], int] = {}
    markets = {
        (market.country, market.product, market.basis): market
        for market in markets_of(catalog, known.capacities, figures)
    }
    blocks = blocks_of(known.capacities, lambda *key: output_of(figures, places, *key))
    coverage = {(block.product, block.basis): block.coverage[0] for block in blocks}
    for row in known.capacities:
        key = row["product"], row["basis"]
        sizes[key] = sizes.get(key, 0) + (row["tonnes"] is not None)
    for row in sorted(known.capacities, key=lambda row: (
        row["capacity"] is None, not is_enough(coverage.get((row["product"], row["basis"]))),
        -sizes[row["product"], row["basis"]], row["product"],
        row["basis"] or "", descending(row["tonnes"]), row["country"], row["name"], row["plant"],
        row["label"],
    )):  # fmt: skip
        market = markets.get((row["country"], row["product"], row["basis"]))
        yield {
            **row, "published": written(row["capacity"], row["unit"]), **_run(row, known),
            **(_share(row, market) if market and row["tonnes"] else {}),
            "coverage_low": coverage.get((row["product"], row["basis"])),
        }  # fmt: skip


def _share(row: Row, market: Market) -> dict[str, Any]:
    """Return the part of its country's production that a plant with a capacity makes."""
    part, output = market.part_of(row), market.output
    return {
        "share_low": part.low if output else None, "share_high": part.high,
        "output_period": output.period if output else None,
        "production_source": "+".join(sorted(market.output_sources)) or None,
    }  # fmt: skip


def _others(known: Plants) -> Iterator[dict[str, Any]]:
    """Yield the rows of plants of which no product is known."""
    for row in known.others:
        printed = "; ".join(row["printed"]) or None
        label = "; ".join(row["labels"])
        yield {**row, "label": label, "published": printed, **_run(row, known)}


def _run(row: dict[str, Any], known: Plants) -> dict[str, Any]:
    """Name who runs and owns a plant, and the plants of a group."""
    return {
        "operator": "; ".join(known.operators.get(row["plant"], ())) or None,
        "owners": owners_in_words(row["plant"], known) or None,
        "members": sorted(known.members.get(row["plant"], ())) or None,
        "status": status_in_words(row["status"]),
    }


def _notes(known: Plants) -> Sequence[Note]:
    """Note capacities that stand still, are shared by products, or are missing."""
    notes = []
    without = [row for row in known.capacities if row["capacity"] is None]
    number = len(known.others) + len(without)
    if number:
        lacking = f"{number:,} mines and plants no capacity are known in a unit"
        notes.append(
            Note(f"Of {lacking if number > 1 else '1 mine or plant no capacity is known'}.")
        )
    if still := standing_still(known.capacities):
        notes.append(
            Note(
                f"{len(still):,} of {len(known.capacities):,} capacities are of plants that stand "
                "still or are not built, as the source puts it."
            )
        )
    if any(row["shared_with"] for row in known.capacities):
        notes.append(
            Note(
                "Some capacities are of ore of two products: the source gives the same figure for "
                "both (shared_with in JSON and CSV)."
            )
        )
    return notes
