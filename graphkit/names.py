"""Names of nodes: found in any spelling, with suggestions for what is nearly one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias

import pyarrow as pa

from graphkit.errors import UsageError

MOST_PARTS = 9
"""Number of parts that commas may divide a name into."""
SHORT = 3
"""Letters of a name up to which its other number is not tried."""
SPOKEN = ("us", "uk", "eu", "usa", "drc", "uae", "prc", "g7", "ree", "pgm")
"""Codes of places and goods that people write in small letters."""
NEAR = 0.74
"""Least similarity of a name that is suggested, by :mod:`difflib`."""
LONGEST_NAME = 60
"""Number of characters to which an unknown name is shortened."""
OF_MAKERS = ("Facility", "Company")
"""Kinds that are named by a part of their name, of which there are thousands."""
NEAR_MAKER = 0.84
"""Least similarity of a name of these that is suggested."""
NEARLY = 5
"""Measure of how well a name fits that is nearly a text, see :meth:`Names.like`."""
_KINDS = (
    "Islands|States|Kingdom|Republic|Emirates|Territory|Territories|Union|Netherlands|Philippines|"
    "Bahamas|Gambia|Maldives|Comoros|Antilles|Isle of Man|Partnership|Group|Alliance|"
    "Community|Association|Council|G7|G20|OECD|CPTPP|BRICS"
)
_ARTICLE = re.compile(rf"(?!.*\bthe\b).*\b(?:{_KINDS})")
"""Names of places that take an article."""
_UNSPACED = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of Korean, Japanese and Chinese, which are written with and without blanks."""
_PUNCTUATION = str.maketrans(dict.fromkeys("-_/,;()", " ") | dict.fromkeys(".'’‘`", ""))


@dataclass(frozen=True)
class Entity:
    """A node of the graph that a name stands for."""

    kind: str
    key: str
    name: str
    type: str = ""
    """Type within its kind: for an area, world, group, rest or unspecified."""
    short: str = ""
    """Short name, where the name is long."""

    @property
    def label(self) -> str:
        """The name in tables and pictures."""
        return self.short or self.name

    @property
    def is_group(self) -> bool:
        """True for an area that does not trade as one place."""
        return self.kind == "Area" and self.type != "unspecified"

    @property
    def is_plain(self) -> bool:
        """False for an area that trade data leave unspecified."""
        return self.type != "unspecified"

    @property
    def in_text(self) -> str:
        """The name in a sentence."""
        return with_article(self.name)

    def __str__(self) -> str:
        return self.name if self.name == self.key else f"{self.name} ({self.key})"


def with_article(name: str) -> str:
    """Write the name of a country or area as it stands within a sentence.

    >>> with_article("Netherlands"), with_article("United Arab Emirates"), with_article("Chile")
    ('the Netherlands', 'the United Arab Emirates', 'Chile')
    >>> with_article("Saint Vincent and the Grenadines"), with_article("World")
    ('Saint Vincent and the Grenadines', 'the world')
    """
    if name == "World":
        return "the world"
    return f"the {name}" if _ARTICLE.fullmatch(name) else name


def possessive(name: str) -> str:
    """Write the possessive of a name.

    >>> possessive("South Korea"), possessive("the Netherlands")
    ('South Korea’s', 'the Netherlands’')
    """
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def capitalized(text: str) -> str:
    """Write a text as the beginning of a sentence: its first letter large."""
    return f"{text[:1].upper()}{text[1:]}"


def uncapitalized(name: str) -> str:
    """Write the name of a material or stage as it stands within a sentence.

    >>> uncapitalized("Rare earth elements (REE)"), uncapitalized("NdFeB alloy")
    ('rare earth elements (REE)', 'NdFeB alloy')
    """
    small = re.match(r"[A-Z][a-z-]+(?![A-Za-z])", name)
    return f"{name[:1].lower()}{name[1:]}" if small else name


Translations: TypeAlias = Mapping[str, Sequence[str]]
"""Names in other languages, by key."""

NAMING = ("key", "name", "short", "type", "code", "aliases")
"""Columns of a table that names are made of."""


