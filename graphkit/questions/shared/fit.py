"""Fit of an answer's figures to the products that were asked for."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column
from graphkit.answers.coverage import Series
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import BASKET, Scope

FIT = Column("fit", doc="exact, dominant (mostly), proxy (among other goods) or basket (with other "
             "elements): how far the figures are of what was asked")  # fmt: skip
NAMED_ELEMENTS = 8
"""Number of other elements of a basket up to which each is named."""


def fitted(catalog: Catalog, answer: Answer, text: str | None) -> Answer:
    """Say in an answer from trade how well each product fits the scope that was asked for.

    The rows and the series of the coverage get a ``fit``, and the caption names each basket.
    """
    if not answer.coverage.series:
        return answer
    scope = catalog.materials.scope(text)
    all_goods = [series.goods for series in answer.coverage.series]
    fits = catalog.materials.fits(scope, all_goods)
    earlier = catalog.materials.earlier_goods(all_goods)
    all_series = [
        replace(series, fit=fits[series.product], earlier=tuple(sorted(
            {goods["earlier"] for goods in earlier.get(series.product, ())}
        )))
        for series in answer.coverage.series
    ]  # fmt: skip
    rows, columns = answer.rows, answer.columns
    if "product" in rows.column_names:
        # What is made is counted under its own name, and not under a code.
        markets = rows["market"].to_pylist() if "market" in rows.column_names else [""] * len(rows)
        grades = [
            None if market.startswith("production") else fits.get(product)
            for product, market in zip(rows["product"].to_pylist(), markets, strict=True)
        ]
        rows = rows.append_column(FIT.name, pa.array(grades, pa.string()))
        columns = (*columns, FIT)
    baskets = [_basket(catalog, scope, series) for series in all_series if series.fit == BASKET]
    return replace(
        answer, rows=rows, columns=columns,
        coverage=replace(answer.coverage, series=tuple(all_series)),
        caption=" ".join([answer.caption, *dict.fromkeys(baskets)]).strip(),
    )  # fmt: skip


def _basket(catalog: Catalog, scope: Scope, series: Series) -> str:
    """Say what else a basket holds."""
    elements, in_text = scope.mixed[series.product], catalog.materials.in_text
    if len(elements) <= NAMED_ELEMENTS:
        names = list(map(in_text, elements))
    else:
        names = [f"{len(elements)} more elements"]
    contents = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    code = f" (HS {series.hs})" if series.hs else ""
    product = in_text(series.product)
    return f"Basket: {product}{code} also holds {contents}; not {scope.meaning} alone."
