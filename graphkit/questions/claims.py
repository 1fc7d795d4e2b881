"""Published claims in a scope: listed, beside shares of trade, or in place of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from statistics import mean
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims import claim_sentence, known_values
from graphkit.analysis.shares import import_shares
from graphkit.answer import COMPARISON, NUMBER, Answer, Column, without_empty
from graphkit.arrow import SHARE
from graphkit.catalog import Catalog, Materials, Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity
from graphkit.period import Period
from graphkit.questions import checked
from graphkit.questions.trade import Trade

SERIES = ("reporter", "dataset", "source", "basis")
"""Columns of a series: figures of two series are never added up."""


@dataclass(frozen=True)
class Question:
    """Consumer, supplier, scope and period of a question."""

    buyer: Entity | None
    seller: Entity | None
    scope: Scope
    period: str | None


def claims_about(claims: pa.Table, asked: Question, *, context: bool = False) -> pa.Table:
    """Select the claims about the consumer, supplier, products and period of a question.

    A claim is in scope if it names a product, element or stage of the question, and has no period
    or one that shares a month with that of the question. With ``context``, claims about the
    supplier alone count too, for example its share of world production.
    """
    about = claims.select(["consumer", "supplier", "product", "element", "stage", "period"])
    mask = [_fits(row, asked, context) for row in about.to_pylist()]
    return claims.filter(pa.array(mask, pa.bool_()))


def _fits(claim: Mapping[str, Any], asked: Question, context: bool) -> bool:
    of_seller = context and asked.seller is not None and claim["consumer"] is None
    if asked.buyer and claim["consumer"] != asked.buyer.key and not of_seller:
        return False
    if asked.seller and claim["supplier"] != asked.seller.key:
        return False
    both = asked.period and claim["period"]
    if both and not Period(asked.period or "").overlaps(Period(claim["period"])):
        return False
    if asked.scope.text is None:
        return claim["product"] is not None or claim["element"] is not None
    return speaks_of(claim, asked.scope)


def speaks_of(claim: Mapping[str, Any], scope: Scope) -> bool:
    """Return True if a claim is about a product, an element or the stage of a scope."""
    if scope.stage is not None and claim["stage"] == scope.stage:
        return True
    return claim["product"] in scope.products or claim["element"] in scope.elements


def comparisons(claims: pa.Table, trade: Trade, materials: Materials) -> pa.Table:
    """Compare each claimed share of imports with those in the trade data of the same period.

    One row for each product that the claim covers, with data of all its years; for an element or a
    group, then one for all these products together, within one data set (``own_sum``: no publisher
    gives that figure).
    ``points_usd`` and ``points_tonnes`` are the data's share minus the claimed one, in percentage
    points.
    """
    rows: list[dict[str, Any]] = []
    wanted = [claim for claim in claims.to_pylist() if _is_import_share(claim)]
    of = _by_scope(trade.shares, {_scope(claim) for claim in wanted}) if wanted else {}
    lacking = {product for product, taken in trade.periods.items() if taken.missing}
    for claim in wanted:
        shares = of.get(_scope(claim), ())
        counts = _counts(claim, materials) if shares else {}
        found = [r for r in shares if r["product"] in counts and r["product"] not in lacking]
        if claim["stage"]:
            found = [r for r in found if r["stage"] == claim["stage"]]
        found.sort(key=lambda r: (r["stage_order"], r["product"], *(r[n] for n in SERIES)))
        row = partial(_row, claim, counts)
        rows += [row(share, own_sum=False) for share in found]
        rows += [row(share, own_sum=True) for share in _sums(found, trade.flows)]
    return pa.Table.from_pylist(rows, COMPARISON)


def _is_import_share(claim: Mapping[str, Any]) -> bool:
    figure = any(claim[name] is not None for name in ("value", "low", "high"))
    return claim["kind"] == "share" and claim["measure"] == "imports" and figure


def _scope(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["consumer"], row["supplier"], row["period"]


def _by_scope(
    shares: pa.Table, wanted: set[tuple[str, str, str]]
) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    scopes = shares.select(["consumer", "supplier", "period"]).to_pylist()
    mask = pa.array([_scope(row) in wanted for row in scopes], pa.bool_())
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in shares.filter(mask).to_pylist():
        found.setdefault(_scope(row), []).append(row)
    return found


def _counts(
    claim: Mapping[str, Any], materials: Materials
) -> Mapping[str, tuple[int | None, int | None]]:
    """Map each product that a claim covers to its elements meant and its elements in all."""
    if claim["product"] is not None:
        return {claim["product"]: (None, None)}
    return materials.counts(claim["element"]) if claim["element"] is not None else {}


def _sums(found: Sequence[Mapping[str, Any]], flows: pa.Table) -> Iterator[dict[str, Any]]:
    """Compute the shares over all products of each series that has several."""
    series: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in found:
        series.setdefault(tuple(row[n] for n in SERIES), []).append(row)
    for key, rows in series.items():
        products = [row["product"] for row in rows]
        if len(products) < 2:
            continue
        only = dict(zip(SERIES, key, strict=True)) | {
            name: rows[0][name] for name in ("consumer", "period")
        }
        mask = pc.is_in(flows["product"], value_set=pa.array(products))
        for name, value in only.items():
            mask = pc.and_(mask, pc.equal(flows[name], value))
        together = flows.filter(mask)
        label = pa.array([" + ".join(products)] * len(together), pa.string())
        place = together.column_names.index("product")
        shares = import_shares(together.set_column(place, "product", label)).to_pylist()
        share = next(s for s in shares if s["supplier"] == rows[0]["supplier"])
        yield {
            **share,
            "hs": "+".join(row["hs"] for row in rows),
            "basis": rows[0]["basis"],
        }


def _row(
    claim: Mapping[str, Any],
    counts: Mapping[str, tuple[int | None, int | None]],
    share: Mapping[str, Any],
    *,
    own_sum: bool,
) -> dict[str, Any]:
    asked, every = (None, None) if own_sum else counts[share["product"]]
    kept = ("consumer", "supplier", "period", "hs", "dataset", "source")
    measured = ("share_usd", "share_tonnes", "missing_tonnes_share")
    return {
        **{name: share[name] for name in (*kept, *measured)},
        "claim": claim["key"],
        "basis": claim["basis"],
        "data_basis": share["basis"],
        "claimed": claim["value"],
        "claimed_low": claim["low"],
        "claimed_high": claim["high"],
        "products": share["product"],
        "elements_asked": asked,
        "elements": every,
        "own_sum": own_sum,
        "points_usd": _points(share["share_usd"], claim["value"]),
        "points_tonnes": _points(share["share_tonnes"], claim["value"]),
    }


def _points(share: float | None, claimed: float | None) -> float | None:
    return None if share is None or claimed is None else 100 * (share - claimed)


ENDS = ("consumer", "supplier", "rival")
COLUMNS = (
    Column("claim", "Claim"),
    Column("basis", "Basis"),
    Column("attributed_to", "Whose figure"),
    Column("source", "Source"),
    Column("value", doc="in the unit of the claim; a share is 0 to 1", type=NUMBER),
    Column("low", doc="lower end of a published range, in the unit of the claim", type=NUMBER),
    Column("high", doc="upper end of a published range, in the unit of the claim", type=NUMBER),
)


@dataclass(frozen=True)
class ClaimFilter:
    """Filters of the claims command."""

    about: Entity | None
    scope: Scope
    source: str | None
    kind: str | None

    @property
    def meaning(self) -> str:
        """The filters in words, each with a leading space."""
        return "".join([
            *([f" about {self.about}"] if self.about else ()),
            *([f" for {self.scope.meaning}"] if self.scope.text else ()),
            *([f" by the source {self.source}"] if self.source else ()),
            *([f" of the kind {self.kind}"] if self.kind else ()),
        ])  # fmt: skip

    @property
    def asked(self) -> dict[str, Any]:
        """The filters as the scope of an answer."""
        place = self.about.key if self.about else None
        return {"of": place, "for": self.scope.text, "source": self.source, "kind": self.kind}

    def holds(self, claim: Mapping[str, Any]) -> bool:
        """Return True if a claim meets all filters."""
        return all(
            not wanted or meets
            for wanted, meets in (
                (self.about, self.about and self.about.key in [claim[n] for n in ENDS]),
                (self.scope.text, speaks_of(claim, self.scope)),
                (self.source, claim["source"] == self.source),
                (self.kind, claim["kind"] == self.kind),
            )
        )

    def among(self, claims: pa.Table) -> pa.Table:
        """Select the claims that match.

        Raises
        ------
        GraphkitError
            No claim matches.
        """
        found = claims.filter(pa.array(map(self.holds, claims.to_pylist()), pa.bool_()))
        if not len(found):
            raise GraphkitError(
                f"no claim{self.meaning} is known; there are {len(claims):,} in all"
            )
        return found


def wanted_of(
    catalog: Catalog, of: str | None, scope: str | None, source: str | None, kind: str | None
) -> ClaimFilter:
    """Parse the filters of the claims command.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    """
    place = None if of is None else catalog.place(of)
    if source is not None:
        known = sorted(set(catalog.claims["source"].to_pylist()))
        if source not in known:
            close = get_close_matches(source, known, n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query sources'"
            raise UsageError(f"`source`: no claim cites {source!r}; {hint}")
    return ClaimFilter(place, catalog.materials.scope(scope), source, kind)


@checked(COLUMNS)
def list_claims(
    catalog: Catalog,
    *,
    of: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
) -> Answer:
    """List published claims as they were published, with scope, basis and source.

    Parameters
    ----------
    of : str, optional
        Country or area that the claim names as consumer, supplier or rival.
    scope : str, optional
        Product, HS code, element, mineral, stage or group.
    source : str, optional
        Key of a source.
    kind : str, optional
        One of :data:`graphkit.parameters.KINDS`.

    Returns
    -------
    Answer
        One row for each claim, by key: its properties, and ``claim``, its figure and scope in
        words.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    GraphkitError
        No claim matches.
    """
    wanted = wanted_of(catalog, of, scope, source, kind)
    rows = with_words(catalog, wanted.among(catalog.claims))
    return Answer(
        f"What was published{wanted.meaning}?",
        wanted.asked,
        rows,
        COLUMNS,
        {
            "claims": len(rows),
            "claims_in_all": len(catalog.claims),
            "of_kind": counted(rows, "kind"),
        },
        catalog.sources(rows),
        notes=wanted.scope.notes,
        caption="Figures are as published, each on its stated basis.",
    )


def with_words(catalog: Catalog, claims: pa.Table) -> pa.Table:
    """Add each claim's figure and scope in words."""
    rows = (catalog.in_names(known_values(row)) for row in claims.to_pylist())
    words = pa.array(map(claim_sentence, rows), pa.string())
    return claims.add_column(1, "claim", words)


