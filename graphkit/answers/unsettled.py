"""Words on figures that their publisher does not give as final, wherever an answer is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphkit.answers.coverage import Coverage, Word
from graphkit.answers.figures import first_few
from graphkit.names import capitalized


def unsettled_lines(coverages: Iterable[Coverage]) -> Iterator[str]:
    """Say of which periods and sources figures are provisional or estimated, the newest first.

    >>> from graphkit.answers.coverage import Unsettled
    >>> entry = Unsettled(Word.PROVISIONAL, "2024", "customs")
    >>> [*unsettled_lines([Coverage(unsettled=(entry,))])]
    ['Provisional: figures of 2024 (customs).']
    """
    parts = [part for coverage in coverages for part in coverage.parts.values()]
    entries = dict.fromkeys(entry for part in parts for entry in part.unsettled)
    for word in Word:
        sources: dict[str, list[str]] = {}
        for entry in entries:
            if entry.word is word:
                sources.setdefault(entry.period, []).append(entry.source)
        texts = [f"{period} ({first_few(sources[period])})" for period in sorted(sources)[::-1]]
        if texts:
            yield f"{capitalized(word)}: figures of {first_few(texts)}."
