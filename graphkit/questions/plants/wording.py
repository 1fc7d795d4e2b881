"""Words that first lines on plants and on their owners share."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.headlines.wording import Row

SITES = ("mine or plant", "mines and plants")


def country_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the one country that rows are on; of several, or none, nothing."""
    keys = {row["country"] for row in rows}
    return (*keys,) if len(keys) == 1 and None not in keys else ()
