"""Resolves what a person types (KOR, korea, Dy, dysprosium, "rare earths") to keys of the graph."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pyarrow as pa

from graphkit.errors import UsageError
from graphkit.queries import rows_of
from graphkit.stores import Store

_PUNCTUATION = str.maketrans(dict.fromkeys("-_/,;()", " ") | dict.fromkeys(".'’‘`", ""))


@dataclass(frozen=True)
class Named:
    """One thing of the graph that a name stands for."""

    kind: str
    key: str
    name: str
    type: str = ""
    """Which sort of its kind: of an area, world, group, rest or unspecified."""

    @property
    def is_group(self) -> bool:
        """Whether it is an area that does not trade as one place."""
        return self.kind == "Area" and self.type != "unspecified"

    def __str__(self) -> str:
        return self.name if self.name == self.key else f"{self.name} ({self.key})"


class _Kind:
    """The names of one kind, read from the graph when one is asked for."""

    def __init__(self, name: str, read: Callable[[], pa.Table]) -> None:
        self._name, self._read = name, read

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._read().to_pylist()
        return rows

    @cached_property
    def exact(self) -> dict[str, Named]:
        """By key, as written."""
        return {
            row["key"]: Named(self._name, row["key"], row["name"], row.get("type") or "")
            for row in self._rows
        }

    @cached_property
    def spoken(self) -> dict[str, list[Named]]:
        """By folded text; a key takes it from a name, that from a code, that from an alias."""
        ranks: tuple[dict[str, list[Named]], ...] = ({}, {}, {}, {})
        for row in self._rows:
            for rank, text in _called(row):
                ranks[rank].setdefault(_folded(text), []).append(self.exact[row["key"]])
        return {text: who for rank in reversed(ranks) for text, who in rank.items()}


class Names:
    """Keys, names, codes and aliases of some kinds.

    Within a kind a key as written comes first (``In`` is indium), then keys, names, codes and
    aliases in any case, with or without accents and punctuation.
    """

    def __init__(self, kinds: Mapping[str, Callable[[], pa.Table]]) -> None:
        self._kinds = {name: _Kind(name, read) for name, read in kinds.items()}

    def find(self, text: str, what: str, kinds: Iterable[str]) -> Named:
        """What a text names; the first of the kinds that knows it has it.

        Raises
        ------
        UsageError
            Nothing is called that, with the nearest names; or several things are.
        """
        kinds = list(kinds)
        for named in self.all(text, kinds):
            return named
        said = text if len(text) <= 60 else f"{text[:57]}..."
        raise UsageError(f"no {what} is called {said!r}; {self._nearest(said, kinds)}")

    def all(self, text: str, kinds: Iterable[str]) -> Iterator[Named]:
        """What a text names in each kind that knows it.

        Raises
        ------
        UsageError
            A kind has several things of that name.
        """
        for kind in kinds:
            if text in self._kinds[kind].exact:
                yield self._kinds[kind].exact[text]
                continue
            found = list(dict.fromkeys(self._kinds[kind].spoken.get(_folded(text), ())))
            if len(found) > 1:
                raise UsageError(f"{text!r} may be {' or '.join(map(str, found))}; give its key")
            yield from found

    def with_key(self, key: str) -> Named:
        """The thing with this key, whatever its kind."""
        for kind in self._kinds.values():
            if key in kind.exact:
                return kind.exact[key]
        raise UsageError(f"nothing has the key {key!r}")

    def _nearest(self, text: str, kinds: list[str]) -> str:
        from difflib import get_close_matches

        tables = [self._kinds[kind].spoken for kind in reversed(kinds)]
        spoken = {name: who for table in tables for name, who in table.items()}
        if not spoken:
            return "the database holds none: fill it with 'graphkit load'"
        close = get_close_matches(_folded(text), list(spoken), n=9, cutoff=0.6)
        names = list(dict.fromkeys(str(named) for c in close for named in spoken[c]))
        return f"did you mean {', '.join(names[:3])}?" if names else "nothing is near it"


def _called(row: Mapping[str, object]) -> Iterator[tuple[int, str]]:
    """Everything a row goes by, and how much it counts: 0 the key, 3 an alias."""
    aliases = row.get("aliases")
    texts = [(rank, row.get(part)) for rank, part in enumerate(("key", "name", "code"))]
    texts += [(3, alias) for alias in (aliases if isinstance(aliases, list) else ())]
    for rank, text in texts:
        if isinstance(text, str) and _folded(text):
            yield rank, text


def read_names(store: Store, **kinds: str) -> Names:
    """Names of some kinds, each by the query that reads them, in the order they are tried."""
    return Names({kind: partial(rows_of, store, query) for kind, query in kinds.items()})


def read_places(store: Store) -> Names:
    """Names of countries and areas."""
    return read_names(store, Country="countries", Area="areas")


def read_materials(store: Store) -> Names:
    """Names of stages, elements and products."""
    return read_names(store, Stage="stages", Element="elements", Product="products")


def _folded(text: str) -> str:
    """A name without case, accents, punctuation, repeated blanks and a leading "the".

    >>> _folded("Côte d’Ivoire") == _folded("COTE D'IVOIRE"), _folded("rare-earth  ore")
    (True, 'rare earth ore')
    >>> _folded("The U.S.A."), _folded("Trinidad & Tobago")
    ('usa', 'trinidad and tobago')
    """
    plain = text.replace("&", " and ")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(plain.translate(_PUNCTUATION).casefold().split()).removeprefix("the ")
