"""Checks of claims against the loaded facts, and conflicts between claims."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims import verdicts as claim_check
from graphkit.analysis.claims.evidence import Loaded
from graphkit.analysis.claims.measures import measures_of
from graphkit.analysis.claims.phrases import (
    Verdict,
    claim_sentence,
    found_difference,
    found_figure,
    known_values,
)
from graphkit.analysis.claims.published import (
    DIFFERENT,
    conflicts,
    production_conflicts,
    superseded_claims,
)
from graphkit.analysis.claims.verdicts import OFFICES, OFFICES_AMOUNT
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import LONG, NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.coverage import About, Coverage, Line, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Term, terms
from graphkit.arrow import number, texts
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Names
from graphkit.period import Period, listed, spelled, time_of
from graphkit.questions.claims.claim_bounds import bound_in_words, with_bounds_of_claims
from graphkit.questions.claims.claims import ENDS, claim_filter
from graphkit.questions.claims.sentences import stated_by
from graphkit.questions.claims.undecided import (
    undecided,
    undecided_in_short,
    undecided_notes,
)
from graphkit.questions.dependence.origins import origins_of
from graphkit.questions.question import checked
from graphkit.questions.shared.price_bounds import PRICE_BOUND
from graphkit.questions.shared.trade import product_notes
from graphkit.schema import GRAPH, MAIN, Prop, Type


def read_loaded(catalog: Catalog, claims: pa.Table) -> Loaded:
    """Read all production, the trade that claims cover, and the contents of products and groups.

    Trade is limited to the periods of claims and the newest of each product, since reading all
    flows from a server is slow, and to data sets that list all flows: verdicts know no ranges.
    """
    catalog = catalog.complete()
    traded, contents = catalog.traded, catalog.links("CONTAINS")
    # A product that is bought for no element of the graph stands for none that is in it.
    bought = contents["product"].filter(pc.equal(contents["role"], MAIN)).combine_chunks()
    members = [catalog.rows(name) for name in ("area-members", "element-groups")]
    balance_countries = sorted(set(catalog.rows("balance-countries")["country"].to_pylist()))
    return Loaded(
        flows=catalog.flows("trade", **_parameters(traded, _periods(claims, traded))),
        production=all_production(catalog),
        products=catalog.materials.table,
        contents=contents.filter(pc.is_in(contents["product"], bought)),
        members=pa.concat_tables(
            (table.select(["parent", "member"]) for table in members), promote_options="default"
        ),
        areas=catalog.nodes("Area"),
        codes=catalog.rows("code-fits"),
        origins=_origins(catalog, claims),
        all_trade=traded,
        balances=catalog.rows("balances", countries=balance_countries),
        later=_later(catalog),
    )


def _later(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Map the keys of claims that a later edition revised to its claims."""
    claims = {claim["key"]: claim for claim in catalog.claims.to_pylist()}
    revised = superseded_claims(catalog.claims, catalog.nodes("Source"))
    return {old: claims[new] for old, new in revised.items()}


_ORIGINS = pa.schema([
    *texts("consumer", "origin", "product", "traced_to", "period", "measure"),
    number("low"), number("high"),
])  # fmt: skip


def _origins(catalog: Catalog, claims: pa.Table) -> pa.Table:
    """Look through the imports that claims trace to an origin."""
    measures_by_scope: dict[tuple[str, str, str], set[str]] = {}
    for claim in claims.to_pylist():
        if claim["measure"] == "imports by origin" and claim["period"] and claim["consumer"]:
            goods = claim["product"] or claim["element"]
            scope = claim["consumer"], goods, claim["period"]
            measures_by_scope.setdefault(scope, set()).update(measures_of(claim))
    tables = [_ORIGINS.empty_table()]
    for (consumer, goods, period), measures in sorted(measures_by_scope.items()):
        # Without trade of that period there is nothing to look through.
        with suppress(GraphkitError):
            tables += origins_of(catalog, consumer, goods, period, sorted(measures))
    return pa.concat_tables(table.select(_ORIGINS.names).cast(_ORIGINS) for table in tables)


