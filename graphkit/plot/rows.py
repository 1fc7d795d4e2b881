"""The picture of the nodes and relationships in the rows of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.answers.note import words_of_notes
from graphkit.plot.canvas import Framed, Layout, framed
from graphkit.plot.drawing import MUTED, OTHER, colour_of, name_of
from graphkit.plot.network import MOST_NODES, Arrow, Node, network
from graphkit.plot.series import written_amount

SYMBOLS = ("circle", "roundRect", "diamond", "triangle", "rect", "pin", "arrow")
"""Shapes of the kinds of nodes, countries first."""
COUNTRY = "Country"


def nodes_of_rows(answer: Answer, layout: Layout) -> Framed:
    """Draw the nodes of the rows of a statement by kind, with their relationships."""
    rows = answer.rows.to_pylist()
    keys: dict[tuple[str, str], None] = {}
    drawn = []
    for row in rows:
        ends = {(row[f"{end}_kind"], row[f"{end}_key"]): None for end in _ends(row)}
        if len({**keys, **ends}) <= layout.most(MOST_NODES):
            keys |= ends
            drawn.append(row)
    kinds = sorted({kind for kind, _ in keys}, key=lambda kind: (kind != COUNTRY, kind))
    names = {
        (kind, row[f"{end}_key"]): name_of(row[f"{end}_key"]) if kind == COUNTRY else row[end]
        for row in drawn for end in _ends(row) for kind in [row[f"{end}_kind"]]
    }  # fmt: skip
    nodes = [
        Node(
            " ".join(identity),
            names[identity],
            identity[0] if len(kinds) > 1 else "",
            colour=colour_of(identity[1]) if identity[0] == COUNTRY else MUTED,
            symbol=SYMBOLS[kinds.index(identity[0]) % len(SYMBOLS)],
            about=identity[0],
        )
        for identity in sorted(keys, key=lambda identity: kinds.index(identity[0]))
    ]
    links = [row for row in drawn if row["type"]]
    most = {
        name: max(row["high"] or 0.0 for row in links if row["measure"] == name) or 1.0
        for name in {row["measure"] for row in links}
    }
    alike = {name: len({row[name] for row in links}) == 1 for name in ("type", "goods", "period")}
    arrows = [
        Arrow(
            f"{row['start_kind']} {row['start_key']}",
            f"{row['end_kind']} {row['end_key']}",
            _written(row, alike),
            _told(row),
            (row["high"] or 0.0) / most[row["measure"]],
            _colour(row),
            headed=bool(row["directed"]),
        )
        for row in links
    ]
    note = " ".join([*_shared(links, alike), *_limits(rows, drawn), *words_of_notes(answer.notes)])
    return framed(answer, network(nodes, arrows, layout.width), drawn=len(rows), note=note)


def _ends(row: Mapping[str, Any]) -> tuple[str, ...]:
    return ("start", "end") if row["type"] else ("start",)


def _written(row: Mapping[str, Any], alike: Mapping[str, bool]) -> str:
    """Write on an arrow what it has and others have not: amount, type, goods and period."""
    count = [f"{row['number']:,} ×"] if row["number"] > 1 else []
    words = [row[name] for name in ("type", "goods", "period") if row[name] and not alike[name]]
    return ", ".join([" ".join([*count, *_amounts(row)]), *words]).strip(", ")


def _colour(row: Mapping[str, Any]) -> str:
    """Choose the colour of the country at the start, or else of that at the end."""
    colours = [colour_of(row[f"{end}_key"]) for end in ("start", "end")]
    return next((colour for colour in colours if colour != OTHER), OTHER)


def _amounts(row: Mapping[str, Any]) -> list[str]:
    if row["low"] is None:
        return []
    ends = [_amount(value, row["measure"]) for value in (row["low"], row["high"])]
    return [" to ".join(dict.fromkeys(ends))]


def _amount(value: float, measure: str) -> str:
    if measure.startswith("share"):
        return percent(value)
    return written_amount(value, measure) if measure in ("usd", "tonnes") else f"{value:,.4g}"


def _told(row: Mapping[str, Any]) -> str:
    """Say in words what an arrow is."""
    several = f"{row['number']:,} × " if row["number"] > 1 else ""
    words = [row[name] for name in ("goods", "period") if row[name]]
    measured = [f"{row['measure']} {text}" for text in _amounts(row)]
    return f"{row['start']} – {row['end']}: {', '.join([several + row['type'], *words, *measured])}"


def _shared(links: Sequence[Mapping[str, Any]], alike: Mapping[str, bool]) -> Iterator[str]:
    """Say what all arrows have in common, and what the numbers on them are."""
    if not links:
        return
    common = [str(links[0][name]) for name in alike if alike[name] and links[0][name]]
    if common:
        yield f"Every line: {', '.join(common)}."
    if measures := list(dict.fromkeys(row["measure"] for row in links if row["measure"])):
        yield f"Numbers on lines: {', '.join(measures)}."
    if any(row["number"] > 1 for row in links):
        yield "Several relationships of one type between two nodes are one line, not added up."


def _limits(
    rows: Sequence[Mapping[str, Any]], drawn: Sequence[Mapping[str, Any]]
) -> Iterator[str]:  # fmt: skip
    """Say how many nodes and relationships are drawn, if not all are."""
    if len(drawn) == len(rows):
        return
    counts = []
    for some in (drawn, rows):
        ends = {(row[f"{end}_kind"], row[f"{end}_key"]) for row in some for end in _ends(row)}
        counts.append((len(ends), sum(row["number"] or 0 for row in some)))
    (nodes, links), (all_nodes, all_links) = counts
    yield (f"{nodes:,} of {all_nodes:,} nodes and {links:,} of {all_links:,} relationships are "
           "drawn.")  # fmt: skip
