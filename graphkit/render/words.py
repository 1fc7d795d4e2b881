"""An answer in words: its rows as a table people read, its coverage and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from graphkit.answer import Answer
from graphkit.render.claims import shown_claims
from graphkit.render.drawing import Column, fits
from graphkit.render.plain_text import visible
from graphkit.render.values import SHARE, given, is_number, shown, unit_of

YES_NO = ("no", "yes")
MEASURED = ("hhi_usd", "suppliers", "missing_tonnes_share")
"""Numbers of a whole market, said once where they are the same in every row, as text is."""


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
            [_said(v, field) for v in answer.rows[name].to_pylist()],
            is_number(field),
        )
        for name, head in heads_of(answer).items()
        for field in [answer.rows.schema.field(name)]
        if name not in once
    }
    narrow = to is not None and not fits(list(found.values()), to)
    if narrow and {"product", "stage"} <= set(found):
        pairs = zip(found["product"].cells, found.pop("stage").cells, strict=True)
        found["product"] = Column(
            "Product, stage", [", ".join(filter(None, pair)) for pair in pairs]
        )
    return list(found.values())


def heads_of(answer: Answer) -> Mapping[str, str]:
    """The columns that people read; also whose figures they are, where a product has several."""
    rows, heads = answer.rows, dict(answer.heads)
    scope = [name for name in ("product", "period") if name in rows.column_names]
    for name, head in (("reporter", "Reported by"), ("dataset", "Data set")):
        if "product" in heads and name in rows.column_names:
            pairs = rows.select([*scope, name]).group_by([*scope, name]).aggregate([])
            if len(pairs) > len(pairs.group_by(scope).aggregate([])):
                heads[name] = head
    return heads


def lifted(answer: Answer) -> Mapping[str, str]:
    """What was asked for, or of several rows is the same in each: it need not be repeated."""
    rows = answer.rows
    fields = [rows.schema.field(n) for n in heads_of(answer) if answer.scope.get(n, n) is not None]
    same = {
        field.name: _said(rows[field.name][0].as_py(), field)
        for field in fields
        if len(rows[field.name].unique()) == 1 and (field.name in MEASURED or not is_number(field))
    }
    return same if len(rows) > 1 else {n: text for n, text in same.items() if n in answer.scope}


def _said(value: Any, field: pa.Field) -> str:
    if isinstance(value, bool):
        return YES_NO[value]
    return visible(shown(value, unit_of(field)))


def scope_line(answer: Answer) -> str:
    """What is the same in every row, and of what the shares are."""
    heads = {n: head if head[1:].lower() != head[1:] else head.lower()
             for n, head in heads_of(answer).items()}  # fmt: skip
    said = ", ".join(
        f"{heads[n]}{':' * (text in YES_NO)} {text}" for n, text in lifted(answer).items()
    )
    return f"{said[0].upper()}{said[1:]}. {answer.counts}".strip() if said else answer.counts


def source_lines(answer: Answer) -> list[str]:
    """One line a source of what is shown: key, publisher, title, date or version, licence."""
    hidden = set(answer.claims["source"].to_pylist())
    hidden -= {claim["source"] for claim in shown_claims(answer)}
    hidden -= {series["source"] for series in answer.coverage.get("series", ())}
    hidden -= _sources_of_rows(answer.rows)
    rows = map(given, answer.sources.to_pylist())
    return [_source_line(row) for row in rows if row["key"] not in hidden]


def _sources_of_rows(rows: pa.Table) -> set[str]:
    """The sources that rows name, in any column for one."""
    columns = [rows[name].to_pylist() for name in rows.column_names if name.endswith("source")]
    return {key for column in columns for text in column if text for key in text.split()}


def _source_line(source: Mapping[str, Any]) -> str:
    names = ("publisher", "title", "version", "published")
    said = ", ".join(source[name] for name in names if name in source)
    link = f" {source['url']}" if "url" in source else ""
    return f"{source['key']}: {said}. Licence: {source['licence']}.{link}"
