"""The first view of the page: who comes first at each stage of every mineral."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import PLACE, Kind
from graphkit.answers.terms import Role
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Materials
from graphkit.errors import visible
from graphkit.headlines.wording import figure_of_share
from graphkit.plot.drawing import name_of, tint
from graphkit.questions.markets.concentration import AS_CLAIMED
from graphkit.questions.question import first_line

PRODUCTION = "production"
MOSTLY = 0.8
"""Part of a product's elements that makes it a product of their group."""
ACT, STRATEGIC = "EU27", "one-country"
"""Whose targets name the strategic raw materials, and the measure of these targets."""
RANKS = ("strategic", "on both lists", "on one list", "on no list")
"""Order of the minerals: by the EU's strategic raw materials, then the lists of EU and US."""


@dataclass(frozen=True)
class Task:
    """A question of the front page."""

    question: str
    ask: str
    fields: Mapping[str, str]


TASKS = (
    Task("Whom does South Korea depend on?", "depends", {"country": "KOR"}),
    Task(
        "Who mined what South Korea’s magnets are made of?", "origins",
        {"country": "KOR", "for": "magnets-metal"},
    ),
    Task(
        "What does Germany lose without China’s gallium?", "disrupt",
        {"who": "CHN", "for": "gallium", "of": "DEU"},
    ),
    Task(
        "How did China’s share of Japan’s rare-earth metals change?", "trend",
        {"country": "JPN", "on": "CHN", "for": "ree-metals", "since": "2010"},
    ),
    Task(
        "Do 98 % of Europe’s rare-earth magnets come from China?", "claims/check",
        {"that": "China supplies 98 % of the EU’s rare-earth magnets"},
    ),
    Task("Who owns Congo’s cobalt mines?", "owners", {"country": "COD", "for": "cobalt"}),
    Task("Who makes the world’s gallium?", "concentration", {"for": "gallium"}),
    Task("Which export controls of China are in place?", "controls", {"country": "CHN"}),
)  # fmt: skip
"""Questions of newcomers, each with the address of its answer."""


def minerals_of(materials: Materials, product: str) -> list[str]:
    """Name the elements of a product, or the smallest group with nearly all of more than two."""
    main = materials.main.get(product, set())
    groups = [
        (len(members), group)
        for group, members in materials.members.items()
        if len(main) > 2 and len(main & members) >= MOSTLY * len(main)
    ]
    return [min(groups)[1]] if groups else sorted(main)


def production_overview(catalog: Catalog, answer: Answer) -> dict[str, Any]:
    """Show the first producer of every mineral at each stage, and apart the first exporter.

    Parameters
    ----------
    catalog : Catalog
        The facts of the database.
    answer : Answer
        Concentration of all products by stage.
    """
    rows = _with_places(answer)
    trade = [row for row in rows if row["market"] == "exports" and row["measure"] == "usd"]
    makers = [row for row in rows if row["market"] in (PRODUCTION, AS_CLAIMED)]
    last, last_trade = (
        max((row["period"] for row in some), default="") for some in (makers, trade)
    )
    figures = [
        *(_claimed(catalog, row) for row in makers if row["market"] == AS_CLAIMED),
        *_told("concentration", answer, [
            *(row for row in rows if row["market"] == PRODUCTION),
            *(row for row in trade if row["period"] == last_trade),
        ]),
    ]  # fmt: skip
    return {
        "title": "The first producer of every mineral at each stage",
        "lead": f"Share of published world production, of {last} or of the years that are named. A "
        "claim is one published share of one country, where no table is as new. Strategic raw "
        "materials of the EU come first, then what is on the lists of the EU and the US.",
        "period": last,
        "exports": f"Where none is published: the first exporter’s share of world exports of "
        f"{last_trade} by value, re-exports included",
        "command": "concentration --sort stage",
        **_overview(catalog, figures),
    }


def import_overview(catalog: Catalog, answer: Answer) -> dict[str, Any]:
    """Show the first supplier of every mineral at each stage that a country imports.

    Parameters
    ----------
    catalog : Catalog
        The facts of the database.
    answer : Answer
        The suppliers that a country depends on.
    """
    country = answer.scope.place(Role.CONSUMER)
    rows = _with_places(answer)
    by_value = [row for row in rows if row["share_usd"] is not None]
    figures = _told("depends", answer, by_value)
    return {
        "title": "The first supplier of every mineral at each stage",
        "lead": f"{answer.question} Share of the imports by value, at face value: the country that "
        "sold it last.",
        "period": max((row["period"] for row in rows), default=""),
        "exports": "",
        "command": f"depends {country}",
        **_overview(catalog, figures),
    }


def _with_places(answer: Answer) -> list[dict[str, Any]]:
    """List the rows of an answer with their places in it."""
    return [{**row, PLACE: place} for place, row in enumerate(answer.rows.to_pylist())]