class _Kind:
    """Names of one kind, read from the graph on first use."""

    def __init__(
        self, name: str, read: Callable[[], pa.Table], translated: Callable[[], Translations]
    ) -> None:
        self._name, self._read, self._translated = name, read, translated

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        table = self._read()
        rows: list[dict[str, Any]] = table.select(
            [name for name in table.column_names if name in NAMING]
        ).to_pylist()
        return rows

    @cached_property
    def exact(self) -> dict[str, Entity]:
        """Entities by exact key."""
        return {
            row["key"]: Entity(
                self._name, row["key"], row["name"], row.get("type") or "", row.get("short") or ""
            )
            for row in self._rows
        }

    @cached_property
    def spoken(self) -> dict[str, list[Entity]]:
        """Entities by folded text; keys win over names, names over codes, codes over aliases."""
        ranks: tuple[dict[str, list[Entity]], ...] = ({}, {}, {}, {})
        for row in self._rows:
            for rank, text in _called(row):
                ranks[rank].setdefault(folded(text), []).append(self.exact[row["key"]])
        return {text: entities for rank in reversed(ranks) for text, entities in rank.items()}

    @cached_property
    def translated(self) -> dict[str, list[Entity]]:
        """Entities by folded text in another language."""
        entities: dict[str, list[Entity]] = {}
        for key, texts in self._translated().items():
            for text in texts if key in self.exact else ():
                entities.setdefault(folded(text), []).append(self.exact[key])
        return entities

    def partly(self, text: str) -> list[Entity]:
        """List the plants or companies of whose name a folded text is a part, in whole words.

        Names that begin with it come before others; one that begins all of them is meant alone.
        """
        if self._name not in OF_MAKERS or len(text) < SHORT:
            return []
        names = [name for name in self.spoken if f" {text} " in f" {name} "]
        names = [name for name in names if name.startswith(text)] or names
        shortest = min(names, key=len, default="")
        meant = self.spoken.get(shortest, [])
        others = [name for name in names if not {*self.spoken[name]} <= {*meant}]
        if all(name.startswith(shortest) for name in others):
            return meant
        return list(dict.fromkeys(entity for name in names for entity in self.spoken[name]))

    def meant(self, text: str, *, in_english: bool = False) -> list[Entity]:
        """List the entities that a folded text names in English, else in another language."""
        entities = self.spoken.get(text, [])
        if not entities and not in_english:
            entities = self.translated.get(text, [])
        return list(dict.fromkeys(entities))


class Names:
    """Keys, names, codes and aliases of some kinds.

    Plants and companies are named by a part of their name too, where no name is the whole text.
    Within a kind an exact key comes first (``In`` is indium), then keys, names, codes and
    aliases in any case, with or without accents and punctuation. Names in other languages count
    where no kind knows an English one: ``fluorite`` is a product, ``Flussspat`` a mineral. What no
    kind knows is tried in the other number: ``magnet`` for magnets.
    """

    def __init__(
        self,
        kinds: Mapping[str, Callable[[], pa.Table]],
        translations: Mapping[str, Callable[[], Translations]] = MappingProxyType({}),
    ) -> None:
        self._kinds = {
            name: _Kind(name, read, translations.get(name, dict)) for name, read in kinds.items()
        }

    def find(self, text: str, what: str, kinds: Iterable[str]) -> Entity:
        """Find the entity that a text names, in the first kind that knows it.

        Raises
        ------
        UsageError
            The name is unknown (the message suggests the nearest) or ambiguous.
        """
        kinds = list(kinds)
        for entity in self.all(text, kinds):
            return entity
        label = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."
        names = self.near(label, kinds)
        hint = f"did you mean {', '.join(names)}?" if names else "nothing is near it"
        if not any(self._kinds[kind].exact for kind in kinds):
            hint = "the database holds none: fill it with 'graphkit load'"
        raise UsageError(f"no {what} is called {label!r}; {hint}")

    def all(self, text: str, kinds: Iterable[str], *, partly: bool = True) -> Iterator[Entity]:
        """Find the entity that a text names in each kind that knows it.

        Without ``partly`` a plant or company has no name but its whole ones.

        Raises
        ------
        UsageError
            The name is ambiguous within a kind.
        """
        among, plain = [self._kinds[kind] for kind in kinds], folded(text)
        is_known = any(text in kind.exact or kind.meant(plain) for kind in among)
        if not is_known and len(plain) > SHORT:
            plain = plain.removesuffix("s") if plain.endswith("s") else f"{plain}s"
        in_english = any(text in kind.exact or plain in kind.spoken for kind in among)
        if not (is_known or any(kind.meant(plain) for kind in among)):
            parts = [kind.partly(folded(text)) for kind in among if partly]
            parts = [some for some in parts if some]
            single = [some[0] for some in parts if len(some) == 1]
            # A company that is called so stands before a plant that only has it in another name.
            yield from sorted(single, key=lambda one: folded(text) not in folded(one.name))
            if parts and all(len(some) > 1 for some in parts):
                self._refuse(text, parts[0])
            return
        for kind in among:
            if text in kind.exact:
                yield kind.exact[text]
                continue
            entities = kind.meant(plain, in_english=in_english)
            if len(entities) > 1:
                self._refuse(text, entities)
            yield from entities

    @staticmethod
    def _refuse(text: str, entities: Sequence[Entity]) -> NoReturn:
        """Say whom an ambiguous name may mean."""
        some = " or ".join(map(str, entities[:MOST_PARTS]))
        more = f" or {len(entities) - MOST_PARTS} more" if len(entities) > MOST_PARTS else ""
        raise UsageError(f"{text!r} may be {some}{more}; give its key")

    def like(self, text: str, kinds: Iterable[str]) -> Iterator[tuple[int, Entity]]:
        """Yield each entity that a text may mean, with how well a name fits it, 0 the best.

        In this order: its key; any of its names; the beginning of one; the beginning of a word of
        one; a part of one, for a text longer than a code; a name that is nearly the text.
        """
        from difflib import get_close_matches

        plain = folded(text)
        if not plain:
            return
        for kind in map(self._kinds.__getitem__, kinds):
            spoken = {**kind.translated, **kind.spoken}
            close = get_close_matches(plain, list(spoken), n=9, cutoff=NEAR)
            fits = dict.fromkeys(close, NEARLY)
            fits |= {name: fit for name in spoken if (fit := _fit(plain, name)) is not None}
            best: dict[Entity, int] = {}
            for name, fit in fits.items():
                for entity in spoken[name]:
                    best[entity] = 0 if entity.key == text else min(fit, best.get(entity, fit))
            for entity, fit in best.items():
                yield fit, entity

    def with_key(self, key: str) -> Entity:
        """Find the entity with this key, whatever its kind."""
        if (entity := self.named(key)) is None:
            raise UsageError(f"nothing has the key {key!r}")
        return entity

    def named(self, key: str) -> Entity | None:
        """Return the entity with this key, whatever its kind; None if there is none."""
        tables = (kind.exact for kind in self._kinds.values())
        return next((exact[key] for exact in tables if key in exact), None)

    def near(self, text: str, kinds: Iterable[str]) -> list[str]:
        """List the three entities at most whose names are nearest to a text that names none."""
        from difflib import get_close_matches

        among = [self._kinds[kind] for kind in reversed([*kinds])]
        tables = [table for kind in among for table in (kind.translated, kind.spoken)]
        spoken = {name: entities for table in tables for name, entities in table.items()}
        makers = [name for name, some in spoken.items() if all(e.kind in OF_MAKERS for e in some)]
        among_makers = {*makers}
        others = [name for name in spoken if name not in among_makers]
        close = [
            *get_close_matches(folded(text), others, n=9, cutoff=NEAR),
            *get_close_matches(folded(text), makers, n=9, cutoff=NEAR_MAKER),
        ]
        close = close or [word for word in folded(text).split() if word in spoken]
        return list(dict.fromkeys(str(entity) for c in close for entity in spoken[c]))[:3]


