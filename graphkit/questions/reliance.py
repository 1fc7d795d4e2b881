"""Net import reliance of countries: from flows and production, beside what was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims.wording import claim_figure
from graphkit.analysis.concentration import published_interval
from graphkit.analysis.reliance import net_import_reliance
from graphkit.answer import Answer
from graphkit.arrow import SHARE, flags, number, texts
from graphkit.errors import GraphkitError
from graphkit.names import Named
from graphkit.period import newest
from graphkit.questions.claims import COMPARISON, Asked, claims_about
from graphkit.questions.facts import Facts
from graphkit.questions.figures import coverage_of_figures, figures_in
from graphkit.questions.trade import Trade, check_period, coverage_of, trade_of

KIND = "net-import-reliance"
ROWS = pa.schema([
    *texts("country", "material", "product", "element", "stage", "period"),
    number("imports", "t"), number("exports", "t"), number("production_low", "t"),
    number("production_high", "t"), *texts("basis"), number("reliance_low", SHARE),
    number("reliance_high", SHARE), *flags("net_exporter"), *texts("missing", "published"),
    *(number(f"published_{name}", SHARE) for name in ("value", "low", "high")),
    *texts("published_qualifier", "published_as", "published_basis"),
    *texts("trade_source", "production_source", "published_source"),
])  # fmt: skip
UNITS = {
    "material": "the product, or the element where the published figure is of no one product",
    "imports": "metric tons, of what the basis says; of the flows that give a mass",
    "exports": "metric tons, the same",
    "production_low": "metric tons, of what the source of production counts",
    "production_high": "the same; null: unknown",
    "reliance_low": "0 to 1, (imports - exports) / (production + imports - exports), not below 0",
    "reliance_high": "the same, at most",
    "missing": "why there is no computed figure, or what it leaves out",
    "published": "the published figure in words; a bound stays one",
    "published_value": "0 to 1, of what published_basis says",
    "published_low": "0 to 1, the lower end of a published bound",
    "published_high": "0 to 1, the upper end of a published bound",
    "trade_source": "source, data set and reporter of the trade",
}
HEADS = {
    "country": "Country",
    "material": "Product or element",
    "period": "Period",
    "imports": "Imports (t)",
    "exports": "Exports (t)",
    "production_low": "Production (t)",
    "production_high": "at most",
    "reliance_low": "Reliance",
    "reliance_high": "at most",
    "published": "Published",
    "missing": "Missing",
}
COUNTS = (
    "Reliance is net imports over apparent consumption, by mass, without stock changes; where "
    "production is not known it is a range or unknown. Published figures stand as printed."
)
OF_ALL_FORMS = "one product; published of all forms"
_ELEMENT = "element:"
"""Stands before an element where the measure knows only products."""


def reliance(
    facts: Facts,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
) -> Answer:
    """How far a country relies on imports, from flows and production, beside what was published.

    Parameters
    ----------
    consumer : str, optional
        Country or group; otherwise every country with a figure, computed or published.
    scope : str, optional
        Product, HS code, element, mineral, stage or group; otherwise everything.
    period : str, optional
        Otherwise, product by product, the newest with trade, or else with a published figure.

    Returns
    -------
    Answer
        One row a country, product, source of trade, of production and of the published figure,
        with all its inputs. Trade of one basis and production of another give no figure.

    Raises
    ------
    UsageError
        A name or period that is none; the message has the nearest ones.
    GraphkitError
        Nothing is known in this scope; the message says what there is.
    """
    check_period(period)
    buyer = None if consumer is None else facts.place(consumer)
    asked = Asked(buyer, None, facts.materials.scope(scope), period)
    trade = trade_of(facts, asked.scope, period)
    published = _published(facts, asked)
    when = {series["product"]: series["period"] for series in trade.series}
    published = _of_periods(published, when, period)
    for claim in published.to_pylist():
        when.setdefault(claim["product"] or _ELEMENT + claim["element"], claim["period"])
    made = figures_in(facts, {p: [at] for p, at in when.items() if not p.startswith(_ELEMENT)})
    flows, amounts = trade.flows, made
    notes: list[str] = []
    if buyer is not None and buyer.is_group:
        flows, amounts, notes = _as_one(facts, buyer, flows, made)
    table = net_import_reliance(
        flows, amounts, _by_element(published), countries=None if buyer is None else [buyer.key]
    )
    rows, silent = _rows(facts, table, published, every=buyer is not None)
    if not len(rows):
        raise GraphkitError(_lacking(asked, trade, silent))
    return _answer(facts, asked, rows, trade, made, published, notes, silent)


def _published(facts: Facts, asked: Asked) -> pa.Table:
    """The figures published about the consumer in scope."""
    claims = claims_about(facts.claims, asked)
    return claims.filter(pc.and_(pc.equal(claims["kind"], KIND), pc.is_valid(claims["period"])))


def _of_periods(claims: pa.Table, when: Mapping[str, str], period: str | None) -> pa.Table:
    """Only those of the period; or of each product's: that of its trade, else the newest."""
    held: dict[tuple[str | None, str | None], set[str]] = {}
    for claim in claims.to_pylist():
        held.setdefault((claim["product"], claim["element"]), set()).add(claim["period"])
    chosen = {
        pair: period or when.get(pair[0] or "") or newest(sorted(have))
        for pair, have in held.items()
    }
    mask = [c["period"] == chosen[c["product"], c["element"]] for c in claims.to_pylist()]
    return claims.filter(pa.array(mask, pa.bool_()))


def _by_element(claims: pa.Table) -> pa.Table:
    """Claims in which an element stands for the product, where no one product is meant."""
    element = pc.binary_join_element_wise(_ELEMENT, claims["element"], "")
    place = claims.column_names.index("product")
    return claims.set_column(place, "product", pc.coalesce(claims["product"], element))