def _told(
    question: str, answer: Answer, rows: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield the figures of rows of whose market a sentence may say who is the first."""
    for row in rows:
        alone = replace(answer, rows=answer.rows.slice(row[PLACE], 1))
        sentence = first_line(question, alone)
        claim = next(iter(sentence.claims), None)
        if claim is None or claim.kind is not Kind.FIRST or claim.figure is None:
            continue
        kind = row.get("market", "imports")
        basis = f"{row['basis'] or 'basis unknown'}; " if kind == PRODUCTION else ""
        yield {
            "product": row["product"], "country": claim.subject[0], "share": claim.figure.low,
            "figure": claim.figure.words, "period": row["period"], "source": row["source"],
            "kind": kind, "usd": row.get("total_usd", row.get("usd")),
            "text": f"{sentence.words.removesuffix('.')} ({basis}{row['source']})",
        }  # fmt: skip


def _claimed(catalog: Catalog, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figure of a published share of one country."""
    where = f"the world’s {_goods(catalog, row)} in {row['period']}"
    figure = figure_of_share(row["cr1"]).words
    return {
        "product": row["product"], "country": row["top"], "share": row["cr1"], "figure": figure,
        "period": row["period"], "source": row["source"], "kind": "claim",
        "text": f"{figure} of {where} ({row['basis'] or 'basis unknown'}), made in "
        f"{name_of(row['top'] or '')} ({row['source']})",
    }  # fmt: skip


def _goods(catalog: Catalog, row: Mapping[str, Any]) -> str:
    return catalog.materials.in_text(*row["product"].split("+"))


def _overview(catalog: Catalog, figures: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Lay figures out by mineral and stage, the strategic minerals first."""
    materials = catalog.materials
    cells: dict[str, dict[str, list[dict[str, Any]]]] = {}
    of_mineral: dict[str, set[str]] = {}
    for figure in figures:
        product = figure["product"].partition("+")[0]
        if figure["share"] is None or figure["country"] is None:
            continue
        for mineral in _rows_of(materials, product):
            stages = cells.setdefault(mineral, {})
            stages.setdefault(materials.products[product]["stage"], []).append(_shown(figure))
            of_mineral.setdefault(mineral, set()).add(product)
    ranks = dict(_ranks(catalog))
    minerals = [
        {
            "key": mineral,
            "name": materials.label(mineral),
            "list": RANKS[ranks.get(mineral, len(RANKS) - 1)],
            "stages": {stage: _sorted(some) for stage, some in stages.items()},
        }
        for mineral, stages in cells.items()
        if not _is_repeated(mineral, of_mineral)
    ]
    minerals.sort(key=lambda row: (RANKS.index(row["list"]), -_largest(row), row["name"]))
    stages = catalog.nodes("Stage").sort_by("position").select(["key", "name"]).to_pylist()
    used = {stage for row in minerals for stage in row["stages"]}
    return {
        "stages": [stage for stage in stages if stage["key"] in used],
        "minerals": minerals,
    }


def _rows_of(materials: Materials, product: str) -> list[str]:
    """Name the minerals in whose rows a product stands: none if it is a basket of several."""
    minerals = minerals_of(materials, product)
    if materials.others(product, minerals[:1]):
        return []
    members = materials.members
    wider = {
        group: next((other for other, elements in members.items() if some < elements), group)
        for group, some in members.items()
    }
    return [wider.get(mineral, mineral) for mineral in minerals]


def _is_repeated(mineral: str, of_mineral: Mapping[str, set[str]]) -> bool:
    """Return True if all products of a mineral stand in the row of another that comes first."""
    own = of_mineral[mineral]
    return any(
        own < products or (own == products and other < mineral)
        for other, products in of_mineral.items()
        if other != mineral
    )


def _shown(figure: dict[str, Any]) -> dict[str, Any]:
    colour, ink = tint(figure["country"], figure["share"])
    name = name_of(figure["country"])
    return {**figure, "name": name, "text": visible(figure["text"]), "colour": colour, "ink": ink}


def _sorted(figures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort the figures of a cell: exports last, the newest first, a table before a claim."""

    def order(figure: Mapping[str, Any]) -> tuple[Any, ...]:
        weight = figure.get("usd") or figure["share"]
        kind = figure["kind"]
        return (kind == "exports", _backwards(figure["period"]), kind == "claim", -weight)

    return sorted(figures, key=order)


def _backwards(period: str) -> int:
    return -int(period[-4:]) if period[-4:].isdecimal() else 0


def _largest(row: Mapping[str, Any]) -> float:
    """Return the largest share of a mineral that is not one of exports."""
    firsts = [figures[0] for figures in row["stages"].values()]
    return max((first["share"] for first in firsts if first["kind"] != "exports"), default=0.0)


def _ranks(catalog: Catalog) -> Iterator[tuple[str, int]]:
    """Yield each element and group with its place in :data:`RANKS`."""
    targets = catalog.rows("targets").to_pylist()
    strategic = {
        element
        for target in targets
        if (target["country"], target["measure"]) == (ACT, STRATEGIC)
        for element in target["elements"]
    }
    members = catalog.materials.members
    flags = {
        row["key"]: sum(row[name] is True for name in ("us_2025", "eu_2023"))
        for row in catalog.rows("elements").to_pylist()
    }
    for element in flags:
        some = {element, *members.get(element, ())}
        groups = {group for group, elements in members.items() if element in elements}
        if strategic & (some | groups):
            yield element, 0
        else:
            yield element, 3 - max(flags[one] for one in some)
