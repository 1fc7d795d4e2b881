"""Mines and plants as questions read them: capacities, operators and owners."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.ownership import Ownership, Stake, all_above
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity

Row = dict[str, Any]
COMPLETE = 0.995
"""Sum of shares from which a set of owners is complete."""
ROUNDED = 0.005
"""Difference of two shares that rounding may make."""
RUNNING = ("active", "assumed active", "operating", "operating mine", "ramp-up")
"""Statuses of plants that run, in small letters."""


@dataclass(frozen=True)
class Plants:
    """Mines and plants in scope, in some countries or in all."""

    capacities: Sequence[Row]
    """Capacities: one row for each plant, or group of them, and product."""
    others: Sequence[Row]
    """Those that handle an element in scope, and of which no such row is known."""
    operators: Mapping[str, tuple[str, ...]]
    """Names of who runs each plant."""
    owners: Ownership
    names: Mapping[str, str]
    """Names of companies, by key."""
    members: Mapping[str, Mapping[str, str]]
    """Names of the plants of each group, by key."""
    tables: tuple[pa.Table, ...]
    """Tables that say who owns and runs them."""
    owner_sets: Mapping[str, Sequence[OwnerSet]] = field(default_factory=dict)
    """Owners of each plant and company in sets of one day, the one that answers first."""

    @property
    def sites(self) -> set[str]:
        """The keys of all plants, of a group those of its members."""
        keys = {row["plant"] for row in (*self.capacities, *self.others)}
        return {plant for key in keys for plant in self.members.get(key, (key,))}


def elements_of(catalog: Catalog, goods: Scope) -> list[str]:
    """List the elements of some goods, or all where no goods are named."""
    if goods.text:
        return sorted(goods.elements)
    return sorted(catalog.nodes("Element")["key"].to_pylist())


def plants_of(catalog: Catalog, goods: Scope, place: Entity | None) -> Plants:
    """Read the mines and plants of some goods, with who owns and runs them.

    Raises
    ------
    GraphkitError
        None is known.
    """
    plants = known_plants(catalog, goods, place)
    if not plants.sites:
        where = f" in {place.in_text}" if place else ""
        meaning = f" for {goods.meaning}" if goods.text else ""
        raise GraphkitError(f"no mine or plant{where}{meaning} is known: no source in the graph")
    return plants


def known_plants(catalog: Catalog, goods: Scope, place: Entity | None) -> Plants:
    """Read the mines and plants that are known of some goods, and all companies."""
    countries = None if place is None else set(catalog.members(place))
    capacities = without_repeats(
        row
        for row in catalog.rows("capacities", products=sorted(goods.products)).to_pylist()
        if countries is None or row["country"] in countries
    )
    elements = elements_of(catalog, goods)
    with_capacity = {row["plant"] for row in capacities}
    others: dict[str, Row] = {}
    for row in catalog.rows("plants", elements=elements).to_pylist() if elements else ():
        if row["plant"] in with_capacity or (countries and row["country"] not in countries):
            continue
        plant = others.setdefault(row["plant"], {**row, "labels": [], "printed": []})
        plant["labels"] += [row["label"]] * (row["label"] not in plant["labels"])
        plant["printed"] += [row["published_value"]] * bool(row["published_value"])
    companies = catalog.rows("companies").to_pylist()
    names = {row["company"]: row["name"] for row in companies}
    ownership, operators = catalog.rows("ownership"), catalog.rows("operators")
    sets = sets_by_day(ownership.to_pylist())
    stakes = _stakes_of(sets)
    runners: dict[str, list[str]] = defaultdict(list)
    for row in operators.to_pylist():
        runners[row["plant"]] += [row["name"]] * (row["name"] not in runners[row["plant"]])
    members: dict[str, dict[str, str]] = defaultdict(dict)
    for row in catalog.rows("members-of-plant-group").to_pylist():
        members[row["pool"]][row["plant"]] = row["name"]
    _fill_groups(members, stakes, runners)
    owners = Ownership(
        stakes,
        {row["company"]: row["seat"] for row in companies},
        frozenset(row["company"] for row in companies if row["type"] == "state"),
        frozenset(row["company"] for row in companies if row["state_owned"]),
    )
    plants = Plants(
        capacities, list(others.values()), {key: tuple(runner) for key, runner in runners.items()},
        owners, names, members, (ownership, operators), sets,
    )  # fmt: skip
    keys = [row["plant"] for row in (*capacities, *others.values())]
    concerned = pa.array({*plants.sites, *keys, *names}, pa.string())
    return replace(plants, tables=(
        ownership.filter(pc.is_in(ownership["owned"], concerned)),
        operators.filter(pc.is_in(operators["plant"], concerned)),
    ))  # fmt: skip


@dataclass(frozen=True)
class OwnerSet:
    """Owners of one plant or company of one day, whose shares may be added up."""

    rows: Sequence[Mapping[str, Any]]

    @property
    def day(self) -> str:
        """Day of its newest fact; empty: none is stated."""
        return max(row["set_as_of"] or row["as_of"] or "" for row in self.rows)

    @property
    def is_complete(self) -> bool:
        """True if the shares add up to the whole, but for rounding."""
        return fsum(row["share"] or 0.0 for row in self.rows) >= COMPLETE

    @property
    def shares(self) -> dict[str, float | None]:
        """Share of each owner."""
        return {row["owner"]: row["share"] for row in self.rows}

    def fits(self, newer: OwnerSet, behind: Mapping[str, frozenset[str]]) -> bool:
        """Return True if newer facts name only its owners, or who is behind them, as it does."""
        shares = self.shares
        owners = frozenset(shares).union(*(behind.get(owner, ()) for owner in shares))
        return all(
            bool({owner, *behind.get(owner, ())} & owners) if share is None
            else abs((shares.get(owner) or 0.0) - share) <= ROUNDED
            for owner, share in newer.shares.items()
        )  # fmt: skip


def sets_by_day(ownership: Iterable[Mapping[str, Any]]) -> dict[str, list[OwnerSet]]:
    """Sort who owns each plant and company into sets of one day, the one that answers first.

    What ended and what is only planned is in none. The newest set answers; where its shares are not
    complete, the newest complete one that fits all newer facts does.
    """
    rows_of: dict[str, dict[tuple[str, str], list[Mapping[str, Any]]]] = defaultdict(dict)
    parents: dict[str, set[str]] = defaultdict(set)
    for row in ownership:
        if not (row.get("ended") or row.get("planned")):
            row = {"set_as_of": None, **row}
            key = ("", row["set_as_of"]) if row["set_as_of"] else (row["source"], "")
            rows_of[row["owned"]].setdefault(key, []).append(row)
            parents[row["owned"]].add(row["owner"])
    owners = {owner for some in parents.values() for owner in some}
    behind = {company: all_above(company, parents) for company in owners}
    chosen: dict[str, list[OwnerSet]] = {}
    for owned, groups in rows_of.items():
        sets = sorted(
            (OwnerSet(rows) for rows in groups.values()),
            key=lambda one: (one.day, min(row["source"] for row in one.rows)), reverse=True,
        )  # fmt: skip
        answer = next(
            (one for place, one in enumerate(sets)
             if one.is_complete and all(one.fits(newer, behind) for newer in sets[:place])),
            sets[0],
        )  # fmt: skip
        chosen[owned] = [answer, *(one for one in sets if one is not answer)]
    return chosen


def stakes_in(ownership: Iterable[Mapping[str, Any]]) -> dict[str, list[Stake]]:
    """Collect the stakes in each plant and company, of the set of owners that answers."""
    return _stakes_of(sets_by_day(ownership))


def _stakes_of(sets: Mapping[str, Sequence[OwnerSet]]) -> dict[str, list[Stake]]:
    return {
        owned: [Stake(row["owner"], row["share"]) for row in first.rows]
        for owned, (first, *_) in sets.items()
    }


def without_repeats(capacities: Iterable[Row]) -> list[Row]:
    """Leave out what would count a capacity twice.

    Of several sources of one plant and product the newest stands; of a group and a plant of it with
    one product, the group.
    """
    rows = list(capacities)
    newest: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        fact = row["plant"], row["product"]
        newest[fact] = max(newest.get(fact, ("", "")), (row["as_of"] or "", row["source"]))
    groups = {(row["plant"], row["product"]) for row in rows if row["capacity"] is not None}
    return [
        row for row in rows
        if newest[row["plant"], row["product"]][1] == row["source"]
        and not any((group, row["product"]) in groups for group in row["part_of"] or ())
    ]  # fmt: skip


def _fill_groups(
    members: Mapping[str, Iterable[str]], stakes: dict[str, list[Stake]],
    runners: dict[str, list[str]],
) -> None:  # fmt: skip
    """Give a group of plants the owners and operators that all its members have alike."""
    for group, plants in members.items():
        owners = {tuple(sorted(stakes.get(plant, ()), key=str)) for plant in plants}
        if group not in stakes and len(owners) == 1 and (shared := owners.pop()):
            stakes[group] = list(shared)
        names = {tuple(runners.get(plant, ())) for plant in plants}
        if not runners.get(group) and len(names) == 1:
            runners[group] = list(names.pop())


IN_WORDS = {
    "assumed active": "assumed to run", "active": "runs", "operating": "runs",
    "operating mine": "runs", "c&m": "care and maintenance",
    "care-and-maintenance": "care and maintenance", "developing mine": "in development",
    "construction": "under construction",
}  # fmt: skip
"""Words for the statuses of sources, in small letters; the others say it themselves."""


def status_in_words(status: str | None) -> str | None:
    """Write a status in one set of words, whatever its source calls it.

    >>> status_in_words("Assumed Active; C&M"), status_in_words("Suspended"), status_in_words(None)
    ('assumed to run; care and maintenance', 'suspended', None)
    """
    if status is None:
        return None
    parts = [part.strip().lower() for part in status.split(";")]
    return "; ".join(IN_WORDS.get(part, part) for part in parts)


def runs(status: str | None) -> bool:
    """Return True unless a source says that a plant stands still, or is not there yet.

    >>> runs("Assumed Active"), runs(None), runs("C&M"), runs("Active; Suspended")
    (True, True, False, True)
    >>> runs("ramp-up"), runs("suspended (restart planned; 2026)")
    (True, False)
    """
    plain = re.sub(r"\(.*?\)", "", status or "active")
    parts = [part.strip().lower() for part in plain.split(";")]
    return any(part in RUNNING for part in parts)


def owners_in_words(plant: str, plants: Plants) -> str:
    """Write the owners of a plant in one cell, the largest share first."""
    stakes = sorted(
        plants.owners.stakes.get(plant, ()),
        key=lambda stake: (-(stake.share or 0.0), plants.names[stake.owner]),
    )
    text = "; ".join(
        f"{plants.names[stake.owner]} "
        f"{'(share unknown)' if stake.share is None else f'{100 * stake.share:.4g} %'}"
        for stake in stakes
    )
    day = plants.owner_sets[plant][0].day if plant in plants.owner_sets else ""
    return f"{text} ({day})" if text and day else text


def standing_still(capacities: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Select the capacities of plants that a source says do not run."""
    return [row for row in capacities if not runs(row["status"])]
