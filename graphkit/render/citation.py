"""An answer as a bibliography cites it: what it says, what computed it, and the sources of it."""

from __future__ import annotations

import re
from datetime import date

from graphkit._version import __version__
from graphkit.analysis.claims.phrases import known_values
from graphkit.answers.answer import Answer

FORMS = ("text", "bibtex")


def citation_text(answer: Answer, day: date) -> str:
    """Write the headline, the question, the program and every source with version and licence."""
    lines = [
        f"{answer.headline} ({answer.question})",
        f"Computed with graphkit {__version__} on {day.isoformat()}, from:",
    ]
    for source in map(known_values, answer.sources.to_pylist()):
        parts = [source.get("publisher"), source["title"], source.get("version")]
        parts += [source.get("published"), f"licence: {source.get('licence', 'not stated')}"]
        lines.append(f"- {', '.join(filter(None, parts))}. {source.get('url', '')}".rstrip())
    return "\n".join(lines)


def bibtex(answer: Answer, day: date) -> str:
    """Write an entry for the answer, and one for each source that it rests on."""
    entries = [
        _entry(
            "graphkit", title=answer.question, author="{graphkit}", year=str(day.year),
            note=f"{answer.headline} Computed with graphkit {__version__} on {day.isoformat()}",
        )
    ]  # fmt: skip
    for source in map(known_values, answer.sources.to_pylist()):
        version = f"version {source['version']}, " if source.get("version") else ""
        entries.append(
            _entry(
                source["key"], title=source["title"],
                author=f"{{{source['publisher']}}}" if source.get("publisher") else "",
                year=str(source.get("published", ""))[:4], url=source.get("url", ""),
                note=f"{version}licence: {source.get('licence', 'not stated')}",
            )
        )  # fmt: skip
    return "\n\n".join(entries)


_SPECIAL = re.compile(r"[&%$#_]")


def _entry(key: str, **fields: str) -> str:
    """Write an entry of the type ``misc``, without the fields that are empty."""
    lines = [f"@misc{{{key},"]
    for name, value in fields.items():
        if value:
            text = value if name == "url" else _SPECIAL.sub(lambda sign: "\\" + sign[0], value)
            lines.append(f"  {name} = {{{text}}},")
    return "\n".join([*lines, "}"])
