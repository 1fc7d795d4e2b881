"""Profiles: all that is known of one mine or plant, or of one company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.figures import IN_SOME_ROWS
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.names import Entity
from graphkit.questions.facilities import Plants, plants_of
from graphkit.questions.order import descending
from graphkit.questions.plants import written
from graphkit.questions.question import checked
from graphkit.questions.stoppages import PLANT, Stoppage, coverage_notes, stoppages

IN_SOME = f"{SHARE}{IN_SOME_ROWS}"
PROFILE = (
    Column("fact", "Fact", "of a plant: can make, handles, run by, owned by, in the end of, shares "
           "its capacity with; of a company: owned by, owns, has through others, runs", rank=0),
    Column("name", "Name", "the product, company or plant", rank=0),
    Column("country", "Country", "of a plant, where it is; of a company, its seat, where a source "
           "states it", rank=1),
    Column("product", "", "product of the graph that it can make"),
    Column("published", "Capacity", "in a year, in the unit as the source gives it: what it can "
           "make, and not what it makes", rank=2),
    Column("tonnes", "Tonnes", "metric tons a year, of what the basis says",
           f"t{IN_SOME_ROWS}", NUMBER, rank=1),
    Column("basis", "Of", "what the tonnes count; empty: the source does not say", rank=3),
    Column("share", "Share", "0 to 1, share of the owner; empty: not published", IN_SOME, NUMBER,
           rank=0),
    Column("part", "Through parents", "0 to 1, part of the plant that is the owner's through all "
           "companies between, by equity", IN_SOME, NUMBER, rank=1),
    Column("share_low", "Of country", "0 to 1, share of what its country makes that the capacity "
           "is at least; empty: no production is published beside it", IN_SOME, NUMBER, rank=2),
    Column("share_high", "at most", "0 to 1, share of the country's known capacity", IN_SOME,
           NUMBER, rank=2),
    Column("as_of", "Year", "year of the capacity or stake, where the source states it", rank=4),
    Column("status", "Status", "whether it runs, as the source puts it", rank=4),
    Column("plant", "", "key of the plant", ref="plant"),
    Column("company", "", "key of the company", ref="company"),
    Column("note"),
    Column("source", "Source", rank=5),
)  # fmt: skip


@checked(PROFILE)
def plant(catalog: Catalog, name: str) -> Answer:
    """Show all that is known of one mine or plant: capacities, operators, owners and parents.

    Returns
    -------
    Answer
        One row for each fact: what it can make and handles, who runs it, its owners, and those who
        have it in the end, through parents.

    Raises
    ------
    UsageError
        The name is unknown or ambiguous; the message suggests the nearest.
    """
    entity = catalog.find_plant(name)
    facilities = {row["plant"]: row for row in catalog.rows("facilities").to_pylist()}
    site = facilities[entity.key]
    known = plants_of(catalog, catalog.materials.scope(None), None)
    products = sorted(catalog.materials.products)
    every = stoppages(catalog, products, None, PLANT, "equity")
    stop = every.stoppages.get(entity.key, Stoppage(entity.key, entity.name))
    pools = set(site["part_of"] or ())
    rows = [
        *_capacities(catalog, known, [entity.key, *sorted(pools)], stop),
        *_handled(catalog, entity.key),
        *_runners(catalog, entity.key),
        *_owners(catalog, known, entity.key),
        *(
            {"fact": "shares its capacity with", "name": facilities[key]["name"], "plant": key,
             "country": facilities[key]["country"], "source": facilities[key]["source"]}
            for pool in (entity.key, *sorted(pools)) for key in known.members.get(pool, ())
            if key != entity.key
        ),
    ]  # fmt: skip
    where = catalog.place_in_text(site["country"])
    place = f", {site['place']}" if site["place"] else ""
    notes = coverage_notes(
        catalog, stop, every.described(stop.markets), verb="can come from this plant"
    )
    return _profile(
        catalog, entity, f"What is known of {entity.name} in {where}?", rows,
        {"country": site["country"], "type": site["type"], "status": site["status"],
         "latitude": site["latitude"], "longitude": site["longitude"]},
        [*notes, *([site["note"]] if site["note"] else [])],
        f"{site['type'].capitalize()} in {where}{place}"
        f"{_coordinates(site)}. Status: {site['status'] or 'not stated'}. Capacity is never "
        "production.",
        [site["source"], *(key for row in every.described(stop.markets)
                           if (key := row["output_source"]))],
    )  # fmt: skip


def _coordinates(site: Mapping[str, Any]) -> str:
    if site["latitude"] is None or site["longitude"] is None:
        return ""
    return f" at {site['latitude']:.4g}, {site['longitude']:.4g}"


def _capacities(
    catalog: Catalog, known: Plants, keys: Sequence[str], stop: Stoppage
) -> Iterator[dict[str, Any]]:
    """Yield what a plant can make, and the groups that it is of."""
    markets = {(market.country, market.product, market.basis): market for market in stop.markets}
    for row in known.capacities:
        if row["plant"] not in keys:
            continue
        is_own, tonnes = row["plant"] == keys[0], row["tonnes"]
        market = markets.get((row["country"], row["product"], row["basis"]))
        part = market.part(tonnes, tonnes) if market is not None and is_own and tonnes else None
        yield {
            **row, "fact": "can make" if is_own else "its group can make",
            "name": row["label"] or catalog.materials.in_text(row["product"]),
            "published": written(row["capacity"], row["unit"]),
            "share_low": (part.low or None) if part else None,
            "share_high": part.high if part else None,
        }  # fmt: skip


def _handled(catalog: Catalog, key: str) -> Iterator[dict[str, Any]]:
    """Yield the elements that a plant handles, with the words of the source."""
    elements = sorted(catalog.nodes("Element")["key"].to_pylist())
    for row in catalog.rows("plants", elements=elements).to_pylist():
        if row["plant"] == key:
            yield {
                **row, "fact": "handles", "product": None, "published": row["published_value"],
                "name": f"{row['label']} ({catalog.materials.in_text(row['element'])})",
            }  # fmt: skip


def _runners(catalog: Catalog, key: str) -> Iterator[dict[str, Any]]:
    """Yield who runs a plant."""
    for row in catalog.rows("operators").to_pylist():
        if row["plant"] == key:
            yield {"fact": "run by", "name": row["name"], "company": row["operator"],
                   "as_of": row["as_of"], "source": row["source"]}  # fmt: skip


def _owners(catalog: Catalog, known: Plants, key: str) -> Iterator[dict[str, Any]]:
    """Yield the owners of a plant, then those who have it in the end."""
    direct = [row for row in catalog.rows("ownership").to_pylist() if row["owned"] == key]
    for row in sorted(direct, key=lambda row: (descending(row["share"]), row["name"])):
        yield {
            "fact": "owned by", "name": row["name"], "company": row["owner"], "share": row["share"],
            "country": known.owners.seat_of[row["owner"]], "as_of": row["as_of"],
            "note": row["note"], "source": row["source"],
        }  # fmt: skip
    source = "+".join(sorted({row["source"] for row in direct})) or None
    parts = known.owners.equity(key).parts
    if {row["owner"] for row in direct} == {*parts}:
        return
    for end, part in sorted(parts.items(), key=lambda item: (-item[1], item[0])):
        yield {
            "fact": "in the end of", "name": known.names[end], "company": end, "part": part,
            "country": known.owners.seat_of[end], "source": source,
        }  # fmt: skip


@checked(PROFILE)
def company(catalog: Catalog, name: str) -> Answer:
    """Show all that is known of one company: its seat, its owners, and the plants that it has.

    Returns
    -------
    Answer
        One row for each fact: its owners, its stakes in plants and companies, the plants that it
        has through others, and those that it runs.

    Raises
    ------
    UsageError
        The name is unknown or ambiguous; the message suggests the nearest.
    """
    entity = catalog.find_company(name)
    firm = next(row for row in catalog.rows("companies").to_pylist()
                if row["company"] == entity.key)  # fmt: skip
    known = plants_of(catalog, catalog.materials.scope(None), None)
    rows = [*_stakes(catalog, known, entity.key), *_run(catalog, known, entity.key)]
    seat = "Its seat is not known"
    if firm["seat"]:
        seat = f"Seat: {catalog.place_in_text(firm['seat'])} ({firm['seat_source']})"
    state = " A source says that a state has most of it." if firm["state_owned"] else ""
    return _profile(
        catalog, entity, f"What is known of {entity.name}?", rows,
        {"seat": firm["seat"], "type": firm["type"], "state_owned": firm["state_owned"]},
        [f"Its seat: {firm['seat_url']}"] if firm["seat_url"] else [],
        f"{seat}.{state} Share: of the direct owner; through parents: its part of the plant by "
        "equity. Capacity is never production.",
        [firm["source"], *([firm["seat_source"]] if firm["seat_source"] else [])],
    )  # fmt: skip


def _stakes(catalog: Catalog, known: Plants, key: str) -> Iterator[dict[str, Any]]:
    """Yield the owners of a company, its stakes, and the plants that it has through others."""
    ownership = catalog.rows("ownership").to_pylist()
    for row in ownership:
        if row["owned"] == key:
            yield {"fact": "owned by", "name": row["name"], "company": row["owner"],
                   "country": known.owners.seat_of[row["owner"]], "share": row["share"],
                   "as_of": row["as_of"], "source": row["source"]}  # fmt: skip
    for row in ownership:
        if row["owner"] == key and row["owned"] in known.names:
            yield {"fact": "owns", "name": row["owned_name"], "company": row["owned"],
                   "country": known.owners.seat_of[row["owned"]], "share": row["share"],
                   "as_of": row["as_of"], "source": row["source"]}  # fmt: skip
    direct = {row["owned"]: row for row in ownership if row["owner"] == key}
    for row in _of_plants(known):
        stake = direct.get(row["plant"])
        part = known.owners.equity(row["plant"]).parts.get(key)
        if stake is None and part is None:
            continue
        yield {
            **row, "fact": "owns" if stake else "has through others", "part": part,
            "share": stake["share"] if stake else None,
            "source": "+".join(sorted({row["source"], *([stake["source"]] if stake else [])})),
        }  # fmt: skip


def _run(catalog: Catalog, known: Plants, key: str) -> Iterator[dict[str, Any]]:
    """Yield the plants that a company runs."""
    plants = {row["plant"] for row in catalog.rows("operators").to_pylist()
              if row["operator"] == key}  # fmt: skip
    for row in _of_plants(known):
        if row["plant"] in plants:
            yield {**row, "fact": "runs"}


def _of_plants(known: Plants) -> Iterator[dict[str, Any]]:
    """Yield each plant with what it can make, the largest capacities first."""
    for row in sorted(known.capacities, key=lambda row: (
        row["product"], descending(row["tonnes"]), row["name"], row["plant"],
    )):  # fmt: skip
        yield {**row, "published": written(row["capacity"], row["unit"])}
    yield from known.others


def _profile(
    catalog: Catalog, entity: Entity, question: str, rows: Iterable[Mapping[str, Any]],
    scope: Mapping[str, Any], notes: Sequence[str], caption: str, sources: Sequence[str],
) -> Answer:  # fmt: skip
    """Put the facts of one thing into an answer."""
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in PROFILE} for row in rows],
        schema_of(PROFILE),
    )
    cited = pa.table({"source": pa.array(sources, pa.string())})
    return Answer(
        question, {"key": entity.key, "name": entity.name, **scope}, table, PROFILE,
        {"facts": len(table)}, catalog.sources(table, cited), notes=tuple(notes), caption=caption,
        shown=without_empty(
            table, [c.name for c in PROFILE if c.header], "fact", "name", "share"
        ),
        nothing=f"No source says more of {entity.name}.",
    )  # fmt: skip
