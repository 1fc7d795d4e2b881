"""The trade of one owner, a country, a group or the world, in several periods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims.evidence import time_of
from graphkit.analysis.trade_change import MEASURES, SERIES, check_partner, owner_of
from graphkit.names import Named
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts
from graphkit.questions.scope import Scope
from graphkit.questions.trade import (
    SAID,
    Trade,
    coverage_of,
    in_periods,
    of_code,
    periods_by_product,
    series_of,
    wanted,
)

WORLD = "WLD"
"""Stands for everybody: the owner of all trade."""
OF_TRADE = {"supplier": "imports", "consumer": "exports"}
"""What an owner's trade is called by its partners, and the query that reads it."""


@dataclass(frozen=True)
class Owner:
    """Whose trade it is, and whether its partners are suppliers or consumers."""

    place: Named | None
    members: tuple[str, ...]
    """Countries of a group; trade among them is left out."""
    partner: str

    @property
    def key(self) -> str:
        """Its code, that of the world where it is everybody."""
        return self.place.key if self.place else WORLD

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return self.place.name if self.place else "the world"

    @property
    def side(self) -> str:
        """The end of a flow it stands at."""
        return owner_of(self.partner)

    @property
    def notes(self) -> list[str]:
        """What a reader must know of a group."""
        if not self.members:
            return []
        return [
            f"{self.name} is its {len(self.members)} present members in every period; "
            "trade among them is left out."
        ]

    def of(self, flows: pa.Table) -> pa.Table:
        """Its own flows, under its code."""
        if self.place is None:
            return _with(flows, self.side, self.key)
        if not self.members:
            return flows.filter(pc.equal(flows[self.side], self.key))
        members = pa.array(self.members, pa.string())
        ours = pc.is_in(flows[self.side], value_set=members)
        inside = pc.is_in(flows[self.partner], value_set=members)
        return _with(flows.filter(pc.and_(ours, pc.invert(inside))), self.side, self.key)


def _with(flows: pa.Table, name: str, value: str) -> pa.Table:
    """Flows with one value in a column."""
    column = pa.array([value] * len(flows), pa.string())
    return flows.set_column(flows.column_names.index(name), name, column)


def owner_named(facts: Facts, text: str | None, partner: str) -> Owner:
    """Who is meant by a name; nobody named is the world.

    Raises
    ------
    UsageError
        The name is none, or that of an area without members; or there is no such partner.
    """
    check_partner(partner)
    place = None if text is None else facts.place(text)
    if place is None or place.type == "world":
        return Owner(None, (), partner)
    grouped = place.is_group
    return Owner(place, tuple(facts.members(place)) if grouped else (), partner)


def held_periods(facts: Facts, scope: Scope) -> tuple[dict[str, list[str]], str]:
    """The periods with trade of each product in scope, the newest last; or why there are none."""
    traded = rows_of(facts.store, "trade-periods")
    found = periods_by_product(traded, scope)
    there = ", ".join(sorted(set(traded["product"].to_pylist()))) or "nothing"
    lacking = "" if found else f"no trade is known for {scope.meaning}; there is for {there}"
    return {p: sorted(have, key=time_of) for p, have in sorted(found.items())}, lacking


def flows_in(facts: Facts, scope: Scope, held: Mapping[str, Sequence[str]]) -> pa.Table:
    """All flows in scope of some products, each in its own periods."""
    return _read(facts, "trade", scope, held)


def own_flows(
    facts: Facts, scope: Scope, owner: Owner, held: Mapping[str, Sequence[str]]
) -> pa.Table:
    """The flows of an owner in scope of some products, each in its own periods."""
    if owner.place is None:
        return owner.of(flows_in(facts, scope, held))
    codes = {f"{owner.side}s": list(owner.members or (owner.key,))}
    return owner.of(_read(facts, OF_TRADE[owner.partner], scope, held, **codes))


def _read(
    facts: Facts, query: str, scope: Scope, held: Mapping[str, Sequence[str]], **ends: list[str]
) -> pa.Table:
    flows = rows_of(facts.store, query, **wanted(held), **ends)
    return of_code(in_periods(flows, held), scope)


def nothing_of(owner: Owner, scope: Scope) -> str:
    """That an owner has no trade in scope."""
    about = f" for {scope.meaning}" if scope.text else ""
    return f"no {OF_TRADE[owner.partner]} of {owner.name} are known{about}"


def with_scope(facts: Facts, rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Rows of series with the stage of the product, and the basis and codes of the flows."""
    said: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for flow in flows.select([*SERIES, *SAID]).group_by([*SERIES, *SAID]).aggregate([]).to_pylist():
        series = said.setdefault(tuple(flow[n] for n in SERIES), {n: set() for n in SAID})
        for name in SAID:
            series[name] |= {flow[name]} - {None}
    keys = list(zip(*(rows[name].to_pylist() for name in SERIES), strict=True))
    stages = [facts.materials.products[key[0]]["stage"] for key in keys]
    rows = rows.append_column("stage", pa.array(stages, pa.string()))
    for name in SAID:
        texts = ["+".join(sorted(said[key][name])) for key in keys]
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    return rows


def coverage_in(
    flows: pa.Table, scope: Scope, *, periods: str | None = None, besides: Collection[str] = ()
) -> dict[str, Any]:
    """What some flows count and lack; with ``periods``, all their periods as one so called.

    Products that have trade ``besides`` are not said to be without.
    """
    told = flows if periods is None else _with(flows, "period", periods)
    found = coverage_of(Trade(flows, series_of(told), flows), scope)
    without = found["products_without_trade_data"]
    return found | {"products_without_trade_data": [p for p in without if p not in besides]}


def span(held: Mapping[str, Sequence[str]]) -> str:
    """Which periods there are, product by product."""
    return ", ".join(
        f"{product} ({', '.join(have) if len(have) < 4 else f'{have[0]} to {have[-1]}'})"
        for product, have in held.items()
    )


def renamed(rows: pa.Table) -> pa.Table:
    """Shares named as everywhere else: ``share_usd_after`` for ``usd_share_after``."""
    names = rows.column_names
    for measure in MEASURES:
        names = [n.replace(f"{measure}_share", f"share_{measure}") for n in names]
    return rows.rename_columns(names)
