"""Blocs: groups of countries counted as one, whose production is at least that of known members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.production import published_interval
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.questions.shared.supply_production import PRODUCTION, makes_some, with_all_makers
from graphkit.questions.shared.trade import group_as_one


def bloc(catalog: Catalog, text: str) -> tuple[str, list[str]]:
    """Parse a bloc into its name and countries: ``EU27``, ``CHN+HKG``, ``china``.

    Raises
    ------
    UsageError
        A part of it is neither a country nor a group of countries.
    """
    place = catalog.place(text)
    return place.key, catalog.members(place) if place.is_group else [place.key]


def members_with_data(
    catalog: Catalog, network: SupplyNetwork, blocs: Mapping[str, Iterable[str]]
) -> tuple[dict[str, list[str]], list[Note]]:
    """Select the members of each bloc with trade or production, and note the others.

    Raises
    ------
    GraphkitError
        No member of a bloc has any.
    """
    members, notes = {}, []
    for name, countries in blocs.items():
        members[name] = [country for country in countries if country in network.countries]
        if not members[name]:
            raise GraphkitError(
                f"{catalog.place_at_start(name)}: neither trade nor production of "
                f"{catalog.materials.in_text(*network.products)} is known"
            )
        lacking = [country for country in countries if country not in members[name]]
        if lacking:
            places = ", ".join(map(catalog.place_in_text, lacking))
            notes.append(
                Note(f"{catalog.place_at_start(name)}: nothing is known of {places} in this chain.")
            )
    return members, notes


def _merged_ends(flows: pa.Table, members: pa.Array, key: str) -> pa.Table:
    """Put a group in the place of its members, at both ends of flows."""
    for end in ("supplier", "consumer"):
        merged = pc.if_else(pc.is_in(flows[end], members), key, flows[end])
        flows = flows.set_column(flows.column_names.index(end), end, merged)
    return flows


def merged_supply(
    catalog: Catalog, group: Entity, flows: pa.Table, production: pa.Table,
    unnamed: Mapping[str, float],
) -> tuple[pa.Table, pa.Table]:  # fmt: skip
    """Merge the members of a group into one place, in flows and production.

    A member without a figure may make any amount, unless the table names all makers.
    """
    members = catalog.members(group)
    inside = pa.array(members, pa.string())
    flows = _merged_ends(flows, inside, group.key)
    complete = with_all_makers(production)
    of_members = pc.is_in(production["country"], inside)
    rows_of_product: dict[str, list[dict[str, Any]]] = {}
    for row in production.filter(of_members).to_pylist():
        rows_of_product.setdefault(row["product"], []).append(row)
    rows = production.filter(pc.invert(of_members)).to_pylist()
    for product, figures in rows_of_product.items():
        all_named = product in complete or len(figures) == len(members)
        total = _sum_of_members(figures, 0.0 if all_named else unnamed.get(product, inf))
        rows += [{**total, "country": group.key}] if total else []
    return flows, pa.Table.from_pylist(rows, PRODUCTION)


def _sum_of_members(rows: Sequence[dict[str, Any]], unnamed: float) -> dict[str, Any] | None:
    """Add up figures of some of a group's members; the rest make ``unnamed`` tonnes at most.

    A sum that lacks a part is the least that the group makes; nothing, if it is zero.
    """
    total = {**rows[0], "tonnes": None, "share": None, "makes": any(map(makes_some, rows))}
    total["own"] = False
    for name in ("tonnes", "share"):
        if not unnamed and all(row[name] is not None for row in rows):
            total[name] = fsum(row[name] for row in rows)
    if total["tonnes"] is total["share"] is None:
        bounds = [row["most"] if row["tonnes"] is None else row["tonnes"] for row in rows]
        is_open = None in bounds or unnamed == inf
        total["most"] = None if is_open else fsum([*bounds, unnamed])
        total["observed"] = False
        total["tonnes"] = fsum(row["tonnes"] or 0.0 for row in rows) or None
        if not any(row["tonnes"] != 0 and row["share"] != 0 for row in rows):
            return None
    return total


def merged_balance(
    catalog: Catalog, group: Entity, flows: pa.Table, production: pa.Table
) -> tuple[pa.Table, pa.Table, list[Note]]:
    """Merge the members of a group into one place, in flows and production.

    A table of producers names only the large ones: other members may produce too.
    """
    members = catalog.members(group)
    inside = pa.array(members, pa.string())
    flows = _merged_ends(flows, inside, group.key)
    names = ("product", "period", "basis", "source")
    sums: dict[tuple[Any, ...], float] = {}
    for row in production.filter(pc.is_in(production["country"], inside)).to_pylist():
        key = tuple(row[name] for name in names)
        sums[key] = sums.get(key, 0.0) + (published_interval(row) or (0.0,))[0]
    rows = [
        dict(zip(names, key, strict=True))
        | {"country": group.key, "qualifier": "at-least", "low": low}
        for key, low in sorted(sums.items(), key=str)
    ]
    note = Note(
        f"{group_as_one(group.in_text, len(members))}, and its production is at least that of the "
        "members with a figure."
    )
    return flows, pa.Table.from_pylist(rows, production.schema), [note]
