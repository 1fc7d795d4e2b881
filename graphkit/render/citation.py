"""Citations of answers, as text and as BibTeX, and what became of them since."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from graphkit._version import METHOD, __version__
from graphkit.analysis.claims.phrases import known_values
from graphkit.answers.answer import OWN_FACTS, Answer
from graphkit.answers.citation_id import CitationId
from graphkit.answers.unsettled import unsettled_lines
from graphkit.errors import visible, visible_lines
from graphkit.render.answer import supporting_sources


@dataclass(frozen=True)
class Citation:
    """An answer as a bibliography cites it."""

    answer: Answer
    day: date
    command: str = ""
    """Command that asks for it, if one does."""
    facts: str = ""
    """Digest of the facts."""
    id: CitationId | None = None

    def text(self) -> str:
        """Write the headline, the question, the program, and every source with its licence."""
        lines = [
            self.answer.headline,
            *unsettled_lines([self.answer.coverage]),
            f"Question: {self.command or self.answer.question}",
            f"{self._computed}, from:",
        ]
        for source in self._sources:
            parts = [source.get("publisher"), source["title"], source.get("version")]
            parts += [source.get("published"), OWN_FACTS if source.get("own") else ""]
            parts += [f"licence: {source.get('licence', 'not stated')}"]
            lines.append(f"- {', '.join(filter(None, parts))}. {source.get('url', '')}".rstrip())
        lines += [f"Check it: graphkit recheck {self.id}"] * bool(self.id)
        return "\n".join(map(visible, lines))

    def bibtex(self) -> str:
        """Write an entry for the answer, and one for each source that it rests on."""
        question = f" Question: {self.command}" if self.command else ""
        entries = [
            _entry(
                f"graphkit-{str(self.id)[-8:]}" if self.id else "graphkit",
                title=self.answer.question, author="{graphkit}", year=str(self.day.year),
                note=" ".join([
                    self.answer.headline, *unsettled_lines([self.answer.coverage]),
                    f"{self._computed}.{question}",
                ]),
                recheck=str(self.id or ""),
            )
        ]  # fmt: skip
        for source in self._sources:
            version = f"version {source['version']}, " if source.get("version") else ""
            entries.append(
                _entry(
                    source["key"], title=source["title"],
                    author=f"{{{_escaped(source['publisher'])}}}",
                    year=str(source.get("published", ""))[:4], url=source.get("url", ""),
                    note=f"{version}licence: {source.get('licence', 'not stated')}",
                )
            )  # fmt: skip
        return visible_lines("\n\n".join(entries))

    @property
    def _computed(self) -> str:
        facts = f", facts {self.facts[:16]}" if self.facts else ""
        return (
            f"Computed with graphkit {__version__} (method {METHOD}{facts}) on "
            f"{self.day.isoformat()}"
        )

    @property
    def _sources(self) -> list[dict[str, Any]]:
        keys = supporting_sources(self.answer)
        rows = map(known_values, self.answer.sources.to_pylist())
        return [row for row in rows if row["key"] in keys]


FORMS: Mapping[str, Callable[[Citation], str]] = {"text": Citation.text, "bibtex": Citation.bibtex}
"""Writers of a citation, by the name of the form."""
_SPECIAL = re.compile(r"[&%$#_{}]|\\|~|\^|--")
_WRITTEN = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "--": "{-}{-}",
}  # fmt: skip
"""Signs that a backslash alone does not write."""


def _entry(key: str, **fields: str) -> str:
    """Write an entry of the type ``misc``, without the fields that are empty."""
    lines = [f"@misc{{{key},"]
    for name, value in fields.items():
        if value:
            text = value if name in ("url", "author") else _escaped(value)
            lines.append(f"  {name} = {{{text}}},")
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda sign: _WRITTEN.get(sign[0], f"\\{sign[0]}"), text)


class Outcome(StrEnum):
    """Outcomes of rechecking a citation, in the order in which they are listed."""

    MOVED = "moved"
    METHOD_CHANGED = "method changed"
    UNKNOWN = "cannot be told any more"
    HOLDS = "holds"


@dataclass(frozen=True)
class Recheck:
    """A citation beside the answer that its question has now."""

    outcome: Outcome
    cited: CitationId
    command: str
    """Command that asks the question."""
    now: str = ""
    """The sentence now; empty where there is none."""
    because: str = ""
    """Sources that give other facts, the methods, or why it cannot be told."""

    @property
    def changes(self) -> list[tuple[str, str, float]]:
        """The figures then and now that differ, and by how much; none if other words changed too.

        A percentage differs by points, as a share of one; any other figure by a share of itself.
        """
        then, now = self.cited.sentence, self.now
        if _FIGURE.sub(_slot, then) != _FIGURE.sub(_slot, now):
            return []
        pairs = zip(_FIGURE.finditer(then), _FIGURE.finditer(now), strict=True)
        return [(one[0], other[0], _difference(one, other)) for one, other in pairs
                if one[0] != other[0]]  # fmt: skip

    @property
    def size(self) -> float:
        """The largest change of a figure; infinite where other words changed."""
        if self.cited.sentence == self.now:
            return 0.0
        return max((abs(size) for *_, size in self.changes), default=float("inf"))

    def __str__(self) -> str:
        lines = [f"{self.outcome}: {self.cited.sentence}"]
        if self.now and self.now != self.cited.sentence:
            lines.append(f"  now: {self.now}")
        for then, now, size in self.changes if self.outcome != Outcome.HOLDS else ():
            moved = f"{100 * size:+.3g}{' points' if then.endswith('%') else ' %'}"
            lines.append(f"  {then} then, {now} now ({moved})")
        lines += [f"  {self.because}"] * bool(self.because)
        if self.outcome != Outcome.HOLDS:
            lines.append(f"  {self.command}")
        return "\n".join(map(visible, lines))


_FIGURE = re.compile(
    r"(?<![\w.,-])(?!(?:19|20)\d\d(?![\d,.]*\d| ?%| (?:k|M|bn|t|USD|points)\b))"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?: (?P<unit>%|k\b|M\b|bn\b))?(?![\w-])"
)
"""A figure of a sentence with its unit or size: no year, period or code."""
_SIZES = {"%": 0.01, "k": 1e3, "M": 1e6, "bn": 1e9}


def figures(sentence: str) -> list[str]:
    """List the figures of a sentence in order.

    >>> figures("China sold 87 % of 1,200 t in 2024, worth 268.9 M USD.")
    ['87 %', '1,200', '268.9 M']
    """
    return [figure[0] for figure in _FIGURE.finditer(sentence)]


def _slot(figure: re.Match[str]) -> str:
    """Write a place for a figure, with its unit but not its size."""
    return "# %" if figure["unit"] == "%" else "#"


def _value(figure: re.Match[str]) -> float:
    return float(figure["number"].replace(",", "")) * _SIZES.get(figure["unit"] or "", 1)


def _difference(then: re.Match[str], now: re.Match[str]) -> float:
    """Return the points between two percentages, or the change as a share of the first figure."""
    difference = _value(now) - _value(then)
    return difference if then["unit"] == "%" else difference / (_value(then) or 1)