def _fit(text: str, name: str) -> int | None:
    """Say how well a name fits a text that it holds; None if it does not hold it."""
    if name == text:
        return 1
    if name.startswith(text):
        return 2
    if f" {text}" in name:
        return 3
    is_long = len(text) > SHORT or not text.isascii()
    return 4 if is_long and text in name else None


LANGUAGES = ("de", "es", "fr", "ja", "ko", "zh")
"""German, Spanish, French, Japanese, Korean and Chinese: languages that names are found in."""
_FILES = {"Country": "cldr/names.csv"}
_MATERIALS = "languages/materials.csv"


def in_other_languages(kind: str) -> Translations:
    """Read the names of countries, elements, products or stages in :data:`LANGUAGES`.

    >>> in_other_languages("Element")["graphite"][-2:]
    ['흑연', '石墨']
    """
    import csv

    path = Path(__file__).parent / _FILES.get(kind, _MATERIALS)
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {
        row.get("key") or row["iso3"]: [
            name for language in LANGUAGES for name in row[language].split("|") if name
        ]
        for row in rows
        if row.get("kind", kind) == kind
    }


def names_in(text: str, is_name: Callable[[str], bool]) -> list[str]:
    """Split a text at its commas, other than those within a name.

    >>> names_in("Korea, Republic of, JPN", {"Korea, Republic of"}.__contains__)
    ['Korea, Republic of', 'JPN']
    """
    parts, names = text.split(","), []
    while parts:
        longest = range(min(len(parts), MOST_PARTS), 1, -1)
        lengths = (n for n in longest if is_name(",".join(parts[:n]).strip()))
        count = next(lengths, 1)
        names.append(",".join(parts[:count]).strip())
        parts = parts[count:]
    return names


def _called(row: Mapping[str, object]) -> Iterator[tuple[int, str]]:
    """Yield the texts that name a row, with their rank: 0 the key, 1 a name, 3 an alias."""
    aliases = row.get("aliases")
    texts = [(rank, row.get(part)) for rank, part in enumerate(("key", "name", "code"))]
    texts.append((1, row.get("short")))
    texts += [(3, alias) for alias in (aliases if isinstance(aliases, list) else ())]
    for rank, text in texts:
        if isinstance(text, str) and folded(text):
            yield rank, text


def folded(text: str) -> str:
    """Strip case, accents, punctuation, repeated blanks and a leading "the" from a name.

    >>> folded("Côte d’Ivoire") == folded("COTE D'IVOIRE"), folded("rare-earth  ore")
    (True, 'rare earth ore')
    >>> folded("The U.S.A."), folded("Trinidad & Tobago")
    ('usa', 'trinidad and tobago')
    >>> folded("희토류 자석") == folded("희토류자석")
    True
    """
    plain = text.replace("&", " and ")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = plain.translate(_PUNCTUATION).casefold().split()
    blank = "" if _UNSPACED.search(plain) else " "
    return blank.join(words).removeprefix("the ")