def all_production(catalog: Catalog) -> pa.Table:
    """Read every published figure of production."""
    available = catalog.rows("production-periods")
    return catalog.rows("production", **_parameters(available, available["period"].to_pylist()))


def _parameters(available: pa.Table, periods: Sequence[str]) -> dict[str, list[str]]:
    """Turn all products of a table, and some periods, into the parameters of a query."""
    products = sorted(set(available["product"].to_pylist()))
    return {"products": products, "periods": sorted(set(periods))}


def _periods(claims: pa.Table, traded: pa.Table) -> list[str]:
    """List the periods with trade that a claim covers, and the newest of each product."""
    spans = [
        Period(text)
        for text in {*claims["period"].to_pylist(), *claims["than"].to_pylist()} - {None}
    ]
    newest: dict[str, str] = {}
    for row in traded.to_pylist():
        product, period = row["product"], row["period"]
        newest[product] = max(newest.get(product, period), period, key=time_of)
    covered = {
        text
        for text in set(traded["period"].to_pylist())
        if any(Period(text).overlaps(span) for span in spans)
    }
    return sorted(covered | set(newest.values()))


COLUMNS = (
    Column("verdict", "Verdict", rank=0),
    Column("claim", "Claim", rank=0),
    Column("data", "Facts give", rank=0),
    Column("differs", "Differs by", rank=0),
    Column("reason", "Why not told", "the finding for which it cannot be told, or the likely cause "
           "of a difference; in full in why", rank=0),
    Column("why", "Reading, or what is missing", rank=LONG),
    Column("source", "Source"),
    Column("claimed_low", doc="the published figure or the lower end of its range, in the claim's "
           "unit; a share is 0 to 1", type=NUMBER),
    Column("claimed_high", doc="the same, or the upper end", type=NUMBER),
    Column("found", doc="what the facts give, in the claim's unit; for 'more-than' and "
           "'ahead-of' the first amount minus the second, in USD or t as found_by says",
           type=NUMBER),
    Column("found_low", doc="the same with its rounding, or its lower bound", type=NUMBER),
    Column("found_high", doc="the same with its rounding, or its upper bound", type=NUMBER),
    Column("found_source", doc="key of the source of that figure"),
    Column("decided_by", doc="the table that would decide the claim, where the graph has none",
           rank=LONG),
    Column("beside", doc="keys of claims of others that bear on it and do not decide it",
           type=TEXTS, rank=LONG),
    Column("attributed_to", rank=LONG),
    Column("difference",
           doc="found minus the nearer end of the published figure, in the claim's unit",
           type=NUMBER),
)  # fmt: skip
CAPTION = (
    "'Facts give' is the figure that agrees with the claim, or the closest one. If a claim does "
    "not say value or weight, both are tried. A share agrees within 1 percentage point, or within "
    "10 % of itself if that is less, an amount within 5 %; 'about' doubles both. Two sources: "
    f"apart by no more than nine in ten figures of two offices are, {100 * OFFICES:.1f} points of "
    f"a share and {100 * OFFICES_AMOUNT:.0f} % of an amount."
)


