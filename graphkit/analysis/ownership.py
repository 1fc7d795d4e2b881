"""Ownership through parents: who has the capacity of plants, as far as shares and seats say it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum
from typing import NamedTuple

import numpy as np

HALF = 0.5 + 1e-9
"""Share of the votes above which an owner decides; shares are rounded."""
NO_OWNER, NO_SHARE = "no owner is named", "no share is published"
NO_SEAT, NO_PARENT = "no seat is known", "the share of an owner's owner is not published"


class Stake(NamedTuple):
    """A stake of a company in a plant or a company."""

    owner: str
    share: float | None
    """From 0 to 1; None: not published."""


@dataclass(frozen=True)
class Holding:
    """Who has a plant: parts of it, from 0 to 1."""

    parts: Mapping[str, float]
    """Parts by the last owner of the chain whose share is known."""
    unknown: Mapping[str, float] = field(default_factory=dict)
    """Parts that may be anybody's, by the reason."""
    named: frozenset[str] = frozenset()
    """Owners that are named without a share."""
    nobody: float = 0.0
    """Part that surely no single owner decides on."""


@dataclass(frozen=True)
class Ownership:
    r"""Stakes in plants and companies, with the seats of companies.

    A company of which no owner is named stands for its shareholders. What one with owners of
    unpublished shares does not pass on is its own or theirs. The equity view follows the known
    shares through parents [1]_ [2]_: with the shares :math:`O` of plants by company and
    :math:`W_{ab}` the share of company a that b has, the integrated shares are

    .. math:: X = O\,(I - W)^{-1}

    of which a company passes on what its own owners have, and keeps
    :math:`X_a (1 - \sum_b W_{ab})`, so that no part is counted twice. In the control view an owner
    with more than half of the votes has the whole, along chains too: the shares of companies that
    one owner controls are added up.

    References
    ----------
    .. [1] Brioschi, F., Buzzacchi, L., Colombo, M. G. (1989). "Risk capital financing and the
           separation of ownership and control in business groups". Journal of Banking and
           Finance 13, 747-772.
    .. [2] Vitali, S., Glattfelder, J. B., Battiston, S. (2011). "The network of global corporate
           control". PLoS ONE 6, e25995. https://doi.org/10.1371/journal.pone.0025995

    Examples
    --------
    A company owns 60 % of a plant, and 70 % of the company is another's:

    >>> stakes = {"plant": [Stake("a", 0.6)], "a": [Stake("b", 0.7)]}
    >>> owners = Ownership(stakes, {"a": "ZMB", "b": "CHN"})
    >>> {owner: round(part, 2) for owner, part in owners.equity("plant").parts.items()}
    {'a': 0.18, 'b': 0.42}
    >>> owners.control("plant").parts
    {'b': 1.0}
    """

    stakes: Mapping[str, Sequence[Stake]]
    """Stakes by the plant or company that they are in."""
    seat_of: Mapping[str, str | None]
    """Country of the seat of every company; None: not known."""
    governments: frozenset[str] = frozenset()
    """Companies that are a state."""
    state_owned: frozenset[str] = frozenset()
    """Companies of which a source says that a state has most."""

    @cached_property
    def _owners_of(self) -> Mapping[str, set[str]]:
        """The owners of each plant and company, of any share."""
        return {owned: {stake.owner for stake in some} for owned, some in self.stakes.items()}

    @cached_property
    def _ends(self) -> Mapping[str, Mapping[str, float]]:
        """The part that each company and its owners keep of what a company has."""
        linked = sorted({
            company
            for owned, stakes in self.stakes.items() if owned in self.seat_of
            for company in (owned, *(stake.owner for stake in stakes))
        })  # fmt: skip
        place = {company: i for i, company in enumerate(linked)}
        shares = np.zeros((len(linked), len(linked)))
        for company in linked:
            for stake in self.stakes.get(company, ()):
                shares[place[company], place[stake.owner]] += stake.share or 0.0
        retained = np.diag(np.maximum(0.0, 1 - shares.sum(axis=1)))
        ends = np.linalg.solve(np.eye(len(linked)) - shares, retained)
        alone = {company: {company: 1.0} for company in self.seat_of}
        return alone | {
            company: {linked[end]: float(ends[i, end]) for end in np.flatnonzero(ends[i] > 0)}
            for company, i in place.items()
        }

    def above(self, company: str) -> frozenset[str]:
        """Collect a company and all that may be behind it, by named stakes of any share."""
        return all_above(company, self._owners_of)

    def candidates(self, end: str, *, control: bool = False) -> frozenset[str]:
        """Name those who may have what ends at a company: it, and owners of unknown share."""
        if control:
            above = self.above(end)
            unknown = any(
                s.share is None for company in above for s in self.stakes.get(company, ())
            )
            return above if unknown and self.controller(end) == end else frozenset({end})
        parents = [s.owner for s in self.stakes.get(end, ()) if s.share is None]
        return frozenset({end}).union(*map(self.above, parents))

    def seat(self, end: str, *, control: bool = False) -> str | None:
        """Return the seat of all who may have what ends at a company; None if it is not known."""
        seats = {self.seat_of[company] for company in self.candidates(end, control=control)}
        return seats.pop() if len(seats) == 1 else None

    def is_state(self, end: str) -> bool:
        """Return True if a source says that what ends at a company is a state's."""
        return end in self.governments or end in self.state_owned

    def equity(self, plant: str) -> Holding:
        """Share a plant out by equity, through parents."""
        stakes = self.stakes.get(plant, ())
        parts: dict[str, float] = {}
        for owner, share in stakes:
            for end, part in self._ends[owner].items() if share else ():
                parts[end] = parts.get(end, 0.0) + (share or 0.0) * part
        return self._holding(stakes, parts)

    @staticmethod
    def _holding(stakes: Sequence[Stake], parts: Mapping[str, float]) -> Holding:
        rest = 1 - fsum(stake.share or 0.0 for stake in stakes)
        named = frozenset(stake.owner for stake in stakes if stake.share is None)
        reason = NO_SHARE if named else NO_OWNER
        return Holding(parts, {reason: rest} if rest > 1e-9 else {}, named)

    def controller(self, company: str, below: frozenset[str] = frozenset()) -> str:
        """Name the owner who decides in a company: itself, if none has more than half."""
        stakes = self.stakes.get(company, ())
        top, votes = self._most(stakes, below | {company})
        if votes > HALF:
            return top
        states = [stake.owner for stake in stakes if stake.owner in self.governments]
        return states[0] if company in self.state_owned and len(states) == 1 else company

    def _most(
        self, stakes: Sequence[Stake], below: frozenset[str] = frozenset()
    ) -> tuple[str, float]:
        """Name who has most of the votes, with those of companies that it controls."""
        votes: dict[str, float] = {}
        for stake in stakes:
            if stake.share and stake.owner not in below:
                top = self.controller(stake.owner, below)
                votes[top] = votes.get(top, 0.0) + stake.share
        return max(votes.items(), key=lambda item: (item[1], item[0]), default=("", 0.0))

    def control(self, plant: str) -> Holding:
        """Give a plant to the owner of more than half of it, along chains."""
        stakes = self.stakes.get(plant, ())
        top, votes = self._most(stakes)
        if votes > HALF:
            return Holding({top: 1.0})
        equity = self._holding(stakes, {})
        rest = fsum(equity.unknown.values())
        behind: dict[str, float] = {"": 0.0}
        for stake in stakes:
            for company in self.above(stake.owner) if stake.share else ():
                behind[company] = behind.get(company, 0.0) + (stake.share or 0.0)
        if max(behind.values()) + rest > HALF:
            reason = next(iter(equity.unknown), NO_PARENT)
            return Holding({}, {reason: 1.0}, equity.named)
        return Holding({}, nobody=1.0)

    def control_by_seat(self, plant: str, *, states: bool = False) -> Holding:
        """Give a plant to the seat whose owners have more than half of it together, along chains.

        The law of a country reaches all of them. With ``states`` only states count, and companies
        of which a source says that a state has most.
        """
        stakes = self.stakes.get(plant, ())
        votes: dict[str, float] = {}
        unseated = 0.0
        for stake in stakes:
            top = self.controller(stake.owner)
            if not stake.share or (states and not self._all_states(top)):
                continue
            if (seat := self.seat(top, control=True)) is None:
                unseated += stake.share
            else:
                votes[seat] = votes.get(seat, 0.0) + stake.share
        seat, most = max(votes.items(), key=lambda item: (item[1], item[0]), default=("", 0.0))
        if most > HALF:
            return Holding({seat: 1.0})
        equity = self._holding(stakes, {})
        if most + unseated + fsum(equity.unknown.values()) > HALF:
            return Holding({}, {next(iter(equity.unknown), NO_SEAT): 1.0}, equity.named)
        return Holding({}, nobody=1.0)

    def _all_states(self, end: str) -> bool:
        """Return True if all who may decide on what ends at a company are states."""
        return all(map(self.is_state, self.candidates(end, control=True)))


