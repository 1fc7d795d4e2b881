"""Answers and tables as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import known_values
from graphkit.answers.answer import Answer
from graphkit.answers.figures import is_json
from graphkit.answers.note import words_of_notes
from graphkit.errors import HIDDEN
from graphkit.render.answer import comparison_sentences


def as_object(answer: Answer) -> dict[str, Any]:
    """Return an answer as one JSON object, in full precision."""
    return {
        "headline": answer.headline,
        "question": answer.question,
        "headline_claims": [claim.as_data() for claim in answer.sentence.claims],
        "scope": answer.scope.as_object(),
        "rows": objects_of(answer.rows),
        "units": dict(answer.units),
        "coverage": answer.coverage.as_object(),
        "claims": [known_values(row) for row in objects_of(answer.claims)],
        "comparisons": [known_values(row) for row in objects_of(answer.comparisons)],
        "elsewhere": [known_values(row) for row in objects_of(answer.elsewhere)],
        "links": objects_of(answer.links),
        "sources": [known_values(row) for row in objects_of(answer.sources)],
        "notes": [
            *[answer.nothing.words] * (not len(answer.rows)),
            *words_of_notes(answer.notes),
            *comparison_sentences(answer),
        ],
    }


def objects_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows as plain objects, with columns of JSON parsed."""
    holds_json = {field.name for field in table.schema if is_json(field)}
    rows: list[dict[str, Any]] = table.to_pylist()
    if not holds_json:
        return rows
    return [
        {k: json.loads(v) if k in holds_json and v is not None else v for k, v in row.items()}
        for row in rows
    ]


def json_text(value: Any, indent: int | None = None) -> str:
    """Write strict JSON, with control and bidirectional characters escaped."""

    def escaped(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be", "surrogatepass").hex()
        return "\n" if match[0] == "\n" else re.sub("(....)", r"\\u\1", units)

    text = json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str)
    return HIDDEN.sub(escaped, text)


def _finite(value: Any) -> Any:
    """Replace NaN and infinity, which JSON cannot express, by null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(v) for key, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value
