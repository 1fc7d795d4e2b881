"""Answers from supply networks: the buyer, the scope and coverage, and goods of earlier stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.look_through import UNKNOWN, UNTRACEABLE
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.answers.absence import NO_ROWS, Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column
from graphkit.answers.coverage import Coverage
from graphkit.answers.note import Note
from graphkit.answers.terms import (
    Chain,
    Measure,
    Places,
    Products,
    Role,
    Term,
    Time,
    terms,
)
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.supply import ENDS, Supply
from graphkit.questions.shared.trade import (
    in_other_data_sets,
    in_sentence,
    product_notes,
    without_trade,
)

EARLIER = Column(
    "earlier",
    "Its code also holds",
    "goods of stages before the one traced to that travel under "
    "the HS codes of the product: they are counted as if the stage's work had been done on them",
)
METHOD = Note(
    "Looked through: a country's sales have the mix of what it makes and buys (proportional "
    "mixing; Kastner et al. 2011). The range is what unpublished production leaves open."
)


def beyond_any_other(
    rows: pa.Table, supply: Supply, scope: Sequence[str], point: str, small: Any
) -> tuple[pa.Table, list[str]]:
    """Leave out small rows whose upper end is that of any other country, and count them.

    ``point`` is the column of the country, ``scope`` those of the rows that share one range of any
    other country. Rows marked as ``small`` say no more than that range; those of countries that a
    source names as makers of a product of the chain stay.
    """
    makers = supply.makers
    table = rows.select([*scope, point, "high"]).to_pylist()
    highest = {
        tuple(row[name] for name in scope): row["high"] for row in table if row[point] == ANY_OTHER
    }
    named = (ANY_OTHER, *NO_COUNTRY, *makers)
    alike = []
    for row, is_small in zip(table, small.to_pylist(), strict=True):
        group = tuple(row[name] for name in scope)
        alike.append(
            is_small
            and row[point] not in named
            and (row["high"] or 0.0) <= highest.get(group, -1.0) + ALIKE
        )
    number = len({row[point] for row, is_alike in zip(table, alike, strict=True) if is_alike})
    note = (
        f"{number} countries may have no more than any other country has, and have no rows of "
        f"their own: see {ANY_OTHER!r}."
    )
    return rows.filter(pc.invert(pa.array(alike, pa.bool_()))), [note] if number else []


def buyer_in(catalog: Catalog, supply: Supply, buyer: Entity) -> str:
    """Check that a buyer is in the network, and return its key.

    Raises
    ------
    GraphkitError
        It imports no product of the chain.
    """
    if buyer.key not in supply.network.countries:
        products = ", ".join(supply.products_in_scope)
        text = f"No imports of {buyer.in_text} are known for {products} in {supply.period}."
        text += in_other_data_sets(catalog, buyer, supply.products_in_scope, supply.period)
        raise GraphkitError(in_sentence(text))
    return buyer.key


def supply_answer(
    catalog: Catalog,
    question: str,
    query: ClaimScope,
    supply: Supply,
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    notes: list[Note],
    nothing: Absence = NO_ROWS,
    caption: str,
    more: Sequence[Term] = (),
    also: Sequence[pa.Table] = (),
    shown: Sequence[str] = (),
    grouped_by: tuple[str, ...] = (),
) -> Answer:
    """Build an answer from a supply network, with its coverage, claims and sources."""
    claims = claims_about(catalog.claims, query, context=True)
    if EARLIER.name in rows.column_names and rows[EARLIER.name].null_count < len(rows):
        also = (*also, sources_of_earlier(catalog, supply))
    buyer = query.buyer.key if query.buyer else None
    if buyer not in supply.network.countries:
        buyer = None
    scope = query.scope
    chain = supply.network.products if scope.text else rows["product"].to_pylist()
    return Answer(
        question, terms(*supply_terms(query, supply), *more), rows, columns,
        coverage_in(catalog, scope, supply),
        catalog.sources(supply.flows, supply.production, claims, scope.elsewhere, *also), claims,
        elsewhere=scope.elsewhere,
        notes=(*scope.notes, *notes, *supply.gap_notes(catalog, buyer),
               *product_notes(catalog.materials, chain)),
        nothing=nothing, caption=caption, shown=shown, grouped_by=grouped_by, goods=(scope.goods,),
    )  # fmt: skip


def coverage_in(catalog: Catalog, scope: Scope, supply: Supply) -> Coverage:
    """Summarise a supply network, with what is not counted for want of data.

    These are products in scope, and other steps of the chain. What travels inside a code that is
    counted, such as one rare earth among all, is no other step.
    """
    lacking = without_trade(scope, supply.products_in_scope)
    counted = {*supply.network.products, *lacking}
    codes = {code for series in supply.coverage.series for code in series.codes}
    for row in catalog.links("TRADED_AS", "product", "code").to_pylist():
        counted |= {row["product"]} if row["code"] in codes else set()
    chain = {key for name in ENDS for key in supply.conversions[name].to_pylist()}
    steps = sorted(chain - counted) if scope.text else []
    return replace(supply.coverage, without_trade=lacking, steps_without_data=tuple(steps))


def supply_terms(query: ClaimScope, supply: Supply) -> Sequence[Term]:
    """State the terms of an answer from a supply network."""
    return (
        Places(Role.CONSUMER, query.buyer.key if query.buyer else None),
        Places(Role.ORIGIN, query.seller.key if query.seller else None),
        query.scope.material,
        Products(tuple(supply.products_in_scope)), Chain(tuple(supply.network.products)),
        Time(supply.period), Measure(supply.in_words),
    )  # fmt: skip


def with_scope(rows: pa.Table, supply: Supply) -> pa.Table:
    """Add the stage of the product, the period and the measure."""
    stages = dict(zip(supply.network.products, supply.network.stages, strict=True))
    columns = {
        "stage": [stages[key] for key in rows["product"].to_pylist()],
        "period": [supply.period] * len(rows),
        "measure": [supply.measure] * len(rows),
    }
    for name, values in columns.items():
        if name in rows.column_names:
            rows = rows.drop_columns([name])
        rows = rows.append_column(name, pa.array(values, pa.string()))
    return rows


def with_earlier(catalog: Catalog, rows: pa.Table, supply: Supply) -> pa.Table:
    """Add what the codes of each row's product hold from before the stage that it is traced to.

    A row that is traced to no stage is about the product's own.
    """
    goods_of_codes = goods_of_earlier_stages(catalog, supply)
    stages = catalog.nodes("Stage").select(["key", "position"]).to_pylist()
    order = {stage["key"]: stage["position"] for stage in stages}
    texts = []
    for row in rows.select(["product", "stage", "traced_to"]).to_pylist():
        stage = order[row["traced_to"] or row["stage"]]
        earlier = [
            f"{code['earlier']} (HS {code['code']})"
            for code in goods_of_codes.get(row["product"], ())
            if code["stage_order"] < stage
        ]
        texts.append("; ".join(earlier) or None)
    return rows.append_column(EARLIER.name, pa.array(texts, pa.string()))


def goods_of_earlier_stages(catalog: Catalog, supply: Supply) -> dict[str, list[dict[str, Any]]]:
    """Collect what the codes of a supply network hold of earlier stages, by product."""
    return catalog.materials.earlier_goods(series.goods for series in supply.coverage.series)


def sources_of_earlier(catalog: Catalog, supply: Supply) -> pa.Table:
    """Collect the sources that say what the codes of a supply network hold of earlier stages."""
    goods_of_codes = goods_of_earlier_stages(catalog, supply).values()
    sources = sorted(
        {code["source"] for codes in goods_of_codes for code in codes if code["source"]}
    )
    return pa.table({"source": pa.array(sources, pa.string())})


def imports_of_products(
    supply: Supply,
) -> tuple[dict[tuple[str, str], float], dict[str, list[str]]]:
    """Collect the imports of each consumer and product, and the importers of each product."""
    network = supply.network
    imports: dict[tuple[str, str], float] = {}
    importers: dict[str, list[str]] = {}
    for country, product, amount in zip(
        network.nodes.country.tolist(),
        network.nodes.product.tolist(),
        network.trade.imports.tolist(),
        strict=True,
    ):
        if amount > 0:
            names = network.countries[country], network.products[product]
            imports[names] = amount
            importers.setdefault(names[1], []).append(names[0])
    return imports, importers


NO_COUNTRY = (UNKNOWN, UNTRACEABLE)
ALIKE = 1e-6
"""Difference of two upper ends that is rounding."""
