"""Export controls: who restricts what since when, and the trade that an act names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims.phrases import claim_figure, known_values
from graphkit.analysis.claims.readings import LICENCES
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.goods import Goods, Named
from graphkit.answers.note import Note
from graphkit.answers.terms import Day, Places, Role, terms
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period
from graphkit.questions.act.controls_text import IN_FORCE, LICENSED
from graphkit.questions.question import checked

CONTROLS = (
    Column("country", "Country"),
    Column("announcement", "Act", rank=0),
    Column("measure", "Measure"),
    Column("target", "Aimed at"),
    Column("announced", "", "when it was announced, as far as it is known"),
    Column("since", "Since", "first day, of one announced the day from which it is to apply"),
    Column("until", "Until"),
    Column("suspended_from", "Suspended"),
    Column("suspended_until", "up to"),
    Column("status", "Status", rank=0),
    Column("elements", "Elements", "the elements that it names", type=TEXTS),
    Column(
        "items", "Items", "what it names besides, or the forms that it covers", type=TEXTS, rank=2
    ),
    Column("quota", "Quota (t)", "metric tons, of all its products together", type=NUMBER, rank=0),
    Column(
        "granted",
        "Granted",
        "published shares of the applications for a licence that were "
        "granted, each with its period; of a day, those up to its month",
        type=TEXTS,
    ),
    Column("products", "", "products of the graph that it covers, whole or in part", type=TEXTS),
    Column("suspension_source", "", "key of the source of the end of the suspension, where it is "
           "not that of the act"),
    *plain_columns("note", "evidence", "source", "key"),
)  # fmt: skip


@checked(CONTROLS)
def controls(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    date: str | None = None,
) -> Answer:
    """List export controls with the elements that each names.

    Returns
    -------
    Answer
        One row for each act, or for each period of its quota, the newest first.

    Raises
    ------
    UsageError
        Unknown name, or no date of the calendar.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    all_controls = catalog.rows("controls").to_pylist()
    published = {row["key"]: row["published"] for row in catalog.nodes("Source").to_pylist()}
    claims_by_control = _claims_on_acts(catalog, date)
    status = {
        row["key"]: None if date is None else _status(row, date, published) for row in all_controls
    }
    rows = [
        {
            **row,
            "status": status[row["key"]],
            "granted": list(map(_rate, _rates(claims_by_control.get(row["key"], ())))) or None,
        }
        for row in all_controls
        if (place is None or row["country"] == place.key)
        and (date is None or status[row["key"]] is not None)
        and (scope is None or _concerns(catalog, row, goods))
    ]
    # Newest first, and those of one day by key.
    rows.sort(key=lambda row: row["key"])
    rows.sort(key=lambda row: row["since"], reverse=True)
    table = pa.Table.from_pylist(rows, schema_of(CONTROLS))
    elements = sorted({element for row in rows for element in row["elements"] or ()})
    keys = [claim["key"] for row in rows for claim in claims_by_control.get(row["key"], ())]
    claims = catalog.claims.filter(pc.is_in(catalog.claims["key"], pa.array(keys, pa.string())))
    verb = f"does {place.in_text} have" if place else "are there"
    about = f" on {goods.meaning}" if scope is not None else ""
    return Answer(
        f"Which export controls {verb}{about}{f', on {date}' if date else ''}?",
        terms(Places(Role.COUNTRY, place.key if place else None), goods.material, Day(date)),
        table,
        CONTROLS,
        Coverage(lines({
            "controls": len(rows), "controls_in_all": len(all_controls),
            "elements_named": tuple(elements),
        })),
        catalog.sources(table, pa.table({"source": table["suspension_source"]}), claims),
        claims,
        notes=goods.notes,
        nothing=Absence("No control is known that matches."),
        caption="A control covers the elements and items that it names, not all that its products "
        "contain.",
        shown=without_empty(table, [c.name for c in CONTROLS if c.header], "country", "since"),
    )  # fmt: skip


ANNOUNCED, SUSPENDED = "announced", "suspended"
LATER_UNKNOWN = "suspended as announced, later unknown"
"""State after the announced end of a suspension of which no later source is known."""


def _status(
    control: Mapping[str, Any], date: str, published: Mapping[str, str | None]
) -> str | None:
    """Tell the state of a control on a day; None before it was announced, and after its end.

    ``published`` has the days of the sources: the one of a suspension may be of another day.
    """
    start, end = control["suspended_from"], control["suspended_until"]
    if control["until"] is not None and control["until"] < date:
        return None
    if start is not None and start <= date:
        day = published[control["suspension_source"] or control["source"]]
        if end is None or date <= end:
            return SUSPENDED
        if day is None or day <= end:
            return LATER_UNKNOWN
    if date < control["since"]:
        is_announced = control["announced"] is not None and control["announced"] <= date
        return ANNOUNCED if is_announced else None
    return LICENSED if control["measure"] == "licence" else IN_FORCE