@checked(COLUMNS, PRICE_BOUND)
def claims_check(
    catalog: Catalog,
    *,
    of: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
    verdict: str | None = None,
    that: str | None = None,
    supplier: str | None = None,
    period: str | None = None,
) -> Answer:
    """Check each published claim against the loaded facts in its own scope, or one statement.

    ``that`` is a statement that stands in no seed, such as ``98 % of imports``: what it does not
    say itself, ``of`` (who buys), ``supplier``, ``scope`` and ``period`` do. ``verdict`` is one of
    :class:`~graphkit.analysis.claims.phrases.Verdict`, with spaces or hyphens. Errors are those of
    :func:`~graphkit.questions.claims.claims`; of a statement, the part that was not
    understood.

    Returns
    -------
    Answer
        One row for each claim, contradicted ones first, no measurements last: the columns of
        :func:`~graphkit.analysis.claims.verdicts.check_claims`, and in words ``claim``, ``data``
        (the figure of the facts), ``differs``, and ``why`` (the reading, what may explain a
        contradiction, or what is missing). ``expected_but_not_borne_out`` in the coverage names
        all claims in scope that fail, whatever the ``verdict``.
    """
    if that is not None:
        if source or kind or verdict:
            raise UsageError("--source, --kind and --verdict choose published claims, not --that")
        given = {"consumer": of, "supplier": supplier, "material": scope, "period": period}
        return _check_sentence(catalog, that, given)
    if supplier or period:
        raise UsageError("--from and --period are of a statement: give it by --that")
    if verdict is not None:
        verdict = verdict.strip().replace("-", " ").casefold()
    filters = claim_filter(catalog, of, scope, source, kind)
    claims = filters.among(catalog.claims)
    # "Other countries" are those that no claim of the same table names: whole tables are checked.
    tables = claim_check.tables_of(catalog.claims, claims)
    loaded = read_loaded(catalog, tables)
    results = claim_check.check_claims(tables, loaded)
    results = results.filter(pc.is_in(results["key"], value_set=claims["key"].cast(pa.string())))
    rows = results.filter(pc.equal(results["verdict"], verdict)) if verdict else results
    untold = undecided(rows)
    bounds = with_bounds_of_claims(catalog, rows, loaded)
    return Answer(
        f"Do the loaded facts bear out what was published{filters.meaning}?",
        filters.terms,
        _in_words(catalog, bounds.rows, claims),
        (*COLUMNS, *bounds.columns),
        replace(_outcomes(results, len(catalog.claims)), others=_facts_read(loaded)),
        catalog.sources(rows, _figures_of(rows), loaded.flows, loaded.production, bounds.sources),
        notes=(
            *filters.scope.notes,
            *_notes(catalog, rows, loaded, verdict),
            *undecided_notes(catalog, untold),
            *product_notes(catalog.materials, _measured_products(rows)),
        ),
        caption=f"{undecided_in_short(catalog, untold)} {CAPTION}".strip(),
    )


@dataclass(frozen=True)
class Said(Term):
    """The sentence that is checked."""

    that: str


@dataclass(frozen=True)
class Statement(Term):
    """The claim that is checked, as the properties of the kind ``Claim``."""

    claim: Mapping[str, Any]

    def as_object(self) -> dict[str, Any]:
        """Return the properties by name."""
        return dict(self.claim)


def _check_sentence(catalog: Catalog, text: str, given: Mapping[str, str | None]) -> Answer:
    """Check a sentence that stands in no seed, and show first what was understood."""
    claim, unread = stated_by(catalog, text, given)
    answer = check_stated(catalog, claim)
    passed = f"Not read: {unread}." if unread else ""
    stated = claim_sentence(catalog.in_names(claim))
    return replace(
        answer,
        question=f"Understood: {stated}. Do the loaded facts bear it out?",
        scope=answer.scope.after(Said(text)),
        caption=f"{passed} {answer.caption}".strip(),
        shown=[name for name in answer.headers if name != "source"],
    )


def check_stated(catalog: Catalog, given: Mapping[str, Any]) -> Answer:
    """Check a statement that stands in no seed, as :func:`claims_check` checks published ones.

    Parameters
    ----------
    catalog : Catalog
        The facts of a database.
    given : mapping
        Properties of the kind ``Claim``, with any names of countries, materials and stages.

    Returns
    -------
    Answer
        One row, with the columns of :func:`claims_check`; published claims with the same consumer,
        supplier and material in ``claims``.

    Raises
    ------
    UsageError
        A name is unknown, a period is not one, or a figure is missing or not a share.
    """
    stated = stated_claim(catalog, given)
    claims = catalog.claims
    row = {**dict.fromkeys(claims.column_names), **stated, "key": "stated"}
    table = pa.Table.from_pylist([row], claims.schema)
    loaded = read_loaded(catalog, table)
    results = claim_check.check_claims(table, loaded)
    scope = ("consumer", "supplier", "product", "element")
    mask = [all(claim[name] == row[name] for name in scope) for claim in claims.to_pylist()]
    published = claims.filter(pa.array(mask, pa.bool_()))
    return Answer(
        f"Do the loaded facts bear out: {claim_sentence(catalog.in_names(stated))}?",
        terms(Statement(stated)),
        _in_words(catalog, results, table),
        COLUMNS,
        Coverage(others=_facts_read(loaded)),
        catalog.sources(published, _figures_of(results), loaded.flows, loaded.production),
        claims=published,
        notes=(
            *_notes(catalog, results, loaded, None),
            *product_notes(catalog.materials, _measured_products(results)),
        ),
        caption=CAPTION,
    )


