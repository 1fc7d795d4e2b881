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

MEASURED = ("hhi_usd", "suppliers", "missing_tonnes_share")
"""Numbers of a whole market, said once where they are the same in every row, as text is."""
OF_TRADE = (
    "flows", "usd", "flows_without_tonnes", "usd_share_without_tonnes", "flows_without_usd",
    "products", "products_without_trade_data", "series",
)  # fmt: skip
"""What the coverage of trade flows says, in sentences of its own."""
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
        for name, head in answer.heads.items()
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
    fields = [rows.schema.field(n) for n in answer.heads if answer.scope.get(n, n) is not None]
    same = {
        field.name: visible(shown(rows[field.name][0].as_py(), unit_of(field)))
        for field in fields
        if len(rows[field.name].unique()) == 1 and (field.name in MEASURED or not is_number(field))
    }
    return same if len(rows) > 1 else {n: text for n, text in same.items() if n in answer.scope}


def scope_line(answer: Answer) -> str:
    """What is the same in every row, and of what the shares are."""
    heads = {n: head if head[1:].lower() != head[1:] else head.lower()
             for n, head in answer.heads.items()}  # fmt: skip
    said = ", ".join(f"{heads[n]} {text}" for n, text in lifted(answer).items())
    return f"{said[0].upper()}{said[1:]}. {answer.counts}".strip() if said else answer.counts


def coverage_lines(answer: Answer) -> list[str]:
    """What an answer counts and lacks."""
    found = answer.coverage
    lines = []
    if found.get("flows"):
        products = found["products"]
        lines.append(
            f"{_count(found['flows'], 'flow')} worth {money(found['usd'])} USD (free on board) "
            f"in {_count(products, 'product')}{_without(found)}."
        )
    lines += [_series_line(series) for series in found.get("series", ())]
    if found.get("products_without_trade_data"):
        names = ", ".join(found["products_without_trade_data"])
        lines.append(f"In scope, but without trade data: {names}.")
    others = ((name, value) for name, value in found.items() if name not in OF_TRADE)
    return [*lines, *(_other_line(name, value) for name, value in others)]


def _other_line(name: str, value: Any) -> str:
    """What another answer covers: the name of a number, or of a list of names."""
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value)) or "none"
    said = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else shown(value)
    label = name.replace("_", " ")
    return f"{label[0].upper()}{label[1:]}: {visible(said)}."


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
    hidden = set(answer.claims["source"].to_pylist())
    hidden -= {claim["source"] for claim in shown_claims(answer)}
    hidden -= {series["source"] for series in answer.coverage.get("series", ())}
    rows = map(given, answer.sources.to_pylist())
    return [_source_line(row) for row in rows if row["key"] not in hidden]


def _source_line(source: Mapping[str, Any]) -> str:
    names = ("publisher", "title", "version", "published")
    said = ", ".join(source[name] for name in names if name in source)
    link = f" {source['url']}" if "url" in source else ""
    return f"{source['key']}: {said}. Licence: {source['licence']}.{link}"
