"""First lines of answers without rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Sentence
from graphkit.headlines.wording import Lexicon, Sentences, shortened

Writer = Callable[[Answer], Sentences]
"""Writes the first lines that an answer may have, the fullest first."""
_SIGNS = re.compile(r"[\w .,;:&%’'()/+-]+")
"""Signs of sentences, none of which is one of markup or hidden."""


@dataclass(frozen=True)
class FirstLine:
    """The first line of a question, and what it says of an answer without rows."""

    of_rows: Writer
    of_none: Writer

    def __call__(self, answer: Answer) -> Sentences:
        """Write the sentences that an answer may have, the fullest first."""
        return self.of_rows(answer) if len(answer.rows) else self.of_none(answer)


def otherwise(of_none: Writer) -> Callable[[Writer], FirstLine]:
    """Put beside a first line what is said of an answer without rows."""
    return lambda of_rows: FirstLine(of_rows, of_none)


def unknown(say: Callable[[Lexicon, str], str]) -> Writer:
    """Say what is not known of the goods that a question names.

    ``say`` has them by their name, and as "these goods" if the sentence is too long with it.
    """

    def write(answer: Answer) -> Sentences:
        names = Lexicon(answer)
        for goods in (names.subject, "these goods"):
            yield from shortened(Sentence(say(names, goods)), _of_claims(answer))

    return write


def absent(answer: Answer) -> Sentences:
    """Say why there are no rows, in the words of the answer where these are plain."""
    if _SIGNS.fullmatch(answer.nothing.in_brief):
        yield from shortened(Sentence(answer.nothing.in_brief), _of_claims(answer))
    yield from shortened(Sentence("Nothing in this scope is known"), _of_claims(answer))


def _of_claims(answer: Answer) -> str:
    """Count the published claims that may help."""
    if not len(answer.claims):
        return ""
    return f"; {number_of(len(answer.claims), 'published claim')} may help"
