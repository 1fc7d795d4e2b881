"""The terms that questions on supply add: what is cut or stops, and what counts as a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphkit.answers.coverage import Entry
from graphkit.answers.terms import Term


@dataclass(frozen=True)
class Cut(Term):
    """Keys of the products that are no more sold."""

    cut: tuple[str, ...]


@dataclass(frozen=True)
class Lost(Term):
    """Part of the exports, or of what plants make, that is lost."""

    ASSUMED = ("loss",)
    loss: float


@dataclass(frozen=True)
class Slack(Term):
    """Part by which the other suppliers can deliver more."""

    ASSUMED = ("slack",)
    slack: float


@dataclass(frozen=True)
class Failure(Term):
    """Loss from which a country fails, and how a loss passes on."""

    ASSUMED = ("tolerance",)
    tolerance: float
    spread: float


@dataclass(frozen=True)
class Stop(Entry):
    """Part of the production of a country that stops."""

    country: str
    product: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Stopped(Term):
    """The plant, company or seat that stops, the parts of production, and what is known of it."""

    ASSUMED = ("stopped",)
    level: str
    key: str
    stopped: str
    stops: tuple[Stop, ...]
    view: str | None
    capacity_coverage: str

    def as_object(self) -> dict[str, Any]:
        """Return it with its key under the name of the level."""
        values = super().as_object()
        return {values.pop("level"): values.pop("key"), **values}


@dataclass(frozen=True)
class Stocked(Term):
    """The months of a stop, and the stocks at its beginning."""

    ASSUMED = ("months", "restart", "stock_days")
    months: int
    restart: int | None
    stock_days: float | None
    sharing: tuple[str, ...]
    substitution: float


@dataclass(frozen=True)
class Industries(Term):
    """Marks losses that are followed to uses and sectors."""

    industries: bool = True


@dataclass(frozen=True)
class Played(Term):
    """The scenario that is played, and the digest of its file."""

    scenario: str
    sha256: str


@dataclass(frozen=True)
class Definition(Term):
    """The rule by which a country, plant or company is a single point of failure."""

    definition: str


@dataclass(frozen=True)
class Level(Term):
    """Kind of the point, and the way of counting what owners have."""

    level: str
    view: str | None


@dataclass(frozen=True)
class Threshold(Term):
    """Part from which something is a single point of failure."""

    ASSUMED = ("threshold",)
    threshold: float


@dataclass(frozen=True)
class Removed(Term):
    """Smallest link that counts, and the groups that are removed at once."""

    min_link: float
    removed: tuple[str, ...] | str
