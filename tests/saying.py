"""Check that a text names what it is about, however its sentences are put.

A test compares data where there are data. Where words are all that there is, as in a refusal, it
asks for those that matter alone: what was found, what was wanted, where, each figure with its unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def unsaid(text: str, *expected: str) -> list[str]:
    """Return the expected names and figures that the text lacks.

    Parts joined by ``…`` follow each other. A part stands in the text as whole words: ``5 %`` is
    neither in ``0.5 %`` nor in ``15 %``.

    >>> unsaid("no country is called 'Koreaa'; did you mean South Korea (KOR)?", "Koreaa … KOR")
    []
    >>> text = "China sold 87.4 % of Japan’s magnets in 2024"
    >>> unsaid(text, "China … 7.4 % … 2024", "Japan", "Peru")
    ['7.4 %', 'Peru']
    """
    words = " ".join(text.split())
    lacking = []
    for parts in expected:
        place = 0
        for part in (" ".join(part.split()) for part in parts.split("…")):
            match = whole(part).search(words, place)
            if match is None:
                lacking.append(part)
            else:
                place = match.end()
    return lacking


def whole(part: str) -> re.Pattern[str]:
    """Return the pattern of a part that no letter, digit or decimal carries on at either end."""
    before = r"(?<!\w)(?<!\d[.,])" if re.match(r"\w", part) else ""
    after = r"(?!\w)(?![.,]\d)" if re.search(r"\w$", part) else ""
    return re.compile(before + re.escape(part) + after)


class Naming:
    """A text that names all of these, compared with ``==`` as `pytest.approx` compares a figure.

    >>> ["usd: found '-1', wanted at least 0"] == [Naming("usd", "'-1'", "at least 0")]
    True
    >>> "usd: found '-1', wanted at least 0" == Naming("usd", "'-11'")
    False
    """

    def __init__(self, *expected: str) -> None:
        self.expected = expected

    def __eq__(self, text: object) -> bool:
        return isinstance(text, str) and not unsaid(text, *self.expected)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Naming({', '.join(map(repr, self.expected))})"


def words_around(option: Mapping[str, Any]) -> str:
    """Return the title of a picture, the line below it and the words at its foot, as one text.

    >>> words_around({"title": [{"text": "China sold most", "subtext": "2024"}, {"text": "CEPII"}]})
    'China sold most 2024 CEPII'
    """
    parts = [part.get(name, "") for part in option["title"][:3] for name in ("text", "subtext")]
    return " ".join(" ".join(parts).split())