def counted(rows: pa.Table, name: str) -> list[str]:
    """Count the rows with each value of a column."""
    return [
        f"{value} {count:,}" for value, count in sorted(Counter(rows[name].to_pylist()).items())
    ]


PARTIES = (
    Column("consumer", "Consumer"),
    Column("supplier", "Supplier"),
    Column("product", "Product"),
    Column("element", "Element"),
)
MADE_OF = (
    Column("counted_by", "Counted by"),
    Column("basis", doc="basis of the figures in words, as the source gives it"),
    Column("attributed_to", doc="whose figures the source quotes"),
    Column("source", "Source"),
)
PUBLISHED_SHARES = (
    *PARTIES,
    Column("period", "Period"),
    Column("share_of", "Share of"),
    Column("share", "as published",
           "0 to 1; published, or the published amount over the published total", type=NUMBER),
    Column("tonnes", "Tonnes", "metric tons, on the stated basis", type=NUMBER),
    Column("usd", "USD", "US dollars", type=NUMBER),
    Column("hhi_low", "HHI at least",
           "Herfindahl-Hirschman index of the partners, 0 to 10,000; what the named ones leave "
           "counted as many", type=NUMBER),
    Column("hhi_high", "at most", "the same, what the named ones leave counted as one",
           type=NUMBER),
    *MADE_OF,
)  # fmt: skip
PUBLISHED_CHANGES = (
    *PARTIES,
    Column("share_of", "Share of"),
    Column("share_before", doc="0 to 1, as published for the first period", type=NUMBER),
    Column("share_after", doc="0 to 1, as published for the second period", type=NUMBER),
    Column("points", "change", "percentage points, share_after minus share_before",
           type=NUMBER),
    Column("tonnes_before", "Tonnes", "metric tons, on the stated basis", type=NUMBER),
    Column("tonnes_after", "then", "the same for the second period", type=NUMBER),
    Column("usd_before", "USD", doc="US dollars", type=NUMBER),
    Column("usd_after", "then", doc="the same for the second period", type=NUMBER),
    Column("amount_change", "change of the amount",
           "the second amount over the first, minus 1: -0.8 is a fall by four fifths", SHARE,
           NUMBER),
    *MADE_OF,
)  # fmt: skip
PUBLISHED = (
    "From published figures of one source and basis each, not from trade data; HHI is from 0 to "
    "10,000."
)


