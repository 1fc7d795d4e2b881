"""A brief as a document: sections with sentences, a picture and a table, as HTML or Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from pathlib import Path

from graphkit.answer import Answer
from graphkit.errors import UsageError, install, visible
from graphkit.render import write_text
from graphkit.render.answer import answer_columns, scope_line
from graphkit.render.layout import HtmlPage, MarkdownPage, TextColumn, markdown

ROWS = 20
"""Most rows of a table that are shown at once."""


@dataclass(frozen=True)
class Section:
    """A part of a brief: what the figures say, and the answer that they come from."""

    title: str
    sentences: Sequence[str] = ()
    """One paragraph."""
    points: Sequence[str] = ()
    """A list below it."""
    answer: Answer | None = None
    """The answer that the sentences are made from, its rows in the order to show."""
    commands: Sequence[str] = ()
    """The commands that give the same answer."""
    shown: int = ROWS
    """Number of rows to show; the rest is folded in HTML, and left to the command in Markdown."""
    folded: Sequence[str] = ()
    """A long list, folded in HTML."""

    @property
    def columns(self) -> list[TextColumn]:
        """The rows as people read them."""
        return [] if self.answer is None else answer_columns(self.answer)

    @property
    def rows(self) -> int:
        """Number of rows of the answer."""
        return 0 if self.answer is None else len(self.answer.rows)

    @property
    def caption(self) -> str:
        """Explanation of the columns, and the values common to all rows."""
        return scope_line(self.answer) if self.answer is not None and self.rows else ""


@dataclass(frozen=True)
class Brief:
    """A brief on a country or a mineral, to be written as HTML or Markdown.

    Two briefs of the same database are equal to the byte.
    """

    title: str
    lead: Sequence[str]
    """Where things stand: one paragraph."""
    sections: Sequence[Section]
    command: str
    """The command that writes it."""

    @property
    def commands(self) -> list[str]:
        """The commands that reproduce it, and each of its sections."""
        each = (command for section in self.sections for command in section.commands)
        return list(dict.fromkeys([self.command, *each]))

    def markdown(self) -> str:
        """Return it as Markdown, without pictures."""
        parts = [f"# {markdown(self.title)}\n", f"{markdown(' '.join(self.lead))}\n"]
        for section in self.sections:
            parts += _markdown(section)
        parts.append(f"## Commands\n\n{_fenced(self.commands)}")
        return "\n".join(parts)

    def html(self) -> str:
        """Return it as one page that asks for nothing from outside.

        Without the extra ``plot``, it has no pictures, and says so.
        """
        drawn = find_spec("quickjs") is not None
        parts = [f"<h1>{_html(self.title)}</h1>\n<p class=lead>{_html(' '.join(self.lead))}</p>\n"]
        if not drawn:
            parts.append(f"<p class=note>{_html(NO_PICTURES)}</p>\n")
        names = [section.title for section in self.sections]
        items = "".join(
            f'<li><a href="#s{n}">{_html(name)}</a></li>' for n, name in enumerate(names, 1)
        )
        parts.append(f'<nav aria-label="Sections"><ol>{items}</ol></nav>\n')
        for number, section in enumerate(self.sections, 1):
            parts.append(_section(section, number, drawn=drawn))
        commands = _html(visible_lines("\n".join(self.commands)))
        parts.append(
            f'<section aria-labelledby="commands"><h2 id="commands">Commands</h2>\n<pre tabindex=0>'
            f"{commands}</pre></section>\n"
        )
        head = HEAD.replace("TITLE", _html(self.title))
        return f"{head}<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"

    def write(self, path: Path | str) -> None:
        """Write it to a file, as HTML or Markdown by its ending.

        Raises
        ------
        UsageError
            The ending is neither .html nor .md.
        GraphkitError
            Writing fails.
        """
        to = Path(path)
        endings = {".html": self.html, ".md": self.markdown}
        if to.suffix.lower() not in endings:
            raise UsageError(f"found the ending {to.suffix!r}; wanted .html or .md for a brief")
        write_text(endings[to.suffix.lower()](), to)

    def __str__(self) -> str:
        return self.markdown()


NO_PICTURES = f"Pictures need the extra plot: {install('plot')}. Every figure is in the tables."


def visible_lines(text: str) -> str:
    """Escape hidden characters, but for the ends of lines."""
    return "\n".join(map(visible, text.split("\n")))


def _markdown(section: Section) -> list[str]:
    page = MarkdownPage()
    if section.sentences:
        page.text(" ".join(section.sentences))
    if section.points:
        page.lines(section.points)
    if section.rows and section.shown:
        page.text(section.caption)
        page.table(_first(section.columns, section.shown))
    if section.folded:
        page.lines(section.folded)
    parts = [f"## {markdown(section.title)}\n", str(page)]
    if section.rows > section.shown:
        parts.append(f"{section.rows - section.shown:,} more rows: see the command.\n")
    if section.commands:
        parts.append(_fenced(section.commands))
    return parts


def _fenced(commands: Sequence[str]) -> str:
    text = visible_lines("\n".join(commands))
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}bash\n{text}\n{fence}\n"


def _first(columns: Sequence[TextColumn], rows: int) -> list[TextColumn]:
    return [replace(column, cells=column.cells[:rows]) for column in columns]


def _html(text: str) -> str:
    return escape(visible_lines(text), quote=True)


def _section(section: Section, number: int, *, drawn: bool) -> str:
    label = f"s{number}"
    parts = [f'<section aria-labelledby="{label}"><h2 id="{label}">{_html(section.title)}</h2>\n']
    if section.sentences:
        parts.append(f"<p>{_html(' '.join(section.sentences))}</p>\n")
    if section.points:
        page = HtmlPage()
        page.lines(section.points)
        parts.append(str(page))
    pictured = drawn and section.answer is not None and section.rows > 0
    if pictured and section.answer is not None:
        parts.append(_picture(section.answer, label))
    if section.rows:
        parts.append(f"<p class=note>{_html(section.caption)}</p>\n")
        shown = section.shown if drawn else max(section.shown, ROWS)
        if shown:
            parts.append(_table(_first(section.columns, shown), section.title))
        if section.rows > shown:
            rows = _table(section.columns, f"{section.title}, all rows")
            parts.append(_fold(f"All {section.rows:,} rows", rows))
    if section.folded:
        page = HtmlPage()
        page.lines(section.folded)
        parts.append(_fold(f"{section.title}: {len(section.folded):,} lines", str(page)))
    if section.commands:
        commands = "<br>\n".join(f"<code>{_html(command)}</code>" for command in section.commands)
        parts.append(f"<p class=command>{commands}</p>\n")
    return f"{''.join(parts)}</section>\n"


def _fold(summary: str, content: str) -> str:
    return f"<details><summary>{_html(summary)}</summary>\n{content}</details>\n"


def _picture(answer: Answer, label: str) -> str:
    from graphkit.plot import picture, svg

    drawn = picture(answer)
    if not drawn.option["series"]:
        return ""
    # Each drawing numbers its clips and hatches from 0: on one page they need names of their own.
    drawing = re.sub(r'(?<=")((?:url\()?#?)p-(?=\w)', rf"\g<1>{label}-", svg(drawn))
    name = _html(f"Picture: {answer.question}")
    return f'<div class=wide tabindex=0 role=region aria-label="{name}">{drawing}</div>\n'


def _table(columns: Sequence[TextColumn], name: str) -> str:
    page = HtmlPage()
    page.table(columns)
    label = _html(f"Table: {name}")
    return f'<div class=wide tabindex=0 role=region aria-label="{label}">{page}</div>\n'


HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>TITLE</title>
<style>
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --muted: #5b6470;
  --line: #d4d9e0; --band: #f3f5f8; --link: #2346c7; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e9ebee; --muted: #a6aeba; --line: #3c434d; --band: #1d2229;
    --link: #9db4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Noto Sans, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 16px 16px 48px; }
h1 { font-size: 1.6em; line-height: 1.25; margin: .4em 0; }
h2 { font-size: 1.2em; margin: 2em 0 .4em; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
.lead { font-size: 1.08em; }
nav ol { columns: 2 260px; padding-left: 1.6em; font-size: .92em; }
ul { padding-left: 1.3em; }
li { margin: .25em 0; overflow-wrap: anywhere; }
.note, .command { color: var(--muted); font-size: .88em; }
.wide { overflow-x: auto; margin: .6em 0; }
svg { display: block; min-width: 520px; max-width: 680px; width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .84em; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
td[style] { white-space: nowrap; }
th { background: var(--band); vertical-align: bottom; }
summary { cursor: pointer; color: var(--link); font-size: .92em; padding: .3em 0; }
code, pre { font-family: ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--band); padding: 10px; overflow-x: auto; font-size: .84em; }
@media print {
  @page { size: A4; margin: 16mm 14mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav, details { display: none; }
  .wide { overflow: visible; }
  svg { min-width: 0; max-width: 150mm; max-height: 235mm; break-inside: avoid; }
  table { font-size: 7.5pt; width: 100%; }
  th, td { padding: 2px 4px; }
  tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
</style>
</head>
<body>
"""
"""Beginning of a page: nothing of it is a script."""
