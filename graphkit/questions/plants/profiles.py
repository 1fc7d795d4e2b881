"""Profiles: what is known of one thing by its name, of whichever kind."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.company_output import WHOLE
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.figures import IN_SOME_ROWS
from graphkit.answers.note import Note
from graphkit.answers.terms import Term, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import KIND_OF, Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import UsageError
from graphkit.names import Entity, uncapitalized
from graphkit.questions.plants.capacity_coverage import production_of
from graphkit.questions.plants.facilities import Plants, plants_of, status_in_words
from graphkit.questions.plants.plants import written
from graphkit.questions.plants.stoppages import PLANT, Stoppage, coverage_notes, stoppages
from graphkit.questions.question import checked
from graphkit.questions.shared.order import descending
from graphkit.schema import MAIN

IN_SOME = f"{SHARE}{IN_SOME_ROWS}"
MADE = "made"
COUNTS = {"whole": "all of it", "equity": "its own share", "sales": "what it sold"}
"""Words for the scope of a figure of output."""
PROFILE = (
    Column("fact", "Fact", "of a plant: can make, made, handles, run by, owned by, in the end of, "
           "shares its capacity with; of a company: made, owned by, owns, has through others, "
           "runs; of others, what the name has to do with it", rank=0),
    Column("name", "Name", "the product, company, plant, country, element, control ...", rank=0),
    Column("country", "Country", "of a plant, where it is; of a company, its seat, where a source "
           "states it; whose control it is", rank=1),
    Column("product", "", "product of the graph that it can make, makes or is about"),
    Column("element", "", "key of the element or mineral"),
    Column("published", "Published", "as the source gives it: the capacity of a plant in a year, "
           "which is not what it makes; what a country made", rank=2),
    Column("tonnes", "Tonnes", "metric tons a year, of what the basis says",
           f"t{IN_SOME_ROWS}", NUMBER, rank=1),
    Column("basis", "Of", "what the tonnes count; empty: the source does not say", rank=3),
    Column("share", "Share", "0 to 1, share of the owner, or of the world in what a country made: "
           "of the published total or, if larger, the sum; empty: not published", IN_SOME, NUMBER,
           rank=0),
    Column("part", "Through parents", "0 to 1, part of the plant that is the owner's through all "
           "companies between, by equity", IN_SOME, NUMBER, rank=1),
    Column("share_low", "Of output", "0 to 1, share of what its country makes that the plant "
           "makes at least, or of what the country or the world made; empty: not known", IN_SOME,
           NUMBER, rank=2),
    Column("share_high", "at most", "0 to 1, the same at most, by output and known capacity",
           IN_SOME,
           NUMBER, rank=2),
    Column("as_of", "Year", "year of the fact, where the source states it", rank=2),
    Column("status", "Status", "whether it runs, as its source says or assumes", rank=4),
    Column("plant", "", "key of the plant", ref="plant"),
    Column("company", "", "key of the company", ref="company"),
    Column("control", "", "key of the export control"),
    Column("place", "", "key of the group of countries, or of its member", ref="place"),
    Column("note"),
    Column("source", "Source", rank=5),
)  # fmt: skip


@dataclass(frozen=True)
class Subject(Term):
    """The thing that is shown."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True)
class Site(Term):
    """Facts on a mine or plant that stand once."""

    country: str
    type: str
    status: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Firm(Term):
    """Facts on a company that stand once."""

    seat: str | None
    type: str | None
    state_owned: bool | None


@dataclass(frozen=True)
class Land(Term):
    """Facts on a country, an area or a group that stand once."""

    type: str
    region: str | None
    names: Sequence[str] | None


@dataclass(frozen=True)
class Mineral(Term):
    """Facts on an element or a group of them that stand once."""

    type: str
    names: Sequence[str] | None


@dataclass(frozen=True)
class Product(Term):
    """Facts on a product that stand once."""

    stage: str
    names: Sequence[str] | None


@dataclass(frozen=True)
class Act(Term):
    """Facts on an export control that stand once."""

    country: str
    measure: str
    target: str | None
    since: str
    until: str | None
    suspended_from: str | None
    suspended_until: str | None
    quota: float | None