def _figures_of(results: pa.Table) -> pa.Table:
    """Return the sources of the figures that claims were checked against."""
    return results.select(["found_source"]).rename_columns(["source"])


def stated_claim(catalog: Catalog, given: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the names in the properties of a claim by keys, and check its figure.

    Raises
    ------
    UsageError
        A name is unknown, a period is not one, or a figure is missing or not a share.
    """
    claim = {
        prop.name: _with_keys(catalog, prop, given[prop.name])
        for prop in GRAPH["Claim"].columns
        if given.get(prop.name) is not None
    }
    figures = [claim[name] for name in ("value", "low", "high") if name in claim]
    if not figures and claim.get("kind") in ("share", "quantity", "change", "rank"):
        raise UsageError(f"found no figure, wanted a value, low or high of the {claim['kind']}")
    if claim.get("unit") == "share" and not all(0 <= figure <= 1 for figure in figures):
        raise UsageError(f"found {figures[0]:g}, wanted a share of 0 to 1: 47.5 % is 0.475")
    return claim


def _with_keys(catalog: Catalog, prop: Prop, value: Any) -> Any:
    """Return a value of a claim with its names replaced by keys."""
    if isinstance(value, list):
        return [_with_keys(catalog, prop, item) for item in value]
    if prop.type is Type.PERIOD:
        try:
            return spelled(str(value))
        except ValueError as error:
            raise UsageError(f"{prop.name}: {error}") from error
    if not prop.ref:
        return value
    if prop.ref == ("Source",):
        return known_source(catalog, value)
    if prop.ref == ("Claim",):
        if value not in catalog.claims["key"].to_pylist():
            raise UsageError(f"{prop.name}: the graph has no claim {value!r}")
        return value
    if "Area" in prop.ref and "+" in value:
        raise UsageError(f"{prop.name}: found {value!r}, wanted one country or group of the graph")
    kinds = {kind: partial(catalog.nodes, kind) for kind in prop.ref}
    return Names(kinds).find(value, prop.name, prop.ref).key


def known_source(catalog: Catalog, key: str) -> str:
    """Return the key of a source.

    Raises
    ------
    UsageError
        The graph has no such source; the message suggests the nearest.
    """
    keys = catalog.nodes("Source")["key"].to_pylist()
    if key not in keys:
        close = get_close_matches(key, keys, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query sources'"
        raise UsageError(f"the graph has no source {key!r}; {hint}")
    return key


def _in_words(catalog: Catalog, results: pa.Table, claims: pa.Table) -> pa.Table:
    """Sort the results of checks by verdict, with figures first, and key; add their text."""
    published = {row["key"]: known_values(row) for row in claims.to_pylist()}
    order = {verdict: number for number, verdict in enumerate(Verdict)}
    rows = sorted(
        results.to_pylist(),
        key=lambda row: (order[row["verdict"]], row["found"] is None, row["key"]),
    )
    words = {
        "claim": [claim_sentence(catalog.in_names(published[row["key"]])) for row in rows],
        "data": [found_figure(known_values(row)) or None for row in rows],
        "differs": [found_difference(known_values(row)) or None for row in rows],
        "reason": [_without_keys(catalog, row, _reason(row)) or None for row in rows],
        "why": [_without_keys(catalog, row, _why(row)) for row in rows],
    }
    table = pa.Table.from_pylist(rows, results.schema)
    for name, column in words.items():
        table = table.append_column(name, pa.array(column, pa.string()))
    first_names = ["key", "verdict", *words]
    other_names = [name for name in results.column_names if name not in first_names]
    return table.select([*first_names, *other_names])


def _without_keys(catalog: Catalog, row: Mapping[str, Any], text: str) -> str:
    """Put names in place of the keys of products, and of the places that a claim is on."""
    text = catalog.materials.without_keys(text)
    for key in {row[end] for end in ENDS} - {None}:
        text = re.sub(rf"(?<![\w-]){re.escape(key)}(?![\w-])", catalog.place_in_text(key), text)
    return text


def _reason(row: Mapping[str, Any]) -> str:
    """State what is missing first for a claim that cannot be told."""
    if row["verdict"] != Verdict.CANNOT_BE_TOLD or not row["missing"]:
        return ""
    return str(row["missing"][0])


def _why(row: Mapping[str, Any]) -> str:
    """State how the facts were read, and the bound under a price that bears on the claim."""
    return f"{_reading(row)}{bound_in_words(row)}"


def _reading(row: Mapping[str, Any]) -> str:
    """State how the facts were read, what is missing, and what may explain a contradiction."""
    reading = row["found_by"]
    if row["verdict"] == Verdict.NO_MEASUREMENT:
        return "words" if row["kind"] == "statement" else "a decision"
    if row["verdict"] in (Verdict.CONTRADICTED, Verdict.TWO_SOURCES):
        return f"{reading}; likely cause: {row['likely_cause']}"
    if row["verdict"] == Verdict.BORNE_OUT:
        return str(reading)
    lacking = f"missing: {'; '.join(row['missing'])}"
    return f"{reading}; {lacking}" if reading else lacking


def _notes(catalog: Catalog, results: pa.Table, loaded: Loaded, verdict: str | None) -> list[Note]:
    """Note that no claim came out as asked for, and the products that no code has alone."""
    notes = [] if len(results) else [Note(f"No claim in this scope came out as {verdict}.")]
    undecided = results.filter(pc.equal(results["verdict"], Verdict.CANNOT_BE_TOLD))
    codes: dict[str, list[str]] = {}
    for row in loaded.codes.to_pylist():
        codes.setdefault(row["product"], []).append(row["hs"])
    for product in sorted(set(undecided["product"].to_pylist()) - {None}):
        if loaded.fits.get(product) == {"proxy"}:
            hs = ", ".join(sorted(set(codes[product])))
            notes.append(
                Note(
                    f"{catalog.materials.label(product)}: traded under HS {hs} together with "
                    "other products: trade data do not count it alone.",
                    (product,),
                )
            )
    return notes


def _measured_products(results: pa.Table) -> list[str]:
    """List the products that claims name and were checked against."""
    measured = results.filter(pc.is_valid(results["found"]))
    return sorted(set(measured["product"].to_pylist()) - {None})


def _outcomes(results: pa.Table, total: int) -> Coverage:
    """Count claims by verdict and kind, and name those that fail an expectation."""
    verdicts = results["verdict"].to_pylist()
    failed = claim_check.failed_expectations(results)
    return Coverage(
        lines({
            "claims": len(results),
            "claims_in_all": total,
            **{verdict.column: verdicts.count(verdict) for verdict in Verdict},
            "by_kind": tuple(
                _by_verdict(row) for row in claim_check.verdict_counts(results).to_pylist()
            ),
            "expected_to_be_borne_out": sum(map(bool, results["expected"].to_pylist())),
        }),
        failed_claims=tuple(failed["key"].to_pylist()),
    )  # fmt: skip


def _by_verdict(row: Mapping[str, Any]) -> About:
    """Write the verdicts on the claims of one kind."""
    counts = {verdict: row[verdict.column] for verdict in Verdict}
    texts = [f"{count:,} {verdict}" for verdict, count in counts.items() if count]
    return About(row["kind"], f"({' + '.join(texts)})")


def _facts_read(loaded: Loaded) -> tuple[Line, ...]:
    """Describe the facts that claims were checked against."""
    products = {product for _, product, _ in loaded.production_figures}
    periods = {period for _, _, period in loaded.production_figures}
    return lines({
        "trade_flows_read": len(loaded.flows),
        "trade_in": tuple(About(product, f"({listed(traded, 3)})")
                          for product, traded in loaded.periods.items()),
        "production_figures": len(loaded.production),
        "production_of": (f"{len(products)} products ({listed(periods, 3)})",),
    })  # fmt: skip


_SIDE = ("supplier", "period", "basis")
"""Columns of a pair that both claims have, the other one's after ``other_``."""
PAIRS = (
    *plain_columns("key", "other"),
    Column("conflict", "Conflict"),
    Column("claim", "Claim", rank=0),
    Column("other_claim", "Other claim", rank=0),
    *plain_columns(
        "kind", "consumer", "rival", "located", "product", "element", "stage", "than", "measure",
        "unit",
    ),
    *plain_columns(*_SIDE, *(f"other_{name}" for name in _SIDE)),
    Column("difference", "",
           "the first figure minus the other one, in their unit; a share is 0 to 1", type=NUMBER),
    Column("source", "Source"),
    Column("other_source", "Its source", rank=2),
)  # fmt: skip


@checked(PAIRS)
def claims_conflicts(
    catalog: Catalog,
    *,
    of: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
) -> Answer:
    """Find figures of two sources that cannot both be right, as far as scopes are stated.

    A pair is in scope if either figure is.

    Returns
    -------
    Answer
        One row for each pair of claims, by keys, then for each pair of production figures, which
        have no keys.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    """
    filters = claim_filter(catalog, of, scope, source, kind)
    claims = {row["key"]: row for row in catalog.claims.to_pylist()}
    in_scope = {key for key, claim in claims.items() if filters.holds(claim)}
    rows = [
        _pair(catalog, pair, claims[pair["key"]], claims[pair["other"]])
        for pair in conflicts(catalog.claims, catalog.nodes("Source")).to_pylist()
        if {pair["key"], pair["other"]} & in_scope
    ]
    production = all_production(catalog)
    for pair in production_conflicts(production).to_pylist():
        first, second = (_production_claim(pair, prefix) for prefix in ("", "other_"))
        if filters.holds(first) or filters.holds(second):
            rows.append(_pair(catalog, {**first, "conflict": DIFFERENT}, first, second))
    table = pa.Table.from_pylist(rows, schema_of(PAIRS))
    other_sources = table.select(["other_source"]).rename_columns(["source"])
    return Answer(
        f"Which published figures{filters.meaning} cannot both be right?",
        filters.terms,
        table,
        PAIRS,
        Coverage(
            lines(
                {
                    "claims_in_scope": len(in_scope),
                    "claims_in_all": len(claims),
                    "production_figures_compared": len(production),
                }
            )
        ),
        catalog.sources(table, other_sources),
        notes=filters.scope.notes,
        nothing=Absence("No two figures in this scope contradict each other."),
        caption="Rounding does not explain why these figures differ. If one of them names no "
        "period, they may be of different years.",
        shown=("claim", "source", "other_claim", "other_source", "conflict"),
    )


def _pair(
    catalog: Catalog, pair: Mapping[str, Any], first: Mapping[str, Any], second: Mapping[str, Any]
) -> dict[str, Any]:
    """Put two figures side by side in a row, each in words."""
    row = {name: pair.get(name) for name in schema_of(PAIRS).names}
    for claim, prefix in ((first, ""), (second, "other_")):
        row |= {f"{prefix}{name}": claim[name] for name in (*_SIDE, "source")}
        row[f"{prefix}claim"] = claim_sentence(catalog.in_names(known_values(claim)))
    return row


def _production_claim(pair: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Turn one of two production figures into a claim on the country's production."""
    low, high = pair[f"{prefix}low"], pair[f"{prefix}high"]
    exact = low == high
    return {
        "kind": "quantity", "measure": "production", "unit": "t", "consumer": None, "rival": None,
        "located": None,
        "supplier": pair["country"], "product": pair["product"], "element": None, "stage": None,
        "period": pair["period"], "basis": pair["basis"], "source": pair[f"{prefix}source"],
        "value": low if exact else None, "low": None if exact else low,
        "high": None if exact else high, "qualifier": "at-least" if high is None else None,
    }  # fmt: skip