def all_above(company: str, owners_of: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Collect a company and all that own it, or own its owners.

    >>> sorted(all_above("a", {"a": {"b"}, "b": {"a", "c"}}))
    ['a', 'b', 'c']
    """
    above, waiting = {company}, [company]
    while waiting:
        new = {*owners_of.get(waiting.pop(), ())} - above
        above |= new
        waiting += new
    return frozenset(above)


@dataclass
class Share:
    """The part of a capacity that one owner, or the owners of one seat, have, in tonnes."""

    low: float = 0.0
    """The part that is known."""
    behind: float = 0.0
    """The part that ends at it or at companies that it may own, by shares not published."""
    states: float = 0.0
    """The known part of states and of companies that a state has most of."""
    named: float = 0.0
    """Capacity of plants that name it without a share."""
    plants: set[str] = field(default_factory=set)
    """Plants in which it has a known part, or is named as one of those who may have one."""


@dataclass(frozen=True)
class Division:
    """A capacity of one product and basis among its owners, or their seats, in tonnes."""

    total: float
    shares: Mapping[str, Share]
    unknown: Mapping[str, float]
    """The part that may be anybody's, by the reason."""
    nobody: float
    """The part on which surely no single owner decides."""
    open_plants: frozenset[str]
    """Plants of which a part may be anybody's, or is between named companies."""
    between: float = 0.0
    """The part that ends at companies with owners of unpublished share, theirs or of these."""

    @property
    def rest(self) -> float:
        """All that may be anybody's; two unknowns of one plant are one."""
        return fsum(self.unknown.values())

    def high(self, key: str) -> float:
        """Return the most that one may have."""
        share = self.shares[key]
        return min(self.total, share.low + share.behind + self.rest)


def divided(
    ownership: Ownership, capacities: Iterable[tuple[str, float]], *, by_seat: bool, control: bool
) -> Division:
    """Divide the capacities of plants among owners or seats.

    Parameters
    ----------
    ownership : Ownership
        Stakes and seats.
    capacities : iterable of (str, float)
        Plants, or groups that share a capacity, with tonnes of one product and one basis.
    by_seat : bool
        Add up the owners of each seat.
    control : bool
        Give a plant to the owner of more than half of it, instead of each its share.
    """
    shares: dict[str, Share] = {}
    unknown: dict[str, float] = {}
    total = nobody = between = 0.0
    open_plants: set[str] = set()
    for plant, tonnes in capacities:
        holding = ownership.control(plant) if control else ownership.equity(plant)
        total += tonnes
        nobody += tonnes * holding.nobody
        for reason, part in holding.unknown.items():
            unknown[reason] = unknown.get(reason, 0.0) + tonnes * part
            open_plants.add(plant)
        for key in {ownership.seat_of[o] if by_seat else o for o in holding.named} - {None}:
            share = shares.setdefault(str(key), Share())
            share.named += tonnes
            share.plants.add(plant)
        for end, part in holding.parts.items():
            candidates = ownership.candidates(end, control=control)
            amount = tonnes * part
            key = ownership.seat(end, control=control) if by_seat else end
            if key is None:
                reason = NO_SEAT if ownership.seat_of[end] is None else NO_PARENT
                unknown[reason] = unknown.get(reason, 0.0) + amount
                open_plants.add(plant)
                continue
            if not by_seat and len(candidates) > 1:
                between += amount
                open_plants.add(plant)
                for company in candidates:
                    share = shares.setdefault(company, Share())
                    share.behind += amount
                    share.plants.add(plant)
                continue
            share = shares.setdefault(key, Share())
            share.low += amount
            share.plants.add(plant)
            if all(map(ownership.is_state, candidates)):
                share.states += amount
    return Division(total, shares, unknown, nobody, frozenset(open_plants), between)


def commanded(ownership: Ownership, capacities: Iterable[tuple[str, float]]) -> Division:
    """Divide the capacities of plants among the seats that have more than half of each together.

    Takes the parameters of :func:`divided`.
    """
    shares: dict[str, Share] = {}
    unknown: dict[str, float] = {}
    total = nobody = 0.0
    open_plants: set[str] = set()
    for plant, tonnes in capacities:
        holding = ownership.control_by_seat(plant)
        states = ownership.control_by_seat(plant, states=True).parts
        total += tonnes
        nobody += tonnes * holding.nobody
        for reason, part in holding.unknown.items():
            unknown[reason] = unknown.get(reason, 0.0) + tonnes * part
            open_plants.add(plant)
        for seat, part in holding.parts.items():
            share = shares.setdefault(seat, Share())
            share.low += tonnes * part
            share.states += tonnes * states.get(seat, 0.0)
            share.plants.add(plant)
    return Division(total, shares, unknown, nobody, frozenset(open_plants))