def _as_one(
    facts: Facts, group: Named, flows: pa.Table, made: pa.Table
) -> tuple[pa.Table, pa.Table, list[str]]:
    """Flows and production with the members of a group as one place.

    A table of producers names the large ones: members that it does not name may produce too.
    """
    members = facts.members(group)
    inside = pa.array(members, pa.string())
    for end in ("consumer", "supplier"):
        one = pc.if_else(pc.is_in(flows[end], inside), group.key, flows[end])
        flows = flows.set_column(flows.column_names.index(end), end, one)
    sums: dict[tuple[Any, ...], float] = {}
    for row in made.filter(pc.is_in(made["country"], inside)).to_pylist():
        key = tuple(row[n] for n in ("product", "period", "basis", "source"))
        sums[key] = sums.get(key, 0.0) + (published_interval(row) or (0.0,))[0]
    rows = [
        dict(zip(("product", "period", "basis", "source"), key, strict=True))
        | {"country": group.key, "qualifier": "at-least", "low": low}
        for key, low in sorted(sums.items(), key=str)
    ]
    note = (
        f"{group.name} is its {len(members)} present members in every period; trade among them "
        "is left out, and its production is at least that of the members with a figure."
    )
    return flows, pa.Table.from_pylist(rows, made.schema), [note]


def _rows(
    facts: Facts, table: pa.Table, published: pa.Table, *, every: bool
) -> tuple[pa.Table, int]:
    """The rows of the answer, and how many countries and products have no figure at all."""
    rows, silent = [], 0
    bases = {
        (c["consumer"], c["product"] or _ELEMENT + c["element"], c["period"], c["source"],
         c["published_value"], c["value"]): c["basis"]
        for c in published.to_pylist()
    }  # fmt: skip
    for row in table.to_pylist():
        told = row["published_source"] is not None
        if not every and row["reliance_low"] is None and not told:
            silent += 1
            continue
        basis = bases.get((
            row["country"], row["product"], row["period"], row["published_source"],
            row["published_as"], row["published_value"],
        ))  # fmt: skip
        if row["product"].startswith(_ELEMENT):
            row |= {"element": row["product"].removeprefix(_ELEMENT), "product": None}
            row["missing"] = OF_ALL_FORMS
        else:
            row["stage"] = facts.materials.products[row["product"]]["stage"]
        words = _words(row) if told else None
        row |= {"material": row["product"] or row["element"], "published": words,
                "published_basis": basis}  # fmt: skip
        rows.append({n: row.get(n) for n in ROWS.names})
    rows.sort(key=lambda r: (r["product"] is None, r["material"], r["country"]))
    return pa.Table.from_pylist(rows, ROWS), silent


def _words(row: Mapping[str, Any]) -> str:
    """A published figure as people read it: 86 %, more than 75 %, net exporter."""
    said = {name: row[f"published_{name}"] for name in ("value", "low", "high", "qualifier")}
    if all(said[name] is None for name in ("value", "low", "high")):
        return str(said["qualifier"] or row["published_as"] or "").replace("-", " ")
    known = {name: value for name, value in said.items() if value is not None}
    return claim_figure({"kind": KIND, "unit": "share", **known})


def _lacking(asked: Asked, trade: Trade, silent: int) -> str:
    if silent:
        return (
            f"no reliance is known for {asked.scope.meaning}: none is published, and none of "
            f"{silent} countries and products has both trade and production of one basis; name a "
            "country to see what there is"
        )
    said = trade.lacking.rstrip(".") or "No trade flows are known"
    whom = f" of {asked.buyer.name}" if asked.buyer else ""
    return f"{said[0].lower()}{said[1:]}; nor is a reliance{whom} published in this scope"


def _notes(asked: Asked, rows: pa.Table, trade: Trade, silent: int) -> Iterator[str]:
    if trade.lacking:
        yield trade.lacking
    yield from (*asked.scope.notes, *trade.notes)
    if silent:
        yield (
            f"{silent:,} more countries and products have neither a computed nor a published "
            "figure: name a country to see what there is of it."
        )
    if rows["reliance_low"].null_count == len(rows):
        yield "Nothing could be computed: the column 'missing' says what lacks in each row."


def _answer(
    facts: Facts,
    asked: Asked,
    rows: pa.Table,
    trade: Trade,
    made: pa.Table,
    published: pa.Table,
    notes: list[str],
    silent: int,
) -> Answer:
    whom = asked.buyer.name if asked.buyer else "each country"
    used = {name for name in rows.column_names if rows[name].null_count < len(rows)}
    what = asked.scope.meaning if asked.scope.text else "everything with data"
    return Answer(
        f"How far does {whom} rely on imports of {what}?",
        {
            "country": asked.buyer.key if asked.buyer else None,
            "for": asked.scope.text,
            "meaning": asked.scope.meaning,
            "products": sorted(set(rows["product"].to_pylist()) - {None}),
            "period": asked.period or "newest with data",
            "measure": "mass (tonnes)",
        },
        rows,
        UNITS,
        {
            **coverage_of(trade, asked.scope),
            **coverage_of_figures(made, asked.scope),
            "rows_with_a_computed_figure": len(rows) - rows["reliance_low"].null_count,
            "rows_with_a_published_figure": len(rows) - rows["published_source"].null_count,
        },
        published,
        COMPARISON.empty_table(),
        facts.sources(trade.flows, made, published),
        (*notes, *_notes(asked, rows, trade, silent)),
        {name: head for name, head in HEADS.items() if name in {*used, "reliance_low"}},
        COUNTS,
    )
