"""Published shares of a place's imports and own production, held against its targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graphkit.analysis.targets import UNKNOWN, judge, judge_least, largest_abroad, part_at_home
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.names import Entity
from graphkit.period import Period
from graphkit.questions.act.wording import ONE_COUNTRY, SOURCED

ALL_GRADES = "shares of {grade} grade alone, since those published are of all grades"
SOURCED_STAGES: Mapping[str, tuple[str, ...]] = {
    "extraction": ("mine", "concentrate"), "processing": ("separate", "metal", "alloy"),
    ONE_COUNTRY: ("mine", "concentrate", "separate", "metal", "alloy", "component"),
}  # fmt: skip
"""Stages whose published shares of sourcing a target is held against."""


class Table(NamedTuple):
    """One published table: shares of one good, for one period, of one source."""

    product: str | None
    element: str | None
    """Element or group that the shares are of, where they are of no product."""
    stage: str
    period: str
    source: str


@dataclass(frozen=True)
class Sourcing:
    """Published shares of a place's imports and own production together."""

    catalog: Catalog
    owner: Entity
    within: Collection[str] | None = None
    """Elements that it is about; None: all."""

    @cached_property
    def tables(self) -> dict[Table, dict[str, float]]:
        """Shares of countries in each published table."""
        stages = {key: row["stage"] for key, row in self.catalog.materials.products.items()}
        tables: dict[Table, dict[str, float]] = defaultdict(dict)
        for claim in self.catalog.claims.to_pylist():
            if (claim["measure"], claim["kind"]) != ("sourcing", "share"):
                continue
            stage = claim["stage"] or stages.get(claim["product"] or "")
            needed = (claim["supplier"], claim["value"], claim["period"])
            if claim["consumer"] == self.owner.key and stage and None not in needed:
                table = Table(
                    claim["product"], claim["element"], stage, claim["period"], claim["source"]
                )
                tables[table][claim["supplier"]] = claim["value"]
        return tables

    def judged(self, target: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Hold the published shares of the materials of a target against it, a row each."""
        wanted = elements_of(self.catalog, target["elements"] or ())
        wanted = wanted if self.within is None else wanted & {*self.within}
        home = self.catalog.members(self.owner) if self.tables else []
        for table in self._of(target):
            if not wanted & self._elements(table):
                continue
            listed, years = self.tables[table], years_until(target["until"], table.period)
            supplier: str | None = self.owner.key
            if target["measure"] == ONE_COUNTRY:
                supplier, share, low, high = largest_abroad(listed, home)
                verdict = judge(low, high, target["share"], None, years)
            else:
                share, low, high = part_at_home(listed, home)
                verdict = judge_least(low, high, target["share"], years)
            missing = None
            if target["grade"] is not None:
                missing, verdict = ALL_GRADES.format(grade=target["grade"]), UNKNOWN
            yield {
                "product": table.product, "element": table.element, "stage": table.stage,
                "period": table.period, "definition": SOURCED, "trade_source": table.source,
                "supplier": supplier, "share": share, "low": low, "high": high,
                "missing": missing, "verdict": verdict,
            }  # fmt: skip

    def notes(self, own: Sequence[Mapping[str, Any]]) -> list[Note]:
        """Say what published shares are of, and of which materials of a benchmark none are."""
        notes = []
        for target in own if self.tables else ():
            if target["measure"] == ONE_COUNTRY or not self._of(target):
                continue
            some: set[str] = set()
            for table in self._of(target):
                some |= self._elements(table)
            none = [
                key
                for key in target["elements"] or ()
                if self._is_within(key) and not elements_of(self.catalog, [key]) & some
            ]
            if none:
                names = self.catalog.materials.in_text(*none)
                notes.append(
                    Note(f"Of {names} no shares are published for the target for {target['name']}.")
                )
        if notes:
            notes.append(
                Note(
                    f"Sourced: published shares of the imports and own production of "
                    f"{self.owner.in_text} together, which stand in for its consumption. A share "
                    "at home is the sum of those listed, and at most what the others listed leave."
                )
            )
        return notes

    def _is_within(self, key: str) -> bool:
        return self.within is None or not elements_of(self.catalog, [key]).isdisjoint(self.within)

    def _of(self, target: Mapping[str, Any]) -> list[Table]:
        """Select the tables of the stages that a target is of."""
        stages = SOURCED_STAGES.get(target["measure"], ())
        excluded = target["excluded"] or ()
        return sorted(
            (t for t in self.tables if t.stage in stages and t.product not in excluded), key=str
        )

    def _elements(self, table: Table) -> set[str]:
        if table.element is not None:
            return elements_of(self.catalog, [table.element])
        return set(self.catalog.materials.main.get(table.product or "", ()))


def years_until(until: str | None, period: str) -> int:
    """Count the years from a period to that of a target; one whose year is not said is not due."""
    return Period(until).year - Period(period).year if until else 1


def elements_of(catalog: Catalog, keys: Iterable[str]) -> set[str]:
    """List elements and groups with the members of the groups."""
    members = catalog.materials.members
    return {member for key in keys for member in (key, *members.get(key, ()))}
