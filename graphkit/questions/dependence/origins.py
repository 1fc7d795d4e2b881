"""Origins of a country's imports, and the countries exposed to one origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.look_through import THROUGH, UNKNOWN, stage_links
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.ranges import CLOSE
from graphkit.analysis.supply.tracing import ANY_OTHER, ANY_STAGE
from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column, Marked, columns_in
from graphkit.answers.figures import DIFFERENCE, percent
from graphkit.answers.note import Note
from graphkit.answers.reasons import Reasons
from graphkit.answers.terms import Term
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import Entity, possessive
from graphkit.questions.dependence.reasons import reasons_of
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, Assumed, assuming
from graphkit.questions.shared.blocs import bloc, members_with_data
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import in_order_of, products_by_stake
from graphkit.questions.shared.ores import notes_beside_trade
from graphkit.questions.shared.supply import RANGE, Supply, supply_of
from graphkit.questions.shared.supply_answer import (
    EARLIER,
    METHOD,
    NO_COUNTRY,
    beyond_any_other,
    buyer_in,
    imports_of_products,
    supply_answer,
    with_earlier,
    with_scope,
)

SMALLEST_LINK = 0.001
"""Smallest share of the imports that a link between two makers has in an answer."""
MAY_HAVE = 0.01
"""Share that an origin with a row may have, if no least share is asked for."""
ASSUMED_TEXTS = ("assumption", "makers_of", "assumption_test")
"""Columns of what is assumed, beside the ends of a range under it."""
LARGE = 0.1
"""Unknown share of imports from which the largest producers are named."""


class Origin(Marked):
    """The part of what a consumer buys of a product that one country did the work of a stage on."""

    consumer: Annotated[str, Column(header="Consumer")]
    product: Annotated[str, Column(header="Product")]
    stage: Annotated[str, Column()]
    period: Annotated[str, Column(header="Period")]
    measure: Annotated[str, Column()]
    traced_to: Annotated[
        str,
        Column(
            header="Traced to",
            doc="stage whose work the origin did; any stage: mined, made or sold there at one or "
            "several, counted once",
        ),
    ]
    origin: Annotated[str, Column(header="Origin")]
    share: Annotated[
        float | None,
        Column(
            header="Looked through",
            rank=0,
            doc="0 to 1, share of the consumer's imports of the product that was made there at the "
            "stage, or was there at any",
        ),
    ]
    low: Annotated[float | None, RANGE[0]]
    high: Annotated[float | None, RANGE[1]]
    assumed_low: Annotated[float | None, ASSUMED[0]]
    assumed_high: Annotated[float | None, ASSUMED[1]]
    assumption: Annotated[str | None, ASSUMED[2]]
    makers_of: Annotated[str | None, ASSUMED[3]]
    assumption_test: Annotated[str | None, ASSUMED[4]]
    face_value: Annotated[
        float | None,
        Column(
            header="Face value",
            doc="0 to 1, share of the consumer's imports of the product that was bought there; of "
            "the chain at face value, sold there at the stage, each seller taken for the maker",
        ),
    ]
    hidden: Annotated[
        float | None,
        Column(
            header="Hidden, points",
            unit=DIFFERENCE,
            doc="-1 to 1, share minus face_value: above 0 what comes from there through other "
            "sellers, below 0 what is bought there but made elsewhere; tables show percentage "
            "points",
        ),
    ]
    earlier: Annotated[str | None, EARLIER]


class LargestOrigin(Origin):
    """The largest origin of a product at a stage."""

    others: Annotated[
        int | None,
        Column(
            header="May be larger",
            doc="of the largest known origin: number of other countries whose share may be above "
            "its share as traced",
        ),
    ]


COLUMNS, LARGEST = columns_in(Origin), columns_in(LargestOrigin)
STAGES = ("consumer", "product", "period", "traced_to")
"""Columns of the rows of one stage."""
CHAINS = LOOKED_THROUGH, FACE_VALUE = "looked-through", "face-value"
BY_SELLER = Note(
    "Face value, stage by stage: each seller counts as the maker of all it sells, out of what it "
    "bought itself."
)


@dataclass(frozen=True)
class Makers(Term):
    """Who counts as a maker: all behind a chain looked through, or each seller."""

    ASSUMED = ("makers",)
    makers: str


@checked(LARGEST, (FIT,))
def origins(
    catalog: Catalog,
    consumer: str,
    *,
    on: str | None = None,
    scope: str | None = None,
    period: str | None = None,
    by: str = "usd",
    stage: str | None = None,
    without: str | None = None,
    chain: str = LOOKED_THROUGH,
    min_share: float | None = None,
    largest: bool = False,
    assume: Sequence[str] | None = None,
    returns: bool = False,
    why: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Trace a country's imports behind the last seller to who mined, refined and made them.

    Returns
    -------
    Answer
        One row for each product, stage and origin: products of the largest imports first, stages in
        order of the chain, largest share first. No
        data cover the origin ``unknown``; ``untraceable`` has no producer behind it. ``links``
        tell who made them out of whose material (from 0.1 % of the imports on), if all origins and
        stages are asked for, of products with one product a stage behind them. Of ``largest`` one
        row for each product and stage, and further ones for the parts that are ``unknown`` or
        ``untraceable``.

    Raises
    ------
    UsageError
        Unknown name, invalid period or ``by``, ``without`` at face value, ``largest`` of one
        origin, or ``why`` of several origins together, of what passed none, or of several products.
    GraphkitError
        No trade is in scope, or none of the consumer; the message lists what is known.
    """
    by_seller = chain == FACE_VALUE
    if by_seller and without is not None:
        raise UsageError("`without` follows the chain looked through; leave out one of the two")
    if largest and on is not None:
        raise UsageError("`largest` chooses among all origins, and `on` names one; leave out one")
    if why and (without is not None or (on is not None and catalog.place(on).is_group)):
        raise UsageError("`why` tells the ends of ranges of one origin; leave out `without`, "
                         "or name one country by `on`")  # fmt: skip
    catalog = catalog.using(dataset)
    traced = _traced(
        catalog,
        consumer,
        on,
        scope,
        period,
        by,
        assume,
        stage,
        without,
        by_seller=by_seller,
        returns=returns,
    )
    rows, buyer = traced.rows, traced.buyer
    notes = [BY_SELLER] if by_seller else []
    if largest:
        rows, left_out = _largest(rows)
        notes += left_out
    elif on is None:
        rows, left_out = _large_enough(catalog, traced, min_share, by_seller=by_seller)
        notes += left_out
    notes += notes_beside_trade(catalog, traced.query.scope, traced.supply.period)
    meaning = traced.query.scope.meaning
    beginning = f"Where do {possessive(buyer.in_text)} imports of {meaning} come from"
    question = f"{beginning}, looked through?"
    if without is not None:
        avoided = catalog.place(without).in_text
        question = f"{beginning} that passed {avoided} at no stage?"
    if by_seller:
        question = f"{beginning}, stage by stage, at face value and looked through?"
    imports, _ = imports_of_products(traced.supply)
    own_key = buyer_in(catalog, traced.supply, catalog.place(consumer))
    stakes = {product: usd for (country, product), usd in imports.items() if country == own_key}
    products = dict.fromkeys(traced.rows["product"].to_pylist())
    if why and len(products) > 1:
        raise UsageError("`why` tells the ends of the ranges of one product; give `scope` as one "
                         f"of {', '.join(products)}")  # fmt: skip
    answer = _answer(catalog, question, traced, products_by_stake(rows, stakes), notes)
    answer = replace(answer, scope=answer.scope.adding(Makers(chain)), grouped_by=STAGES)
    if why:
        answer = _with_reasons(catalog, answer, traced, own_key, stage)
    if largest or on is not None or without is not None or stage is not None:
        return answer
    links = [
        stage_links(traced.supply.network, own_key, product, by_seller=by_seller)
        for product in products
    ]
    joined = pa.concat_tables([answer.links, *links])
    return replace(answer, links=joined.filter(pc.greater_equal(joined["share"], SMALLEST_LINK)))


