"""An answer in words: its rows as a table people read, its coverage and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from graphkit.answer import Answer
from graphkit.render.claims import shown_claims
from graphkit.render.drawing import Column, fits
from graphkit.render.plain_text import visible
from graphkit.render.values import SHARE, given, is_number, money, percent, shown, unit_of

HEADS = {
    "consumer": "Consumer",
    "supplier": "Supplier",
    "product": "Product",
    "stage": "Stage",
    "period": "Period",
    "share_usd": "Share by value",
    "share_tonnes": "by weight",
    "usd": "USD",
    "tonnes": "Tonnes",
    "hhi_usd": "HHI by value",
    "suppliers": "Suppliers",
    "missing_tonnes_share": "No weight",
}
"""The columns of an answer that people read."""
LIFTED = tuple(name for name in HEADS if not name.startswith(("share", "usd", "tonnes")))
"""Columns that are said once, where every row says the same."""
REPORTERS = {
    "reconciled": "reports of both sides reconciled",
    "exporter": "as exporters report",
    "importer": "as importers report",
}


def table_columns(table: pa.Table) -> list[Column]:
    """The columns of any table, with units in the heads."""
    columns = []
    for field in table.schema:
        unit = unit_of(field)
        said = SHARE.sub("", unit)  # people read it in percent
        told = not said or said.casefold() == field.name.casefold()
        head = visible(field.name if told else f"{field.name} ({said})")
        cells = [visible(shown(value, unit)) for value in table[field.name].to_pylist()]
        columns.append(Column(head, cells, is_number(field)))
    return columns


def answer_columns(answer: Answer, to: int | None = None) -> list[Column]:
    """The columns that people read, without those that :func:`lifted` says once.

    Where they do not fit a width, product and stage share a column.
    """
    once = lifted(answer)
    found = {
        name: Column(
            head,
            [visible(shown(v, unit_of(field))) for v in answer.rows[name].to_pylist()],
            is_number(field),
        )
        for name, head in HEADS.items()
        for field in [answer.rows.schema.field(name)]
        if name not in once
    }
    narrow = to is not None and not fits(list(found.values()), to)
    if narrow and {"product", "stage"} <= set(found):
        pairs = zip(found["product"].cells, found.pop("stage").cells, strict=True)
        found["product"] = Column("Product, stage", [f"{a}, {b}" for a, b in pairs])
    return list(found.values())


def lifted(answer: Answer) -> Mapping[str, str]:
    """What was asked for, or of several rows is the same in each: it need not be repeated."""
    rows = answer.rows
    same = {
        name: visible(shown(rows[name][0].as_py(), unit_of(rows.schema.field(name))))
        for name in LIFTED
        if len(rows[name].unique()) == 1
    }
    if len(rows) == 1:
        same = {name: same[name] for name in ("consumer", "supplier", "period")}
    if not answer.scope["supplier"]:
        same.pop("supplier", None)  # it is the answer
    return same


def scope_line(answer: Answer) -> str:
    """What is the same in every row, and of what the shares are."""
    once = lifted(answer)
    heads = [HEADS[n] if n == "hhi_usd" else HEADS[n].lower() for n in once]
    said = ", ".join(f"{h} {text}" for h, text in zip(heads, once.values(), strict=True))
    whose = once.get("consumer", "the consumer")
    shares = f"Shares are of what {whose} imports of the product; HHI is from 0 to 10,000."
    return f"{said[0].upper()}{said[1:]}. {shares}" if said else shares


def coverage_lines(answer: Answer) -> list[str]:
    """What an answer counts and lacks."""
    found = answer.coverage
    lines = []
    if found["flows"]:
        products = found["products"]
        lines.append(
            f"{_count(found['flows'], 'flow')} worth {money(found['usd'])} USD (free on board) "
            f"in {_count(products, 'product')}{_without(found)}."
        )
    lines += [_series_line(series) for series in found["series"]]
    if found["products_without_trade_data"]:
        names = ", ".join(found["products_without_trade_data"])
        lines.append(f"In scope, but without trade data: {names}.")
    return lines


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _without(found: Mapping[str, Any]) -> str:
    said = ""
    if found["flows_without_tonnes"]:
        share = found["usd_share_without_tonnes"]
        worth = f" ({percent(share)} of the value)" if share is not None else ""
        said += f"; {found['flows_without_tonnes']:,} of them without a weight{worth}"
    if found["flows_without_usd"]:
        said += f"; {found['flows_without_usd']:,} of them without a value"
    return said


def _series_line(series: Mapping[str, Any]) -> str:
    code = f"HS {series['hs']}" if series["hs"] else "no HS code"
    revision = f" ({series['hs_revision']})" if series["hs_revision"] else ""
    basis = f"{series['basis'] or 'unknown'} weight"
    reporter = REPORTERS.get(series["reporter"], series["reporter"])
    return (
        f"{series['product']}, {series['period']}: {code}{revision}, {basis}, {reporter}; "
        f"data set {series['dataset']}, source {series['source']}."
    )


def source_lines(answer: Answer) -> list[str]:
    """One line a source of what is shown: key, publisher, title, date or version, licence."""
    cited = {claim["source"] for claim in shown_claims(answer)}
    cited |= {series["source"] for series in answer.coverage["series"]}
    rows = map(given, answer.sources.to_pylist())
    return [_source_line(row) for row in rows if row["key"] in cited]


def _source_line(source: Mapping[str, Any]) -> str:
    names = ("publisher", "title", "version", "published")
    said = ", ".join(source[name] for name in names if name in source)
    link = f" {source['url']}" if "url" in source else ""
    return f"{source['key']}: {said}. Licence: {source['licence']}.{link}"
