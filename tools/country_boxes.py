"""Writes the box of each country, west, south, east and north, from Natural Earth's shapes.

    python tools/country_boxes.py countries-10m.json

The file is TopoJSON of the npm package ``world-atlas`` 2.0.2, made of Natural Earth 4.1 (public
domain). A box holds all parts of a country that the map gives it, islands and overseas parts too;
one that crosses the 180th meridian has its west beyond its east. ``tools/build_reference.py`` puts
the boxes beside the countries.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

BOXES = Path(__file__).with_name("country_boxes.csv")
COLUMNS = ("m49", "west", "south", "east", "north")
HUNDREDTHS = 100
"""A box is given in hundredths of a degree, rounded outwards."""


def points_of(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Decode the arcs of a topology to longitudes and latitudes."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)
    return arcs


def arc_numbers(arcs: Iterable[Any]) -> Iterator[int]:
    """Yield the numbers of the arcs of a shape; ``~n`` is arc n the other way round."""
    for part in arcs:
        if isinstance(part, list):
            yield from arc_numbers(part)
        else:
            yield part if part >= 0 else ~part


def span(longitudes: Iterable[float]) -> tuple[float, float]:
    """Return west and east of the shortest span of a circle that holds all longitudes."""
    ordered = sorted(longitudes)
    gaps = [(b - a, n) for n, (a, b) in enumerate(pairwise(ordered))]
    gap, place = max(gaps)
    if gap > ordered[0] + 360 - ordered[-1]:
        return ordered[place + 1], ordered[place]
    return ordered[0], ordered[-1]


def boxes(topology: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row for each code of a country on the map."""
    arcs = points_of(topology)
    points = defaultdict(list)
    for shape in topology["objects"]["countries"]["geometries"]:
        if shape.get("id"):
            for number in arc_numbers(shape["arcs"]):
                points[shape["id"].zfill(3)] += arcs[number]
    for code, places in sorted(points.items()):
        west, east = span(longitude for longitude, _ in places)
        south, north = (end(latitude for _, latitude in places) for end in (min, max))
        yield {
            "m49": code,
            "west": math.floor(west * HUNDREDTHS) / HUNDREDTHS,
            "south": math.floor(south * HUNDREDTHS) / HUNDREDTHS,
            "east": math.ceil(east * HUNDREDTHS) / HUNDREDTHS,
            "north": math.ceil(north * HUNDREDTHS) / HUNDREDTHS,
        }


def main() -> None:
    """Read the map and write the boxes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("map", type=Path)
    rows = boxes(json.loads(parser.parse_args().map.read_text(encoding="utf-8")))
    with BOXES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