def _with_reasons(
    catalog: Catalog, answer: Answer, traced: _Traced, buyer: str, stage: str | None
) -> Answer:
    """Add the figures that make the ends of the ranges of one origin, or of the largest."""
    origin = None if traced.query.seller is None else traced.query.seller.key
    if origin is not None and origin not in traced.supply.network.countries:
        return replace(answer, scope=answer.scope.adding(Reasons(())))
    step = None if stage is None else catalog.stage(stage).key
    reasons = tuple(reasons_of(catalog, traced.supply, buyer, step, origin))
    return replace(answer, scope=answer.scope.adding(Reasons(reasons)))


def _large_enough(
    catalog: Catalog, traced: _Traced, min_share: float | None, *, by_seller: bool
) -> tuple[pa.Table, list[Note]]:
    """Select the rows of origins that may be large, or with a least share those that are as traced.

    Notes count the others. Of a least share, the others of a stage have one row of their ends.
    """
    rows, least = traced.rows, MAY_HAVE if min_share is None else min_share
    at_own_stage = pc.or_(by_seller, pc.equal(rows["traced_to"], rows["stage"]))
    bought = pc.greater_equal(pc.fill_null(rows["face_value"], 0.0), least)
    bought = pc.and_(at_own_stage, bought)
    large = pc.fill_null(rows["high" if min_share is None else "share"], 0.0)
    no_country = pc.is_in(rows["origin"], pa.array(NO_COUNTRY))
    no_country = pc.or_(no_country, pc.starts_with(rows["origin"], f"{THROUGH} "))
    is_selected = pc.or_(pc.or_(pc.greater_equal(large, least), bought), no_country)
    if min_share is not None:
        is_selected = pc.or_(is_selected, _surest_of_stage(rows))
    unseen = _unseen_trade(catalog, traced.supply, rows.filter(is_selected))
    if min_share is not None:
        return _with_others(rows, is_selected), unseen
    rows = rows.filter(is_selected)
    left_out = _left_out(len(traced.rows) - len(rows), least)
    small = pc.less(pc.max_element_wise(rows["share"], rows["face_value"]), least)
    rows, alike = beyond_any_other(rows, traced.supply, STAGES, "origin", small)
    return rows, [*unseen, *left_out, *map(Note, alike)]