@checked(PROFILE)
def show(catalog: Catalog, name: str, *, kind: str | None = None) -> Answer:
    """Show what is known of one country, mineral, product, control, plant or company.

    Returns
    -------
    Answer
        One row for each fact. Its scope says of which kind the name was taken to be, and a note
        names the others that it may be.

    Raises
    ------
    UsageError
        The name is unknown or ambiguous; the message suggests the nearest.
    """
    entities, ambiguous = [], ""
    try:
        for entity in catalog.named(name, *filter(None, [kind])):
            entities.append(entity)
    except UsageError as error:
        if not entities:
            raise
        ambiguous = f"{error}."
    # A symbol in its own spelling is no code of a country: "In" is indium.
    entities.sort(key=lambda entity: (entity.kind, entity.key) != ("Element", name))
    chosen, *others = entities
    is_too = [
        f"{name!r} is a {KIND_OF[other.kind]} too, {other}: `kind={KIND_OF[other.kind]}`."
        for other in others
    ]
    answer = PROFILES[KIND_OF[chosen.kind]](catalog, chosen)
    return replace(
        answer,
        caption=" ".join([*is_too, *filter(None, [ambiguous]), answer.caption]),
    )  # fmt: skip


def _plant(catalog: Catalog, entity: Entity) -> Answer:
    """Show the capacities, operators, owners and parents of a mine or plant.

    Its rows are what it can make and handles, who runs it, its owners, and those who have it in
    the end, through parents.
    """
    facilities = {row["plant"]: row for row in catalog.rows("facilities").to_pylist()}
    site = facilities[entity.key]
    known = plants_of(catalog, catalog.materials.scope(None), None)
    products = sorted(catalog.materials.products)
    stop, described = Stoppage(entity.key, entity.name), []
    if any(row["tonnes"] for row in known.capacities):
        every = stoppages(catalog, products, None, PLANT, "equity")
        stop = every.stoppages.get(entity.key, stop)
        described = [*every.described(stop.markets)]
    pools = set(site["part_of"] or ())
    can_make = [*_capacities(catalog, known, [entity.key, *sorted(pools)], stop)]
    rows = [
        *can_make,
        *_plans(catalog, entity.key),
        *_made(catalog, site["country"], plant=entity.key),
        *_handled(catalog, entity.key, {row["product"] for row in can_make}),
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
    notes = coverage_notes(catalog, stop, described, verb="can come from this plant")
    return _profile(
        catalog, entity, f"What is known of the plant {entity.name} in {where}?", rows,
        Site(site["country"], site["type"], site["status"], site["latitude"], site["longitude"]),
        [*notes, *([Note(site["note"])] if site["note"] else [])],
        f"{site['type'].capitalize()} in {where}{place}"
        f"{_coordinates(site)}. Status{_of_year(site)}: "
        f"{status_in_words(site['status']) or 'not stated'}. Capacity is never production. What "
        f"hangs on it: graphkit disrupt {entity.key}.",
        [site["source"], *(capacity.output_source for capacity in described
                           if capacity.output_source)],
    )  # fmt: skip


def _of_year(site: Mapping[str, Any]) -> str:
    return f" in {site['status_as_of']}" if site["status"] and site["status_as_of"] else ""


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
        part = market.part_of(row) if market is not None and is_own and tonnes else None
        yield {
            **row, "fact": "can make" if is_own else "its group can make",
            "name": row["label"] or catalog.materials.in_text(row["product"]),
            "published": written(row["capacity"], row["unit"]),
            "status": status_in_words(row["status"]),
            "share_low": (part.low or None) if part else None,
            "share_high": part.high if part else None,
        }  # fmt: skip


def _handled(catalog: Catalog, key: str, products: Set[str]) -> Iterator[dict[str, Any]]:
    """Yield the elements that a plant handles beside those of what it can make, each once."""
    main = catalog.materials.main
    known = {element for product in products for element in main.get(product, ())}
    elements = sorted({*catalog.nodes("Element")["key"].to_pylist()} - known)
    facts: dict[str, list[Mapping[str, Any]]] = {}
    for row in catalog.rows("plants", elements=elements).to_pylist():
        if row["plant"] == key:
            facts.setdefault(row["element"], []).append(row)
    for element, rows in facts.items():
        printed = dict.fromkeys(row["published_value"] for row in rows if row["published_value"])
        yield {
            **rows[0], "fact": "handles", "product": None, "status": None,
            "name": catalog.materials.in_text(element), "published": "; ".join(printed) or None,
            "source": "+".join(sorted({row["source"] for row in rows})),
        }  # fmt: skip


def _made(
    catalog: Catalog, country: str | None = None, *, plant: str | None = None,
    company: str | None = None,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield what a plant or a company made, of each kind of figure that of the newest year.

    A part of a year stands where no year does.

    Of a company that is its share of the world's output, of a plant that of its country's; an
    estimate has none.
    """
    elements = sorted(catalog.nodes("Element")["key"].to_pylist())
    rows = [
        row for row in catalog.rows("outputs", elements=elements).to_pylist()
        if (plant and row["plant"] == plant)
        or (company and row["company"] == company and row["plant"] is None)
    ]  # fmt: skip
    newest: dict[tuple[Any, ...], tuple[bool, str]] = {}
    for row in rows:
        key = row["element"], row["product"], row["scope"]
        newest[key] = max(newest.get(key, (False, "")), (row["period"].isdigit(), row["period"]))
    for row in rows:
        if row["period"] != newest[row["element"], row["product"], row["scope"]][1]:
            continue
        low, high = None, None
        is_sure = row["scope"] == WHOLE and not row["estimated"]
        if row["product"] and row["content_tonnes"] is not None and is_sure:
            output = production_of(catalog, row["product"], row["period"], {country or "WLD"})
            low, high = output.coverage(row["content_tonnes"]) if output else (None, None)
        yield {
            **row, "fact": MADE, "name": row["label"], "country": country,
            "published": written(row["value"], row["unit"]), "as_of": row["period"],
            "share_low": low, "share_high": high, "status": COUNTS[row["scope"]],
        }  # fmt: skip


def _runners(catalog: Catalog, key: str) -> Iterator[dict[str, Any]]:
    """Yield who runs a plant."""
    for row in catalog.rows("operators").to_pylist():
        if row["plant"] == key:
            yield {"fact": "run by", "name": row["name"], "company": row["operator"],
                   "as_of": row["as_of"], "source": row["source"]}  # fmt: skip


def _owners(catalog: Catalog, known: Plants, key: str) -> Iterator[dict[str, Any]]:
    """Yield the owners of a plant, then those who have it in the end."""
    direct = yield from _owner_rows(catalog, known, key)
    source = "+".join(sorted({row["source"] for row in direct})) or None
    parts = known.owners.equity(key).parts
    if {row["owner"] for row in direct} == {*parts}:
        return
    for end, part in sorted(parts.items(), key=lambda item: (-item[1], item[0])):
        yield {
            "fact": "in the end of", "name": known.names[end], "company": end, "part": part,
            "country": known.owners.seat_of[end], "source": source,
        }  # fmt: skip


def _owner_rows(
    catalog: Catalog, known: Plants, key: str
) -> Generator[dict[str, Any], None, Sequence[Mapping[str, Any]]]:
    """Yield the owners of a plant or company, those of another day, and those to be."""
    sets = [one.rows for one in known.owner_sets.get(key, ())]
    rest = [row for row in catalog.rows("ownership").to_pylist() if row["owned"] == key]
    facts = [
        *zip(("owned by", *("owned by, on another day" for _ in sets[1:])), sets, strict=False),
        ("was owned by", [row for row in rest if row["ended"]]),
        ("is to be owned by", [row for row in rest if row["planned"] and not row["ended"]]),
    ]  # fmt: skip
    for fact, rows in facts:
        for row in sorted(rows, key=lambda row: (descending(row["share"]), row["name"])):
            yield {
                "fact": fact, "name": row["name"], "company": row["owner"], "share": row["share"],
                "country": known.owners.seat_of[row["owner"]], "as_of": row["as_of"],
                "note": row["note"], "source": row["source"],
            }  # fmt: skip
    return sets[0] if sets else ()


def _plans(catalog: Catalog, key: str) -> Iterator[dict[str, Any]]:
    """Yield what a plant is to make, and what it made over a year, which are no capacities."""
    products = sorted(catalog.materials.products)
    for row in catalog.rows("capacities-to-come", products=products).to_pylist():
        if row["plant"] == key:
            yield {
                **row, "name": row["label"], "published": written(row["capacity"], row["unit"]),
                "fact": "is to make" if row["measure"] == "plan" else "made in a year",
            }  # fmt: skip


def _company(catalog: Catalog, entity: Entity) -> Answer:
    """Show the seat, owners, stakes and plants of a company.

    Its rows are its owners, its stakes in plants and companies, the plants that it has through
    others, and those that it runs.
    """
    firm = next(row for row in catalog.rows("companies").to_pylist()
                if row["company"] == entity.key)  # fmt: skip
    known = plants_of(catalog, catalog.materials.scope(None), None)
    rows = [
        *_made(catalog, company=entity.key), *_stakes(catalog, known, entity.key),
        *_run(catalog, known, entity.key),
    ]  # fmt: skip
    seat = "Its seat is not known"
    if firm["seat"]:
        seat = f"Seat: {catalog.place_in_text(firm['seat'])} ({firm['seat_source']})"
    state = " A source says that a state has most of it." if firm["state_owned"] else ""
    return _profile(
        catalog, entity, f"What is known of the company {entity.name}?", rows,
        Firm(firm["seat"], firm["type"], firm["state_owned"]),
        [Note(f"Its seat: {firm['seat_url']}")] if firm["seat_url"] else [],
        f"{seat}.{state} Share: of the direct owner; through parents: its part of the plant by "
        "equity. Capacity is never production.",
        [firm["source"], *([firm["seat_source"]] if firm["seat_source"] else [])],
    )  # fmt: skip


def _stakes(catalog: Catalog, known: Plants, key: str) -> Iterator[dict[str, Any]]:
    """Yield the owners of a company, its stakes, and the plants that it has through others."""
    yield from _owner_rows(catalog, known, key)
    ownership = [row for sets in known.owner_sets.values() for row in sets[0].rows]
    for row in sorted(ownership, key=lambda row: (row["owned_name"], row["owned"])):
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
            "as_of": stake["as_of"] if stake else row["as_of"],
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
        yield {
            **row, "published": written(row["capacity"], row["unit"]),
            "status": status_in_words(row["status"]),
        }  # fmt: skip
    for row in known.others:
        yield {**row, "status": status_in_words(row["status"])}


def _country(catalog: Catalog, entity: Entity) -> Answer:
    """Show the groups or members of a place, what it makes, its controls and its targets."""
    areas = {row["key"]: row for row in catalog.nodes("Area").to_pylist()}
    place = areas.get(entity.key) or next(
        row for row in catalog.nodes("Country").to_pylist() if row["key"] == entity.key
    )
    groups = [row for row in areas.values() if entity.key in (row["members"] or ())]
    rows = [
        *({"fact": "is in the group", "name": row["name"], "place": row["key"],
           "source": row["source"]} for row in groups),
        *({"fact": "has the member", "name": catalog.name_of(key) or key, "place": key,
           "source": place["source"]} for key in place["members"] or ()),
        *_makes(catalog, entity.key),
        *({"fact": "restricts exports by", **_act(row)}
          for row in catalog.rows("controls").to_pylist() if row["country"] == entity.key),
        *({"fact": "aims at", "name": row["name"], "share": row["share"],
           "as_of": row["until"], "source": row["source"], "note": row["note"]}
          for row in catalog.rows("targets").to_pylist() if row["country"] == entity.key),
    ]  # fmt: skip
    what = "country" if place["type"] in COUNTRIES else "area"
    type_of_place = "Group of countries" if place["type"] == "group" else what.capitalize()
    region = f" in {place['region']}" if place["region"] else ""
    production = ""
    if any(row["fact"] == "made" for row in rows):
        production = " What it made is of the newest year with figures of a product."
    key = entity.key
    return _profile(
        catalog, entity, f"What is known of the {what} {entity.name}?", rows,
        Land(place["type"], place["region"], place["aliases"]),
        [place["note"]] if place["note"] else [],
        f"{type_of_place}{region}.{production} Ask further: graphkit depends {key}, dependents "
        f"{key}, plants {key}, brief {key}.",
        [place["source"]],
    )  # fmt: skip


def _makes(catalog: Catalog, country: str) -> Iterator[dict[str, Any]]:
    """Yield what a country made of each product in the newest year with figures of it."""
    newest: dict[str, str] = {}
    for row in catalog.rows("production-periods").to_pylist():
        newest[row["product"]] = max(row["period"], newest.get(row["product"], ""))
    made_by_country = [
        row for period in sorted({*newest.values()})
        for row in catalog.rows(
            "production-of-country", country=country, period=period
        ).to_pylist()
        if newest[row["product"]] == period
    ]  # fmt: skip
    for row in sorted(made_by_country, key=lambda row: (
        row["stage_order"], row["product"], row["source"], row["basis"] or "",
    )):  # fmt: skip
        yield {
            "fact": "made", "name": catalog.materials.in_text(row["product"]),
            "product": row["product"], "published": row["published_value"],
            "tonnes": row["tonnes"], "basis": row["basis"], "share": row["share"],
            "as_of": row["period"], "status": row["qualifier"], "note": row["note"],
            "source": row["source"],
        }  # fmt: skip


def _act(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write an export control as the fact of another thing."""
    return {
        "name": row["announcement"] or row["key"], "country": row["country"],
        "control": row["key"], "as_of": row["since"], "status": row["measure"],
        "note": row["note"], "source": row["source"],
    }  # fmt: skip


def _mineral(catalog: Catalog, entity: Entity) -> Answer:
    """Show the groups or members of an element, its products, and the controls that name it."""
    elements = {row["key"]: row for row in catalog.nodes("Element").to_pylist()}
    node, members = elements[entity.key], catalog.materials.members
    groups = sorted(group for group, inside in members.items() if entity.key in inside)
    contents = [
        row for row in catalog.links("CONTAINS").to_pylist() if row["element"] == entity.key
    ]
    order = {product: place for place, product in enumerate(catalog.materials.products)}
    contents.sort(key=lambda row: (row["role"] != MAIN, order[row["product"]]))
    rows = [
        *({"fact": "is in the group", "name": elements[key]["name"], "element": key,
           "source": node["source"]} for key in groups),
        *({"fact": "has the member", "name": elements[key]["name"], "element": key,
           "source": elements[key]["source"]} for key in sorted(members.get(entity.key, ()))),
        *({"fact": "is bought as" if row["role"] == MAIN else "is in",
           "name": catalog.materials.in_text(row["product"]), "product": row["product"],
           "status": row["role"], "note": row["note"], "source": row["source"]}
          for row in contents),
        *({"fact": "is restricted by", **_act(row)}
          for row in catalog.rows("controls").to_pylist()
          if {entity.key, *groups} & set(row["elements"] or ())),
    ]  # fmt: skip
    key = entity.key
    return _profile(
        catalog, entity, f"What is known of the mineral {uncapitalized(entity.name)}?", rows,
        Mineral(node["type"], node["aliases"]), [node["note"]] if node["note"] else [],
        f"{node['type'].capitalize()}. Ask further: graphkit concentration --for {key}, uses "
        f"{key}, plants --for {key}, brief --for {key}.",
        [node["source"]],
    )  # fmt: skip


def _product(catalog: Catalog, entity: Entity) -> Answer:
    """Show the codes, elements and steps of a product, and the controls that cover it."""
    node = next(row for row in catalog.nodes("Product").to_pylist() if row["key"] == entity.key)
    traded = [row for row in catalog.links("TRADED_AS").to_pylist()
              if row["product"] == entity.key]  # fmt: skip
    contents = [row for row in catalog.links("CONTAINS").to_pylist()
                if row["product"] == entity.key]  # fmt: skip
    names = {row["key"]: row["name"] for row in catalog.nodes("Element").to_pylist()}
    rows = [
        *({"fact": "travels under", "name": f"HS {row['code']}", "status": row["fit"],
           "as_of": row["revision"], "note": row["note"] or row["earlier"],
           "source": row["source"]} for row in traded),
        *({"fact": "contains", "name": names[row["element"]], "element": row["element"],
           "status": row["role"], "note": row["note"], "source": row["source"]}
          for row in contents),
        *_steps(catalog, entity.key, "made-from", "input", "is made from"),
        *_steps(catalog, entity.key, "made-into", "output", "is made into"),
        *({"fact": "is restricted by", **_act(row)}
          for row in catalog.rows("controls").to_pylist()
          if entity.key in (row["products"] or ())),
    ]  # fmt: skip
    notes = [Note(text) for text in (node["remark"], node["note"]) if text]
    stage = catalog.label(node["stage"]) or node["stage"]
    key, name = entity.key, catalog.materials.in_text(entity.key)
    return _profile(
        catalog, entity, f"What is known of the product {name}?", rows,
        Product(node["stage"], node["aliases"]), notes,
        f"Product of the stage {uncapitalized(stage)}. Ask further: graphkit concentration --for "
        f"product:{key}, query made-into -P product={key}.",
        [node["source"]],
    )  # fmt: skip


def _steps(
    catalog: Catalog, product: str, query: str, end: str, fact: str
) -> Iterator[dict[str, Any]]:
    """Yield what a product is made from, or made into, in one step."""
    steps = catalog.rows(query, product=product).to_pylist()
    for row in (row for row in steps if row["steps"] == 1):
        other = row[f"{end}_product"]
        yield {
            "fact": fact, "name": catalog.materials.in_text(other), "product": other,
            "status": row["process"], "source": row["source"],
        }  # fmt: skip


def _control(catalog: Catalog, entity: Entity) -> Answer:
    """Show what an export control names and covers."""
    act = next(row for row in catalog.rows("controls").to_pylist() if row["key"] == entity.key)
    names = {row["key"]: row["name"] for row in catalog.nodes("Element").to_pylist()}
    shared = {"country": act["country"], "source": act["source"]}
    rows = [
        *({**shared, "fact": "names", "name": names[key], "element": key}
          for key in act["elements"] or ()),
        *({**shared, "fact": "names the item", "name": item} for item in act["items"] or ()),
        *({**shared, "fact": "covers", "name": catalog.materials.in_text(key), "product": key}
          for key in act["products"] or ()),
    ]  # fmt: skip
    whose = catalog.place_in_text(act["country"])
    until = f" until {act['until']}" if act["until"] else ""
    suspended = (
        f", suspended from {act['suspended_from']}"
        f"{' until ' + act['suspended_until'] if act['suspended_until'] else ''}"
        if act["suspended_from"] else ""
    )  # fmt: skip
    return _profile(
        catalog, entity, f"What is known of the control {entity.name} of {whose}?", rows,
        Act(act["country"], act["measure"], act["target"], act["since"], act["until"],
            act["suspended_from"], act["suspended_until"], act["quota"]),
        [Note(text) for text in (act["note"], act["evidence"]) if text],
        f"Export control of {whose}: {act['measure']}, since {act['since']}{until}{suspended}. "
        f"Ask further: graphkit controls {act['country']}, disrupt --restriction {act['key']}.",
        [act["source"]],
    )  # fmt: skip


PROFILES: Mapping[str, Callable[[Catalog, Entity], Answer]] = {
    "country": _country, "mineral": _mineral, "product": _product, "control": _control,
    "plant": _plant, "company": _company,
}  # fmt: skip
"""Writer of the profile of each kind, in the order in which a name is tried."""


def _profile(
    catalog: Catalog, entity: Entity, question: str, rows: Iterable[Mapping[str, Any]],
    known: Term, notes: Sequence[Note], caption: str, sources: Sequence[str],
) -> Answer:  # fmt: skip
    """Put the facts of one thing into an answer."""
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in PROFILE} for row in rows],
        schema_of(PROFILE),
    )
    cited = pa.table({"source": pa.array(sources, pa.string())})
    return Answer(
        question, terms(Subject(KIND_OF[entity.kind], entity.key, entity.name), known),
        table, PROFILE,
        Coverage(lines({"facts": len(table)})), catalog.sources(table, cited),
        notes=tuple(notes), caption=caption,
        shown=without_empty(
            table, [c.name for c in PROFILE if c.header], "fact", "name", "share"
        ),
        nothing=Absence(f"No source says more of {entity.name}."),
    )  # fmt: skip
