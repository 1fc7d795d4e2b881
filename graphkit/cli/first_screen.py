"""The screen of ``graphkit`` alone: what it is, its data, commands to start with, the groups."""

from __future__ import annotations

import textwrap

from graphkit._version import __version__
from graphkit.cli.groups import GROUPS
from graphkit.errors import GraphkitError

STARTS = {
    "graphkit korea magnets": "a question in words",
    "graphkit depends KOR --for magnets": "whom a country depends on",
    "graphkit origins KOR --for magnets": "who stands behind the last seller",
    "graphkit spof KOR": "bottlenecks: where one supplier is all",
    "graphkit disrupt CHN --for magnets": "who loses what in a supply shock",
    "graphkit explore": "the same in the browser",
}
"""Commands to start with, and what each shows."""
WIDTH = 80
TITLE = max(map(len, GROUPS)) + 2
"""Columns of the title of a group."""


def first_screen() -> str:
    """Write the screen of ``graphkit`` alone.

    A database that is not built, or on a server, is named and not opened.
    """
    groups = [
        textwrap.fill(
            " ".join(names), WIDTH, initial_indent=f"  {title:<{TITLE}}",
            subsequent_indent=" " * (TITLE + 2),
        )
        for title, names in GROUPS.items()
    ]  # fmt: skip
    return "\n".join([
        f"graphkit {__version__}: who depends on whom for critical minerals, with sources.",
        textwrap.fill(_data(), WIDTH),
        "",
        *(f"  {command:<36}{shown}" for command, shown in STARTS.items()),
        "",
        *groups,
        "",
        "graphkit --help: each command in a line. graphkit help terms: words of the field.",
    ])  # fmt: skip


def _data() -> str:
    """Say how many facts the database holds, of which years, if that is quickly told."""
    from graphkit.database import is_unbuilt, last_load, open_database, place_of, shown_place
    from graphkit.queries import rows_of

    try:
        place = place_of(None)
        if is_unbuilt(None):
            return "Data: built on this machine by the first question, which takes a minute."
        if place is not None and ("://" in place or place == "local"):
            return f"Data: {shown_place(place)}."
        with open_database(None) as store:
            facts = last_load(store).facts
            datasets = rows_of(store, "datasets").to_pylist()
    except GraphkitError as error:
        return f"Data: {error}."
    traded = [row for row in datasets if row["first_year"] is not None]
    text = f"Data: {facts:,} facts"
    if traded:
        first, last = min(r["first_year"] for r in traded), max(r["last_year"] for r in traded)
        main = traded[0]
        text += (
            f"; trade of {first} to {last}, first of all {main['name']}, of "
            f"{main['first_year']} to {main['last_year']}"
        )
    return f"{text}."
