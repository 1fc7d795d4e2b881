"""Words of questions in seven languages, and how citizens and goods of a country are called."""

from __future__ import annotations

import csv
from enum import Enum
from functools import cache
from pathlib import Path

from graphkit.names import folded

FOLDER = Path(__file__).parent.parent / "languages"
ENDINGS = ("e", "en", "er", "es", "em")
"""Endings of an adjective in German."""


class Word(Enum):
    """Meaning of a word or phrase that names nothing."""

    NOTHING = "nothing"
    SELLER_NEXT = "seller-next"
    BUYER_NEXT = "buyer-next"
    PLACE_NEXT = "place-next"
    SHARE_OF = "share-of"
    WITHOUT = "without"
    DEPENDS = "depends"
    SELLS = "sells"
    SUPPLIERS = "suppliers"
    DEPENDENTS = "dependents"
    ORIGINS = "origins"
    STOPS = "stops"
    BANS = "bans"
    LASTS = "lasts"
    POINTS = "points"
    SOLE = "sole"
    CONCENTRATED = "concentrated"
    CENTRAL = "central"
    TRADES = "trades"
    LARGEST = "largest"
    NETWORK = "network"
    PRICE = "price"
    TREND = "trend"
    VERSUS = "versus"
    CONTROLS = "controls"
    BEGAN = "began"
    BITE = "bite"
    TARGETS = "targets"
    OWNS = "owns"
    COMPANIES = "companies"
    PRODUCERS = "producers"
    PLANTS = "plants"
    MINED = "mined"
    REFINED = "refined"
    USES = "uses"
    NEEDS = "needs"
    RELIANCE = "reliance"
    DIVERSIFY = "diversify"
    LEVERAGE = "leverage"
    UNKNOWN = "unknown"
    BRIEF = "brief"
    AGREE = "agree"
    CRITICAL = "critical"
    CLAIMS = "claims"
    BY_WEIGHT = "by-weight"
    HALF = "half"
    THAN = "than"
    WIND = "wind"
    UNANSWERED = "unanswered"


@cache
def vocabulary() -> dict[str, tuple[Word, ...]]:
    """Read the meanings of words and phrases, by their folded text.

    A word has several meanings where languages or uses differ: *stocks*.

    >>> vocabulary()["wem gehort"], vocabulary()["how long"]
    ((<Word.OWNS: 'owns'>,), (<Word.LASTS: 'lasts'>,))
    """
    words: dict[str, dict[Word, None]] = {}
    with (FOLDER / "questions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            word = Word(row.pop("means"))
            for texts in row.values():
                for text in filter(None, texts.split("|")):
                    words.setdefault(folded(text), {})[word] = None
    return {text: tuple(meanings) for text, meanings in words.items()}


@cache
def demonyms() -> dict[str, str]:
    """Read the keys of places, by the folded words for what is theirs.

    >>> demonyms()["chinesischen"], demonyms()["south african"]
    ('CHN', 'ZAF')
    """
    keys: dict[str, str] = {}
    with (FOLDER / "demonyms.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = row.pop("iso3")
            for language, texts in row.items():
                for text in texts.split("|"):
                    keys.setdefault(folded(text), key)
                    if language == "de":
                        keys |= {folded(text + ending): key for ending in ENDINGS}
    return keys
