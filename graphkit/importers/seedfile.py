"""Writes a seed file the way people write it: a comment, a kind, defaults, one row a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_PLAIN = re.compile(r"[^\W_][\w .()/+'’–—-]*", re.UNICODE)


def scalar(value: object) -> str:
    """One value in YAML; quoted only where the syntax asks for it.

    >>> scalar("NO"), scalar("0102"), scalar("a: b"), scalar(True), scalar(12.50)
    ('NO', '0102', '"a: b"', 'true', '12.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(scalar, value)) + "]"
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text == text.strip() and text.lower() != "null"
    return text if plain else json.dumps(text, ensure_ascii=False)


def mapping(row: Mapping[str, Any]) -> str:
    """One row as a flow mapping; absent values are left out."""
    given = {k: v for k, v in row.items() if v not in (None, "", [], ())}
    return "{" + ", ".join(f"{k}: {scalar(v)}" for k, v in given.items()) + "}"


def write_seed(
    path: Path,
    comment: str,
    kind: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    defaults: Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
    sort: Sequence[str] = (),
) -> None:
    """Write one seed file; ``sort`` names the columns the rows are ordered by."""
    ordered = sorted(rows, key=lambda row: tuple(str(row.get(name) or "") for name in sort))
    lines = [f"# {line}".rstrip() for line in comment.strip().splitlines()]
    lines.append(f"kind: {kind}")
    if defaults:
        lines.append(f"defaults: {mapping(defaults)}")
    if units:
        lines.append(f"units: {mapping(units)}")
    lines.append("rows:")
    lines.extend(f"  - {mapping(row)}" for row in ordered)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
