"""Checks of mines and plants: where they stand, what they can make, and who owns them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from math import fsum
from typing import Any, NamedTuple

import pyarrow as pa

from graphkit.errors import Problem
from graphkit.schema import BOX
from graphkit.seeds.records import Locations

NEAR = 0.5
"""Degrees beyond a country's box that a place on its coast or on an islet may be."""
Files = Sequence[tuple[pa.Table, Locations]]
"""The rows of one kind, by file."""


class Box(NamedTuple):
    """Ends of the box that holds a country on a map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, latitude: float, longitude: float, near: float = NEAR) -> bool:
        """Return True if a place is in the box, or near it."""
        if not self.south - near <= latitude <= self.north + near:
            return False
        width = (self.east - self.west) % 360 or 360
        return (longitude - self.west + near) % 360 <= width + 2 * near


def boxes(countries: Iterable[Mapping[str, Any]]) -> dict[str, Box]:
    """Return the box of each country that has one."""
    return {
        row["iso3"]: Box(*(row[end] for end in BOX))
        for row in countries
        if row["iso3"] is not None and all(row[end] is not None for end in BOX)
    }


def misplaced(facilities: Files, box_of: Mapping[str, Box]) -> Iterator[Problem]:
    """Report mines and plants whose place is not in their country."""
    for table, locations in facilities:
        columns = ("country", "latitude", "longitude")
        for row, facility in enumerate(table.select(columns).to_pylist()):
            latitude, longitude = facility["latitude"], facility["longitude"]
            box = box_of.get(facility["country"])
            if latitude is None or longitude is None or box is None:
                continue
            if not box.holds(latitude, longitude):
                message = (
                    f"found {latitude:g}, {longitude:g}, wanted a place in {facility['country']}: "
                    f"{box.south:g} to {box.north:g}, {box.west:g} to {box.east:g}"
                )
                yield locations.problem(row, "latitude", message)


def bare_capacities(capacities: Files) -> Iterator[Problem]:
    """Report capacities without a unit, and units or tonnes without a capacity."""
    for table, locations in capacities:
        rows = table.select(("capacity", "unit", "tonnes")).to_pylist()
        for row, figure in enumerate(rows):
            if figure["capacity"] is not None and figure["unit"] is None:
                message = f"found a capacity of {figure['capacity']:g}, wanted its unit"
                yield locations.problem(row, "capacity", message)
            for name in ("unit", "tonnes"):
                if figure["capacity"] is None and figure[name] is not None:
                    message = f"found {figure[name]} without a capacity, wanted both"
                    yield locations.problem(row, name, message)


def wrong_owners(ownership: Files) -> Iterator[Problem]:
    """Report owners of themselves, of one another, and shares of more than the whole.

    Cross-holdings are usual. Companies that cannot be are those in a circle of owners of more than
    half, and those of which all shares are one another's.
    """
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    last: dict[tuple[str, str], tuple[Locations, int]] = {}
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    owned_by: dict[str, dict[str, tuple[Locations, int]]] = defaultdict(dict)
    for table, locations in ownership:
        columns = ("owner", "owned", "share", "set_as_of", "planned", "source")
        for row, fact in enumerate(table.select(columns).to_pylist()):
            owner, owned = fact["owner"], fact["owned"]
            if owner is None or owned is None:
                continue
            if owner == owned:
                message = f"found {owner!r} as the owner of itself, wanted another owner"
                yield locations.problem(row, "owned", message)
                continue
            if fact["share"] is not None and not fact["planned"]:
                scope = (owned, fact["set_as_of"] or fact["source"])
                shares[scope].append(fact["share"])
                last[scope] = (locations, row)
                owners[scope] += [owner] * (fact["share"] > 0)
                if fact["share"] > 0.5:
                    owned_by[owner].setdefault(owned, (locations, row))
    for (owned, _), parts in shares.items():
        if fsum(parts) > 1 + 1e-9:
            locations, row = last[owned, _]
            message = f"shares of {owned!r} add up to {fsum(parts):.4g}, wanted at most 1"
            yield locations.problem(row, "share", message)
    circles = list(_circles(owned_by))
    yield from circles
    whole = {scope: owners[scope] for scope, parts in shares.items() if fsum(parts) > 1 - 1e-9}
    if not circles and (companies := _closed(whole)):
        steps = [last[scope] for scope in whole if scope[0] in companies]
        locations, row = max(reversed(steps), key=_is_in_file)
        message = f"all shares of {', '.join(companies)} are one another's, wanted other owners"
        yield locations.problem(row, "owned", message)


def _closed(whole: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """List the companies that are owned wholly, behind which there are none but such companies."""
    companies = {owned for owned, _ in whole} & {*chain.from_iterable(whole.values())}
    while True:
        closed = {
            owned for (owned, _), owners in whole.items()
            if owned in companies and companies.issuperset(owners)
        }  # fmt: skip
        if closed == companies:
            return sorted(companies)
        companies = closed


def _is_in_file(step: tuple[Locations, int]) -> bool:
    """Return True for a row of a file, False for one of the facts below."""
    return bool(step[0].file)


def _circles(owned_by: Mapping[str, Mapping[str, tuple[Locations, int]]]) -> Iterator[Problem]:
    """Report each circle of owners of more than half once, at the row that closes it."""
    done: set[str] = set()
    for start in owned_by:
        path: list[str] = [start]
        ways = [iter(owned_by[start])] if start not in done else []
        while ways:
            owned = next(ways[-1], None)
            if owned is None:
                ways.pop()
                done.add(path.pop())
            elif owned in path:
                circle = [*path[path.index(owned) :], owned]
                steps = [owned_by[owner][other] for owner, other in pairwise(circle)]
                locations, row = max(reversed(steps), key=_is_in_file)
                names = " owns ".join(circle)
                message = f"found a circle of owners of more than half, wanted none: {names}"
                yield locations.problem(row, "owned", message)
            elif owned not in done and owned in owned_by:
                path.append(owned)
                ways.append(iter(owned_by[owned]))