def restraints(catalog: Catalog, date: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Collect the controls that hold exports back on a day, by country and product."""
    published = {row["key"]: row["published"] for row in catalog.nodes("Source").to_pylist()}
    acts: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in catalog.rows("controls").to_pylist():
        if _status(row, date, published) in (IN_FORCE, LICENSED):
            for product in row["products"] or ():
                acts[row["country"], product].append(row)
    return acts


def _claims_on_acts(catalog: Catalog, date: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Collect the claims about controls, by control; of a day, those up to its month."""
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in catalog.claims.to_pylist():
        later = (
            date is not None
            and claim["period"] is not None
            and Period(claim["period"]).start > Period(date[:7]).start
        )
        if claim["control"] is not None and not later:
            claims[claim["control"]].append(claim)
    return claims


def _rates(claims: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Select the shares of applications for a licence that were granted, in order of time."""
    rates = [claim for claim in claims if claim["measure"] == LICENCES]
    return sorted(rates, key=lambda claim: (claim["period"] or "", claim["key"]))


def _rate(claim: Mapping[str, Any]) -> str:
    """Format the share of applications granted, with its period."""
    period = f", {claim['period']}" if claim["period"] else ""
    return f"{claim_figure(known_values(claim))}{period}"


def _concerns(catalog: Catalog, control: Mapping[str, Any], goods: Scope) -> bool:
    """Return True if a control names an element in scope, or covers a product in scope."""
    if goods.elements:
        return bool(_named_elements(catalog, control) & goods.elements)
    return bool(set(control["products"] or ()) & set(goods.products))


def _named_elements(catalog: Catalog, control: Mapping[str, Any]) -> set[str]:
    """Collect the elements that a control names, with the members of the groups among them."""
    elements = set(control["elements"] or ())
    return elements.union(*(catalog.materials.members.get(element, ()) for element in elements))


@dataclass(frozen=True)
class ControlCut:
    """A cut of exports: the exporters, the goods and the destinations."""

    name: str
    exporters: list[str]
    scope: Scope
    destinations: list[str] | None = None
    destination: str = ""
    """The destinations as they were named."""
    notes: list[Note] = field(default_factory=list)
    sources: list[pa.Table] = field(default_factory=list)
    exporter: str = ""
    """The key by which the exporters were named: of a country, a group, or several."""


def control_cut(catalog: Catalog, text: str) -> ControlCut:
    """Turn an export control into a cut of its products, or of the traded baskets they are in.

    Raises
    ------
    UsageError
        No control has this key or announcement; the message lists those that exist.
    GraphkitError
        No product that it covers is traded.
    """
    all_controls = catalog.rows("controls")
    rows = [row for row in all_controls.to_pylist() if _is_called(row, text)]
    if not rows:
        announcements = _distinct(all_controls.to_pylist(), "announcement")
        raise UsageError(f"no restriction is called {text!r}; there are {'; '.join(announcements)}")
    traded = set(catalog.traded["product"].to_pylist())
    covered = sorted({product for row in rows for product in row["products"] or ()})
    baskets = {product: traded_baskets(catalog, product, traded) for product in covered}
    products = sorted(set().union(*baskets.values()))
    if not products:
        raise GraphkitError(
            f"{text}: no trade in {', '.join(covered)} is known, so that it cannot be simulated"
        )
    names = sorted({row["announcement"] or row["key"] for row in rows})
    goods = Goods(", ".join(names), Named.CONTROL)
    exporters, targets = _distinct(rows, "country"), _distinct(rows, "target")
    keys = pa.array([row["key"] for row in rows])
    table = all_controls.filter(pc.is_in(all_controls["key"], keys))
    return ControlCut(
        "+".join(exporters),
        exporters,
        Scope(text, tuple(products), goods.subject, goods),
        targets or None,
        ", ".join(targets),
        _cut_notes(catalog, rows, baskets, products),
        [table],
    )


def _is_called(control: Mapping[str, Any], text: str) -> bool:
    name = text.casefold().strip()
    return name in (control["key"].casefold(), (control["announcement"] or "").casefold())


def _distinct(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return sorted({row[name] for row in rows} - {None})


def traded_baskets(catalog: Catalog, product: str, traded: set[str]) -> list[str]:
    """List a traded product, or those of its stage with all its main elements."""
    if product in traded:
        return [product]
    main, products = catalog.materials.main, catalog.materials.products
    elements = main.get(product, set())
    if not elements:
        return []
    stage = products[product]["stage"]
    same_stage = (basket for basket in traded if products[basket]["stage"] == stage)
    return sorted(basket for basket in same_stage if elements <= main.get(basket, set()))


def _cut_notes(
    catalog: Catalog, rows: Sequence[Mapping[str, Any]], baskets: Mapping[str, Sequence[str]],
    cut_products: Iterable[str],
) -> list[Note]:  # fmt: skip
    """Note where a cut covers more than its control, and where less.

    ``baskets`` maps each product that the control covers to the traded products it is in.
    """
    in_text = catalog.materials.in_text
    controlled, notes = set().union(*(_named_elements(catalog, row) for row in rows)), []
    for basket in cut_products:
        elements, reasons = catalog.materials.main.get(basket, set()), []
        if controlled and elements - controlled:
            names = in_text(*sorted(elements & controlled)) or "none"
            reasons.append(f"Of its {len(elements)} main elements, the control names {names}.")
        products = [product for product, traded in baskets.items() if basket in traded]
        if parts := sorted(product for product in products if product != basket):
            reasons.append(f"It covers {in_text(*parts)} in it.")
        if reasons:
            label = catalog.materials.label(basket)
            notes.append(
                Note(
                    f"{label}: cut whole, more than the control covers. {' '.join(reasons)}",
                    (basket,),
                )
            )
    if items := sorted({item for row in rows for item in row["items"] or ()}):
        notes.append(Note(f"The control names: {'; '.join(items)}."))
    if missing := sorted(product for product, traded in baskets.items() if not traded):
        notes.append(Note(f"No trade in {in_text(*missing)} is known: not in the answer."))
    claims_by_control = _claims_on_acts(catalog)
    for row in rows:
        act = row["announcement"] or row["key"]
        notes += [
            Note(
                f"{act}: of the applications for a licence, {_rate(rate)}, were granted "
                f"({rate['basis'] or 'basis not stated'}; {rate['source']})."
            )
            for rate in _rates(claims_by_control.get(row["key"], ()))
        ]
    return [
        *notes,
        Note("A licence does not stop exports: `loss` sets the share that it holds back."),
    ]