def _surest_of_stage(rows: pa.Table) -> pa.ChunkedArray:
    """Mark the origin that surely has most at each stage, which a least share never leaves out."""
    table = rows.select([*STAGES, "low"]).to_pylist()
    most: dict[tuple[str, ...], float] = {}
    for row in table:
        stage = tuple(row[name] for name in STAGES)
        most[stage] = max(most.get(stage, 0.0), row["low"] or 0.0)
    surest = [0.0 < most[tuple(row[name] for name in STAGES)] == row["low"] for row in table]
    return pa.chunked_array([surest], pa.bool_())


def _with_others(rows: pa.Table, is_selected: pa.ChunkedArray) -> pa.Table:
    """Select rows, and put the others of each stage into one, of what any of these may have.

    >>> low, high, share = [0.5, 0.0, 0.0], [0.9, 0.4, 0.2], [0.8, 0.1, 0.1]
    >>> rows = {"traced_to": ["mine"] * 3, "origin": ["A", "B", "C"], "share": share}
    >>> rows |= {name: ["x"] * 3 for name in ("consumer", "product", "period")}
    >>> rows |= {name: [None] * 3 for name in ("face_value", "hidden", *ASSUMED_TEXTS)}
    >>> rows |= {"low": low, "high": high, "assumed_low": low, "assumed_high": high}
    >>> one = _with_others(pa.table(rows), pa.chunked_array([[True, False, False]]))
    >>> [(row["origin"], row["share"], row["high"]) for row in one.to_pylist()]
    [('A', 0.8, 0.9), ('any other country', None, 0.4)]
    """
    stages: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    others: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row, selected in zip(rows.to_pylist(), is_selected.to_pylist(), strict=True):
        stage = tuple(row[name] for name in STAGES)
        stages.setdefault(stage, [])
        (stages if selected else others).setdefault(stage, []).append(row)
    for stage, small in others.items():
        ends = {
            "low": min(row["low"] for row in small), "high": max(row["high"] for row in small),
            **_ends_of_others(small),
        }  # fmt: skip
        if ends["high"] > CLOSE:
            own = {"origin": ANY_OTHER, "share": None, "face_value": None, "hidden": None}
            stages[stage].append({**small[0], **own, **ends})
    joined = [row for selected in stages.values() for row in selected]
    return pa.Table.from_pylist(joined, rows.schema)


