"""The world map: names and places of countries, and the shapes that ECharts draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
"""ECharts, fonts and shapes, with their licences."""


@cache
def world() -> Mapping[str, Any]:
    """Read names, points and shapes by ISO 3166-1 alpha-3 code."""
    found: dict[str, Any] = json.loads((ASSETS / "world.json").read_text("utf-8"))
    return found


def name_of(key: str) -> str:
    """Return the short name of a country, or the key itself of all else.

    >>> name_of("KOR"), name_of("EU27"), name_of("ree-metals")
    ('South Korea', 'EU27', 'ree-metals')
    """
    name: str = world()["names"].get(key, key)
    return name


def point_of(key: str) -> tuple[float, float] | None:
    """Return the longitude and latitude of a country; None for former states and groups."""
    point = world()["points"].get(key)
    return None if point is None else (point[0], point[1])
