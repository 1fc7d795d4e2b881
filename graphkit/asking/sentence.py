"""Questions in words, as what they mention: places, goods, makers, periods, figures and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from graphkit.asking.vocabulary import Word, demonyms, vocabulary
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import SPOKEN, Entity, Names, folded

LONGEST = 8
"""Most words of a name or phrase."""
LONGEST_UNSPACED = 24
"""Most letters of one in a language without blanks."""
SHORT = 3
"""Letters of a code: in small letters it is a word, unless people write it so."""
UNSPACED = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR = r"(?:19|20)\d\d"
PERIOD = re.compile(
    rf"\b(?:(?P<quarter>q[1-4]|h[12])\s*(?:of\s+)?(?P<of>{YEAR})"
    rf"|(?P<month>{'|'.join(MONTHS)})[a-z]*\.?\s+(?P<in>{YEAR})"
    rf"|(?P<first>{YEAR})\s*(?:-|–|to|until|bis|through)\s*(?P<last>{YEAR})"
    rf"|(?P<plain>{YEAR}(?:-(?:q[1-4]|h[12]|0[1-9]|1[0-2]))?))(?![\d%])",
    re.IGNORECASE,
)
NUMBER = r"\d[\d,]*(?:\.\d+)?"
FIGURE = re.compile(
    rf"(?P<number>{NUMBER})\s*(?P<unit>%|per ?cent\b|percent\b|prozent\b|days?\b|tage?\b|months?\b"
    r"|mw\b|gwh?\b|tonnes?\b|tons?\b|t\b|(?:thousand|million|billion|bn)\b(?:\s*(?:usd|dollars|t\b"
    r"|tonnes|tons))?)",
    re.IGNORECASE,
)
CODE = re.compile(r"\b(?:hs\s*(?P<marked>\d{4,10})|(?P<plain>\d{4}(?:\d\d){0,3}))\b", re.IGNORECASE)
FIRST = re.compile(r"\btop\s+\d+\b", re.IGNORECASE)
ARTICLE = re.compile(r"[ld][’'](?=\w{3})", re.IGNORECASE)
"""Article or preposition of French and Spanish that is written with the next word."""
GAP = "\x00"
"""Stands where a figure, period or code stood."""
ROLES = {
    Word.SELLER_NEXT: "seller", Word.BUYER_NEXT: "buyer", Word.WITHOUT: "lost",
    Word.PLACE_NEXT: "where", Word.VERSUS: "", Word.SHARE_OF: "where",
}  # fmt: skip
"""Role of the place behind a word."""
SHARED = "shared"
"""Role of a place that the place before it has a share of."""
OF_SELLERS = {Word.SELLS, Word.STOPS, Word.BANS}
"""Words of what the place before them does."""


@dataclass(frozen=True)
class Place:
    """A country or area, and what the words around it make it.

    ``seller``, ``buyer``, ``lost`` (without it), ``where`` (in or of it), or empty.
    """

    key: str
    role: str = ""


Meaning: TypeAlias = Entity | tuple[Word, ...]


@dataclass
class Sentence:
    """All that a question in words mentions, each in the order of the text."""

    text: str
    places: list[Place] = field(default_factory=list)
    goods: list[str] = field(default_factory=list)
    """Values of ``--for``: names as they are written, keys where they are not in English."""
    makers: list[str] = field(default_factory=list)
    """Names of plants and companies."""
    words: set[Word] = field(default_factory=set)
    periods: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    """Numbers by their unit: ``%``, ``days``, ``months``, ``mw``, ``gwh``, ``amount``."""
    unread: list[str] = field(default_factory=list)
    """Words that mean nothing here."""

    def has(self, *words: Word) -> bool:
        """Tell whether one of some words is in it."""
        return not self.words.isdisjoint(words)

    def named(self, catalog: Catalog) -> list[str]:
        """Write the names that were read, as the graph has them."""
        places = [str(catalog.places.with_key(place.key)) for place in self.places]
        goods = [catalog.materials.scope(name).meaning for name in self.goods]
        return [*places, *goods, *self.makers]


def read(catalog: Catalog, text: str) -> Sentence:
    """Find what a question in words mentions.

    Parameters
    ----------
    catalog : Catalog
        The names of a graph.
    text : str
        A question, in English or with names and words of another language of the graph.

    Returns
    -------
    Sentence
        Longest names first; a word that is neither a name nor in the vocabulary is unread.
    """
    sentence = Sentence(text)
    rest = FIRST.sub(" top ", text)
    for pattern, take in ((FIGURE, _figure), (PERIOD, _period), (CODE, _code)):
        for match in pattern.finditer(rest):
            take(match, sentence)
        rest = pattern.sub(f" {GAP} ", rest)
    role = ""
    for run, meaning in _meanings(catalog, _units(rest)):
        if not isinstance(meaning, tuple) and (other := _of_same(catalog, run, sentence)):
            sentence.goods.append(other)
        elif isinstance(meaning, Entity):
            role = _mention(meaning, run, role, sentence)
        elif meaning and Word.UNANSWERED not in meaning:
            role = _say(meaning, role, sentence)
        else:
            sentence.unread.append(run)
            role = ""
    return sentence


def _say(meaning: tuple[Word, ...], role: str, sentence: Sentence) -> str:
    """Note words; return the role of a place that comes next."""
    words = [word for word in meaning if word is not Word.NOTHING]
    sentence.words.update(words)
    if Word.SHARE_OF in words and sentence.places and not sentence.places[-1].role:
        return SHARED
    if not OF_SELLERS.isdisjoint(words) and sentence.places and not sentence.places[-1].role:
        sentence.places[-1] = Place(sentence.places[-1].key, "seller")
        return "buyer" if Word.SELLS in words else ""
    roles = [ROLES[word] for word in words if word in ROLES]
    return roles[0] if roles else "" if words else role


def _mention(entity: Entity, run: str, role: str, sentence: Sentence) -> str:
    """Note a name; return the role of a place that comes next."""
    if entity.kind in ("Country", "Area"):
        if entity.key not in [place.key for place in sentence.places] and entity.key != "WLD":
            if role == SHARED:  # China's share of Korea's imports
                sentence.places[-1] = Place(sentence.places[-1].key, "seller")
                role = "buyer"
            sentence.places.append(Place(entity.key, role))
    elif entity.kind in ("Facility", "Company"):
        sentence.makers.append(run)
    else:
        name = run if run.isascii() and entity.kind != "Stage" else entity.key
        sentence.goods += [name] * (name not in sentence.goods)
        return role  # without chinese rare earths, rare earths from China
    return ""


def _of_same(catalog: Catalog, run: str, sentence: Sentence) -> str | None:
    """Find the goods of a shortened name: of lithium hydroxide or carbonate the second."""
    if not sentence.goods or " " not in sentence.goods[-1]:
        return None
    name = f"{sentence.goods[-1].partition(' ')[0]} {run}"
    entity = next(_named(catalog.materials.names, name, ("Product",)), None)
    return name if entity else None


def _figure(match: re.Match[str], sentence: Sentence) -> None:
    unit = match["unit"].casefold()
    number = float(match["number"].replace(",", ""))
    units = {"%": "%", "p": "%", "d": "days", "ta": "days", "mo": "months", "mw": "mw"}
    name = next((name for start, name in units.items() if unit.startswith(start)), "amount")
    if unit.startswith("gw"):
        name, number = ("gwh", number) if unit == "gwh" else ("mw", 1000 * number)
    sentence.figures[name] = number


def _period(match: re.Match[str], sentence: Sentence) -> None:
    if match["of"]:
        period = f"{match['of']}-{match['quarter'].upper()}"
    elif match["in"]:
        period = f"{match['in']}-{MONTHS.index(match['month'].casefold()) + 1:02}"
    elif match["first"]:
        period = "-".join(sorted({match["first"], match["last"]}))
    else:
        period = match["plain"].upper()
    sentence.periods.append(period)


def _code(match: re.Match[str], sentence: Sentence) -> None:
    sentence.goods.append(f"HS {match['marked'] or match['plain']}")


Units: TypeAlias = list[tuple[str, str]]
"""Words, or letters of a language without blanks, each with what stands before it in a name."""


def _units(text: str) -> Units:
    units: Units = []
    for word in text.split():
        plain = word.strip('.,;:!?"“”«»()[]¿¡、。？！，')
        plain = re.sub(r"[’']s?$", "", plain)
        article = ARTICLE.match(plain)
        if UNSPACED.search(plain):
            units += [(letter, " " if n == 0 else "") for n, letter in enumerate(plain)]
        elif article:
            units += [(article[0], " "), (plain[article.end() :], "")]
        elif plain:
            units.append((plain, " "))
    return units


def _meanings(catalog: Catalog, units: Units) -> Iterator[tuple[str, Meaning | None]]:
    """Yield the longest names and phrases, and what is none with None."""
    place, unread = 0, ""
    while place < len(units):
        size, run, meaning = _longest(catalog, units, place)
        if meaning is None and units[place][1] == "" and unread:
            unread += run
        else:
            if unread:
                yield unread, None
            unread = run if meaning is None else ""
        if meaning is not None:
            yield run, meaning
        place += size
    if unread:
        yield unread, None


def _longest(catalog: Catalog, units: Units, place: int) -> tuple[int, str, Meaning | None]:
    """Find the longest phrase, place or goods, and only where there is none a plant or company."""
    most = LONGEST_UNSPACED if UNSPACED.search(units[place][0]) else LONGEST
    first = vocabulary().get(folded(units[place][0]), ())
    for meaning_of in (_meaning, _maker):
        for size in range(min(most, len(units) - place), 0, -1):
            run = "".join(before + text for text, before in units[place : place + size]).strip()
            if GAP in run:
                if size == 1:
                    return 1, run, (Word.NOTHING,)
                continue
            if words := _words(run):
                return size, run, words
            is_led = size > 1 and first and UNSPACED.search(run) is None  # of china, in the
            if not is_led and (meaning := meaning_of(catalog, run)) is not None:
                return size, run, meaning
    return 1, units[place][0], None


def _words(run: str) -> tuple[Word, ...] | None:
    """Say what a phrase means; ``IN`` and ``CAN`` are codes."""
    return None if run.isupper() and len(run) <= SHORT else vocabulary().get(folded(run))


def _meaning(catalog: Catalog, run: str) -> Entity | None:
    """Find the place, else the goods, that a run of words names."""
    text = folded(run)
    if key := demonyms().get(text):
        return catalog.places.named(key)
    if not text.strip("0123456789"):
        return None
    is_word = len(run) <= SHORT and run.isascii() and not run.isupper() and text not in SPOKEN
    for names, kinds in (
        (catalog.places, ("Country", "Area")),
        (catalog.materials.names, ("Element", "Product", "Stage")),
    ):
        for entity in _named(names, run, kinds):
            if not is_word or run in (entity.key, entity.name.casefold()):
                return entity
    return None


def _maker(catalog: Catalog, run: str) -> Entity | None:
    """Find the company, else the plant, that a run of words names, or one word begins."""
    if len(run) <= SHORT and not run.isupper():
        return None
    kinds = ("Company", "Facility")
    if entity := next(_named(catalog.all_names, run, kinds, partly=False), None):
        return entity
    entity = next(_named(catalog.all_names, run, kinds), None)
    is_part = entity is not None and (" " in run or folded(entity.name).startswith(folded(run)))
    return entity if is_part else None


def _named(
    names: Names, run: str, kinds: tuple[str, ...], *, partly: bool = True
) -> Iterator[Entity]:
    try:
        yield from names.all(run, kinds, partly=partly)
    except UsageError:  # it may mean several
        return
