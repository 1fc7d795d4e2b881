"""The networks of trade behind an answer: all flows of a scope, in one period or in every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import GraphkitError
from graphkit.period import Period, newest
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts
from graphkit.questions.scope import Scope
from graphkit.questions.trade import (
    SERIES,
    Trade,
    addable,
    coverage_of,
    of_code,
    periods_by_product,
    series_of,
    trade_of,
)


@dataclass(frozen=True)
class Networks:
    """Flows of all products in scope, period by period."""

    scope: Scope
    held: Mapping[str, set[str]]
    """Which periods each product in scope has."""
    periods: tuple[str, ...]
    flows: pa.Table
    notes: tuple[str, ...]
    left_out: int = 0
    """Flows of a group of countries, or of a country to itself."""

    @property
    def when(self) -> str:
        """The period, or the first and the last one."""
        first, last = self.periods[0], self.periods[-1]
        return f"in {first}" if first == last else f"from {first} to {last}"

    @property
    def basis(self) -> str | None:
        """What the masses are of."""
        known = self.flows.filter(pc.is_valid(self.flows["tonnes"]))["basis"]
        return "+".join(sorted({*known.to_pylist()} - {None})) or None

    @property
    def missing_tonnes(self) -> dict[str, float | None]:
        """For each period, which share of the value of all flows gives no mass."""
        usd, tonnes = self.flows["usd"], self.flows["tonnes"]
        unweighed = pc.if_else(pc.is_null(tonnes), usd, 0.0)
        table = pa.table({"period": self.flows["period"], "usd": usd, "unweighed": unweighed})
        # In one order, so that the sums do not hang on that of the database.
        table = table.sort_by([("period", "ascending"), ("usd", "ascending")])
        sums = table.group_by("period", use_threads=False)
        found = sums.aggregate([("usd", "sum"), ("unweighed", "sum")]).to_pylist()
        return {r["period"]: r["unweighed_sum"] / r["usd_sum"] if r["usd_sum"] else None
                for r in found}  # fmt: skip

    def coverage(self) -> dict[str, Any]:
        """What the flows count and lack; of many periods, one series for all of them."""
        flows = self.flows
        if len(self.periods) > 1:
            place = flows.column_names.index("period")
            flows = flows.set_column(place, "period", _spans(flows))
        found = coverage_of(Trade(flows, series_of(flows), flows), self.scope)
        lacking = [key for key in found["products_without_trade_data"] if key not in self.held]
        found["products_without_trade_data"] = lacking
        return {**found, **({"flows_left_out": self.left_out} if self.left_out else {})}


def network_of(facts: Facts, scope: Scope, period: str | None, by: str) -> Networks:
    """The network of one period: the one asked for, or the newest that any product has.

    Raises
    ------
    GraphkitError
        There is no trade in the scope, two series count the same goods, or masses of two bases.
    """
    held = _held(facts, scope)
    chosen = period or (newest(sorted(set().union(*held.values()))) if held else None)
    trade = trade_of(facts, scope, chosen)
    if trade.lacking:
        raise _as_error(trade.lacking)
    lacking = sorted(set(held) - set(trade.flows["product"].to_pylist()))
    notes = [f"No trade in {chosen} of {', '.join(lacking)}."] if lacking else []
    return _checked(facts, Networks(scope, held, (str(chosen),), trade.flows, tuple(notes)), by)


def networks_over_time(facts: Facts, scope: Scope, by: str) -> Networks:
    """The networks of every period of the products that have data in all of them.

    Periods are those of the product with the most, of the length that most have; a product that
    lacks one of them is left out of all, because with it the years would not be comparable.

    Raises
    ------
    GraphkitError
        As :func:`network_of`.
    """
    held = _held(facts, scope)
    if not held:
        raise _as_error(trade_of(facts, scope, None).lacking)
    series = {product: _of_one_length(periods) for product, periods in held.items()}
    periods = max(series.values(), key=lambda found: (len(found), found))
    kept = sorted(product for product, have in series.items() if set(periods) <= set(have))
    flows = rows_of(facts.store, "trade", products=kept, periods=list(periods))
    flows = of_code(flows, scope)
    notes = [
        f"{product} is left out: it has data only in {_listed(held[product])}, and with it the "
        "periods would not be comparable."
        for product in sorted(set(held) - set(kept))
    ]
    return _checked(facts, Networks(scope, held, periods, flows, tuple(notes)), by)


def _held(facts: Facts, scope: Scope) -> dict[str, set[str]]:
    """The periods with trade of each product in scope."""
    return periods_by_product(rows_of(facts.store, "trade-periods"), scope)


def _of_one_length(periods: set[str]) -> tuple[str, ...]:
    """The periods of the length that most have, in order of time; of two such, the longer."""
    lengths = [Period(text).months for text in periods]
    length = max(lengths, key=lambda months: (lengths.count(months), months))
    kept = (text for text in periods if Period(text).months == length)
    return tuple(sorted(kept, key=lambda text: Period(text).start))


def _checked(facts: Facts, found: Networks, by: str) -> Networks:
    """Without flows that would count twice, and only if those that stay may be added up."""
    flows, notes = addable(facts, found.flows)
    flows = flows.filter(pc.not_equal(flows["supplier"], flows["consumer"]))
    _check_counted_once(flows)
    if by == "tonnes":
        _check_one_basis(flows.filter(pc.is_valid(flows["tonnes"])))
    left_out = len(found.flows) - len(flows)
    return replace(found, flows=flows, left_out=left_out, notes=(*found.notes, *notes))


def _check_counted_once(flows: pa.Table) -> None:
    """Refuse two figures of the same goods: of two data sets, or of a code and one inside it."""
    names = [*SERIES, "hs"]
    rows = flows.select(names).group_by(names).aggregate([]).to_pylist()
    rows.sort(key=lambda row: [row[name] or "" for name in names])
    for one, other in combinations(rows, 2):
        if one["period"] == other["period"] and _same_goods(one, other):
            raise GraphkitError(
                f"{_series(one)} and {_series(other)} count the same goods of {one['period']}, "
                "which are not added up; name one of them with --for, or load one"
            )


def _same_goods(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["hs"] and other["hs"]:
        return bool(one["hs"].startswith(other["hs"]) or other["hs"].startswith(one["hs"]))
    return bool(one["product"] == other["product"])


def _series(row: Mapping[str, Any]) -> str:
    code = f" HS {row['hs']}" if row["hs"] else ""
    return f"{row['product']}{code} ({row['dataset']}, {row['reporter']})"


def _check_one_basis(flows: pa.Table) -> None:
    bases: dict[str, set[str]] = {}
    for row in (
        flows.select(["product", "basis"]).group_by(["product", "basis"]).aggregate([]).to_pylist()
    ):
        bases.setdefault(row["basis"] or "unknown", set()).add(row["product"])
    if len(bases) > 1:
        said = "; ".join(f"{basis}: {', '.join(sorted(of))}" for basis, of in sorted(bases.items()))
        raise GraphkitError(
            f"masses of several bases are not added up ({said}); ask for one of them, or --by usd"
        )


def _spans(flows: pa.Table) -> pa.Array:
    """For each flow, in words, which periods its series has."""
    of: dict[tuple[str, ...], set[str]] = {}
    names = [name for name in SERIES if name != "period"]
    keys = list(zip(*(flows[name].to_pylist() for name in names), strict=True))
    for key, period in zip(keys, flows["period"].to_pylist(), strict=True):
        of.setdefault(key, set()).add(period)
    said = {key: _listed(periods) for key, periods in of.items()}
    return pa.array([said[key] for key in keys], pa.string())


def _listed(periods: set[str]) -> str:
    found = sorted(periods, key=lambda text: (Period(text).start, Period(text).months))
    if len(found) <= 3:
        return ", ".join(found)
    return f"{found[0]} to {found[-1]} ({len(found)} periods)"


def _as_error(lacking: str) -> GraphkitError:
    return GraphkitError(lacking[0].lower() + lacking[1:].rstrip("."))