def shares_in(catalog: Catalog, asked: Question) -> pa.Table:
    """Compute the shares that published figures in scope give."""
    from graphkit.analysis.claims.published import published_shares

    areas = catalog.nodes("Area").to_pylist()
    remainders = [area["key"] for area in areas if area["type"] in ("rest", "unspecified")]
    return published_shares(claims_about(catalog.claims, asked), remainders)


def published_answer(
    catalog: Catalog,
    question: str,
    asked: Mapping[str, Any],
    scope: Scope,
    rows: pa.Table,
    columns: Sequence[Column],
    coverage: Mapping[str, Any],
    claims: pa.Table,
    notes: Iterable[str],
) -> Answer:
    """Build an answer whose rows come from claims, marked as such in its scope and caption."""
    return Answer(
        question,
        {**asked, "counted": "published figures"},
        rows,
        columns,
        coverage,
        catalog.sources(rows, claims, scope.elsewhere),
        claims,
        elsewhere=scope.elsewhere,
        notes=tuple(notes),
        caption=PUBLISHED,
        shown=without_empty(rows, [column.name for column in columns if column.header]),
    )


def claimed_shares(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect claimed shares of world production, the most precise first.

    A run of years without a claim of its own has the mean of its years' claimed shares, if every
    year has one: its share lies between theirs, so that the mean estimates it and bounds nothing.
    """
    rows, years = _claimed(catalog, chain, period), Period(period).years
    if len(years) == 1:
        return rows
    pairs = {(row["country"], row["product"]) for row in rows}
    by_year = _claimed_by_year(catalog, chain, years)
    return rows + [
        {**next(iter(claims.values())), "share": mean(row["share"] for row in claims.values()),
         "source": "+".join(dict.fromkeys(row["source"] for row in claims.values())),
         "claim": "+".join(row["claim"] for row in claims.values()), "loose": True,
         "years": {year: row["share"] for year, row in claims.items()}}
        for pair, claims in by_year.items() if pair not in pairs and len(claims) == len(years)
    ]  # fmt: skip


def _claimed(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect the shares that are claimed for exactly one period, the most precise first."""
    rows = [
        {"country": claim["supplier"], "product": product, "share": claim["value"],
         "observed": True, "source": claim["source"], "claim": claim["key"],
         "loose": len(fits) > 1}
        for claim, fits in production_shares_of_claims(catalog)
        if claim["period"] == period
        for product in fits if product in chain
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (-len(f"{r['share']:.6g}"), r["claim"]))


def production_shares_of_claims(
    catalog: Catalog,
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield the claims on a country's share of world production, with the products they mean."""
    for claim, fits in _on_production(catalog):
        plain = claim["value"] is not None and claim["qualifier"] in (None, "about", "rounded")
        if plain and claim["kind"] == "share":
            yield claim, fits


def _claimed_by_year(
    catalog: Catalog, chain: Sequence[str], years: Iterable[str]
) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """Map each country and product to its most precise claim of each year that has one."""
    by_year: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for year in years:
        for row in _claimed(catalog, chain, year):
            by_year.setdefault((row["country"], row["product"]), {}).setdefault(year, row)
    return dict(sorted(by_year.items()))


def claim_steps(
    catalog: Catalog,
    chain: Sequence[str],
    period: str,
    published: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[str]:
    """Note where points step because a year has a claimed share of production and another has none.

    Parameters
    ----------
    published : mapping
        The production that the answer takes, by country and product: where it is a figure, no
        claim counts.
    """
    span, years = Period(period), Period(period).years
    around = [str(span.year - len(years)), *years, str(span.year + 1)]
    tables = catalog.rows("production-periods").select(["product", "period"]).to_pylist()
    tabled = {(row["product"], row["period"]) for row in tables}
    means, alone, steps = [], [], []
    for pair, claims in _claimed_by_year(catalog, chain, around).items():
        row, (country, product) = published.get(pair, {}), pair
        if row and "claim" not in row:
            continue
        carried = {y: c["share"] for y, c in claims.items() if (product, y) not in tabled}
        within = {year: share for year, share in carried.items() if year in years}
        if "years" in row:
            means.append(_in_words(catalog, product, country, within))
        elif len(years) > 1 and within:
            alone.append(_in_words(catalog, product, country, within))
        elif span.months == 12 and 0 < len(carried) < len(around):
            steps.append(_in_words(catalog, product, country, carried))
    notes = {
        "The share of production in these years together is the mean of those claimed for each, "
        "an estimate and no bound": means,
        "A share of production that is claimed for one year carries no run of years, as the totals "
        "are unknown: points of the run rest on trade alone, those of that year on the claim":
            alone,
        "Points rest on a claimed share of production in a year that has one, and on trade alone "
        "in the year before or after: the step between them need not be one of the trade": steps,
    }  # fmt: skip
    return [f"{text} ({'; '.join(where)})." for text, where in notes.items() if where]


def _in_words(catalog: Catalog, product: str, country: str, shares: Mapping[str, float]) -> str:
    """Write the shares of a country in the production of some years."""
    words = ", ".join(f"{100 * share:g} % in {year}" for year, share in shares.items())
    goods = catalog.materials.in_text(product)
    return f"{goods} in {catalog.place_in_text(country)}: {words}"


def _on_production(catalog: Catalog) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Return the claims on what a country makes, with the products that each can mean."""
    for claim in _of_measure(catalog, "production"):
        if claim["supplier"] and not claim["consumer"]:
            product = claim["product"]
            yield claim, [product] if product else _products_of(catalog, claim)


def _of_measure(catalog: Catalog, measure: str) -> list[dict[str, Any]]:
    """Select the claims of a measure, before they are made rows."""
    claims = catalog.claims
    rows: list[dict[str, Any]] = claims.filter(pc.equal(claims["measure"], measure)).to_pylist()
    return rows


def named_makers(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect the countries that claims name as makers of a traded product, without an amount.

    A claim within the period asked names a maker for all of it.
    """
    asked = Period(period)
    traded = set(catalog.traded["product"].to_pylist())
    rows = []
    for claim, fits in _on_production(catalog):
        bound = claim["low"] if claim["value"] is None else claim["value"]
        some = claim["kind"] == "statement" or claim["qualifier"] in ("more-than", "at-least")
        if claim["qualifier"] in (None, "about", "rounded", "range"):
            some = some or (bound or 0.0) > 0
        within = claim["period"] is not None and Period(claim["period"]) in asked
        if some and within and len(fits) == 1 and fits[0] in chain and fits[0] in traded:
            rows.append({
                "country": claim["supplier"], "product": fits[0], "observed": True,
                "source": claim["source"], "claim": claim["key"], "makes": True,
            })  # fmt: skip
    return sorted(rows, key=lambda row: row["claim"])


def _products_of(catalog: Catalog, claim: Mapping[str, Any]) -> list[str]:
    """Find the products that an element at a stage can mean: of several, those with trade."""
    members = catalog.materials.members.get(claim["element"], {claim["element"]})
    fits = [
        product
        for product, row in catalog.materials.products.items()
        if row["stage"] == claim["stage"]
        and len(members & catalog.materials.main.get(product, set())) > len(members) / 2
    ]
    traded = set(catalog.traded["product"].to_pylist())
    return fits if len(fits) == 1 else [product for product in fits if product in traded]


def using_their_own(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Return the claims that a country uses a product of its own alone, for the whole period."""
    asked = Period(period)
    return [
        claim
        for claim in _of_measure(catalog, "sourcing")
        if claim["kind"] == "statement"
        and claim["supplier"] and claim["supplier"] == claim["consumer"]
        and claim["product"] in chain and claim["period"] and asked in Period(claim["period"])
    ]  # fmt: skip