def _ends_of_others(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the ends of some ranges together under an assumption, where any has one."""
    under = next((row for row in rows if row["assumption"] is not None), None)
    if under is None:
        return {}
    ends = [
        tuple(row[f"{'assumed_' if row['assumption'] else ''}{end}"] for end in ("low", "high"))
        for row in rows
    ]
    return {
        "assumed_low": min(low for low, _ in ends), "assumed_high": max(high for _, high in ends),
        **{name: under[name] for name in ASSUMED_TEXTS},
    }  # fmt: skip


def _left_out(number: int, least: float) -> list[Note]:
    """Count the origins that are too small for a row."""
    if not number:
        return []
    rows = "1 row" if number == 1 else f"{number:,} rows"
    return [Note(f"Left out: {rows}, of origins with less than {100 * least:g} % even at most.")]


def _largest(rows: pa.Table) -> tuple[pa.Table, list[Note]]:
    """Select the largest known origin of each stage, and the parts without an origin.

    ``others`` counts the countries that may have more than the largest has as traced. A note says
    how many origins are left out.
    """
    rows = rows.append_column("others", pa.nulls(len(rows), pa.int64()))
    stages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        stages.setdefault((row["product"], row["traced_to"]), []).append(row)
    selected = []
    for origins_of_stage in stages.values():
        known = [row for row in origins_of_stage if row["origin"] not in NO_COUNTRY]
        largest = [row for row in known if row["origin"] != ANY_OTHER][:1]
        for row in largest:
            row["others"] = sum(
                other["high"] > row["share"] + CLOSE
                for other in known
                if other is not row and other["origin"] != ANY_OTHER
            )
        selected += [row for row in origins_of_stage if row in largest or row not in known]
    left_out = len(rows) - len(selected)
    notes = [Note(f"Left out: {left_out:,} smaller origins; without `largest` they are listed.")]
    return pa.Table.from_pylist(selected, rows.schema), notes if left_out else []


@dataclass(frozen=True)
class _Traced:
    """The imports of a buyer, traced."""

    buyer: Entity
    query: ClaimScope
    supply: Supply
    assumed: Assumed
    rows: pa.Table


def _traced(
    catalog: Catalog, consumer: str, on: str | None, scope: str | None, period: str | None,
    measure: str, assume: Sequence[str] | None, stage: str | None = None,
    without: str | None = None, *, by_seller: bool = False, returns: bool = False,
) -> _Traced:  # fmt: skip
    buyer = catalog.place(consumer)
    origin = None if on is None else catalog.place(on)
    goods = catalog.materials.scope(scope)
    group = buyer if buyer.is_group else None
    stages = None if stage is None else [catalog.stage(stage).key]
    supply = supply_of(
        catalog,
        goods,
        period,
        measure=measure,
        merged=group,
        partial_trade=without is None,
        returns=returns,
    )
    avoided = None
    if without is not None:
        name, countries = bloc(catalog, without)
        members, _ = members_with_data(catalog, supply.network, {name: countries})
        avoided = name, members[name]
    consumers = [buyer_in(catalog, supply, buyer)]
    table = supply.traced(consumers, stages=stages, without=avoided, by_seller=by_seller)
    assumed = assuming(catalog, supply, assume)

    def ranges(network: SupplyNetwork, rows: pa.Table) -> pa.Table:
        stages = rows["stage"].unique().to_pylist()
        return supply.traced(consumers, stages=stages, without=avoided, network=network)

    table = assumed.with_ranges(
        table, ("consumer", "product", "stage", "origin"), ranges, stage="stage"
    )
    rows = with_scope(table.rename_columns({"stage": "traced_to"}), supply)
    rows = with_earlier(catalog, rows, supply).select([column.name for column in COLUMNS])
    if origin is not None:
        countries = catalog.members(origin) if origin.type == "group" else [origin.key]
        rows = rows.filter(pc.is_in(rows["origin"], pa.array(countries, pa.string())))
        rows = _as_one_origin(rows, origin) if origin.type == "group" else rows
        inside = {buyer.key, *catalog.members(buyer)} if buyer.is_group else set()
        if stage is None and without is None and not by_seller and not inside & {*countries}:
            rows = _with_any_stage(rows, assumed, origin, countries, consumers)
    query = ClaimScope(buyer, origin, goods, supply.period)
    if returns and without is None and ANY_STAGE not in rows["traced_to"].to_pylist():
        raise UsageError("`returns` widens what passed a country: name one by `on` or `without`")
    return _Traced(buyer, query, supply, assumed, rows)


def _with_any_stage(
    rows: pa.Table, assumed: Assumed, origin: Entity, countries: Sequence[str],
    consumers: Sequence[str],
) -> pa.Table:  # fmt: skip
    """Add what was in the origin at any stage, before the stages of each product."""

    def ranges(network: SupplyNetwork, _: pa.Table) -> pa.Table:
        return assumed.supply.passed(origin.key, countries, consumers, network)

    passed = assumed.supply.passed(origin.key, countries, consumers)
    passed = assumed.with_ranges(passed, ("consumer", "product"), ranges)
    passed = with_scope(passed.rename_columns({"stage": "traced_to"}), assumed.supply)
    table = pa.concat_tables([passed, rows], promote_options="default").select(rows.column_names)
    products = assumed.supply.network.products
    return in_order_of(table, lambda row: products.index(row["product"]))


def _as_one_origin(rows: pa.Table, group: Entity) -> pa.Table:
    """Add up the members of a group, in the order of the rows.

    Ends of ranges add up too: the sum holds the truth, though not all members may be at an end
    at once.
    """
    stages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        stages.setdefault((row["product"], row["traced_to"]), []).append(row)
    summed = []
    for members in stages.values():
        share, low, high = (
            min(1.0, fsum(member[name] for member in members)) for name in ("share", "low", "high")
        )
        faces = [member["face_value"] for member in members]
        face = None if None in faces else min(1.0, fsum(faces))
        hidden = None if face is None else share - face
        sums = {"share": share, "low": low, "high": high, "face_value": face}
        summed.append({**members[0], "origin": group.key, **sums, **_assumed_sum(members),
                       "hidden": hidden})  # fmt: skip
    return pa.Table.from_pylist(summed, rows.schema)


def _assumed_sum(members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up the ends of ranges under an assumption, of members without one those without it."""
    under = [member for member in members if member["assumption"] is not None]
    if not under:
        return {}
    ends = {
        f"assumed_{end}": min(1.0, fsum(
            member[end] if member["assumption"] is None else member[f"assumed_{end}"]
            for member in members
        ))
        for end in ("low", "high")
    }  # fmt: skip
    return {**ends, **{name: under[0][name] for name in ASSUMED_TEXTS}}


def origins_of(
    catalog: Catalog, consumer: str, scope: str, period: str, measures: Sequence[str]
) -> list[pa.Table]:
    """Trace a country's imports in each measure, reading the facts once.

    Returns
    -------
    list of pyarrow.Table
        One table for each measure: the columns of
        :func:`~graphkit.analysis.supply.look_through.look_through` with ``traced_to`` (a
        stage), the stage of the product, the period and the measure.

    Raises
    ------
    GraphkitError
        No trade is in scope, or none of the consumer.
    """
    buyer = catalog.place(consumer)
    group = buyer if buyer.is_group else None
    goods = catalog.materials.scope(scope)
    supply = supply_of(catalog, goods, period, merged=group, partial_trade=True)
    tables = []
    for measure in measures:
        measured = replace(supply, measure=measure)
        table = measured.traced([buyer_in(catalog, measured, buyer)])
        tables.append(with_scope(table.rename_columns({"stage": "traced_to"}), measured))
    return tables


def _answer(
    catalog: Catalog, question: str, traced: _Traced, rows: pa.Table, notes: list[Note]
) -> Answer:
    buyer, origin = traced.buyer, traced.query.seller
    place = origin.in_text if origin else "any country"
    nothing = (
        [] if len(rows) else [Note(f"Nothing that {buyer.in_text} imports comes from {place}.")]
    )
    passed = ANY_STAGE in rows["traced_to"].to_pylist() or any(
        name.startswith(f"{THROUGH} ") for name in rows["origin"].to_pylist()
    )
    return supply_answer(
        catalog, question, traced.query, traced.supply, rows,
        LARGEST if "others" in rows.column_names else COLUMNS,
        notes=[METHOD, *traced.assumed.notes(rows),
               *(traced.supply.return_notes(catalog) if passed else ()),
               *traced.supply.notes, *notes, *nothing],
        caption=f"Shares are of what {buyer.in_text} imports of the product, "
        f"{traced.supply.in_words}, by the country that did the work of the stage."
        f"{_of_any_stage(rows)}{traced.assumed.caption(rows)}",
        more=(traced.assumed.term, *([traced.supply.ranges_assume] if passed else [])),
        also=[traced.assumed.makers_used(rows)],
    )  # fmt: skip


def _of_any_stage(rows: pa.Table) -> str:
    """Say in the caption what the rows of any stage count."""
    if ANY_STAGE not in rows["traced_to"].to_pylist():
        return ""
    return " Any stage: what was mined, made or sold there at one or several, counted once."


def _unseen_trade(catalog: Catalog, supply: Supply, rows: pa.Table) -> list[Note]:
    """Name the products whose trade nobody publishes behind a large unknown share.

    With the largest producers of each, since these may be behind it.
    """
    network = supply.network
    unseen: dict[str, list[str]] = {}
    for product, stage, traded in zip(
        network.products, network.stages, network.trade.traded, strict=True
    ):
        if not traded:
            unseen.setdefault(stage, []).append(product)
    large = {
        row["traced_to"]
        for row in rows.to_pylist()
        if row["origin"] == UNKNOWN and row["share"] >= LARGE
    }
    notes = []
    entity = catalog.places.with_key
    for product in (key for stage in sorted(large & unseen.keys()) for key in unseen[stage]):
        makers = supply.production.filter(
            pc.equal(supply.production["product"], product)
        ).to_pylist()
        makers = [row for row in makers if row["share"]]
        makers.sort(key=lambda row: (-row["share"], row["country"]))
        shares = ", ".join(
            f"{entity(row['country']).in_text} {percent(row['share'])}" for row in makers[:3]
        )
        notes.append(
            Note(
                f"No trade in {catalog.materials.in_text(product)} is in the database, so that who "
                "made what others refine is unknown."
                + (f" Of the world's production in {supply.period}: {shares}." if shares else ""),
                (product,),
            )
        )
    return notes
