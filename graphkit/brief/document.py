"""A brief: questions asked of one catalog, and a document of their answers in HTML or Markdown."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from graphkit.analysis.claims.phrases import claim_figure, headline
from graphkit.analysis.claims.readings import LICENCES
from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.figures import percent
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError, UsageError, visible
from graphkit.names import capitalized, possessive, with_article
from graphkit.questions.question import prepare
from graphkit.render.answer import answer_columns, coverage_lines, scope_line, source_lines
from graphkit.render.files import write_text
from graphkit.render.layout import HtmlPage, MarkdownPage, TextColumn, markdown
from graphkit.stores.base import Progress
from graphkit.verbs.registry import VERBS
from graphkit.verbs.verb import Verb

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
        from graphkit.plot.pictures import font_faces

        head = HEAD.replace("FONTS", font_faces()).replace("TITLE", _html(self.title))
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


NO_PICTURES = "Pictures need the extra plot of graphkit. Every figure is in the tables."


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
    """Draw the picture of an answer, laid out for wide screens and paper, and for phones."""
    from graphkit.plot.pictures import layouts, svg

    parts = []
    for layout, drawn in zip(("wide", "narrow"), layouts(answer), strict=True):
        if not drawn.option["series"]:
            return ""
        # Each drawing numbers its clips and hatches from 0: on one page they need own names.
        own = rf"\g<1>{label}{layout[0]}-"
        drawing = re.sub(r'(?<=")((?:url\()?#?)p-(?=\w)', own, svg(drawn))
        name = _html(f"Picture: {answer.question}")
        parts.append(f'<div class="picture {layout}" tabindex=0 role=region aria-label="{name}">'
                     f"{drawing}</div>\n")  # fmt: skip
    return "".join(parts)


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
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';
 font-src data:">
<title>TITLE</title>
<style>
FONTS:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --muted: #5b6470;
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
.picture svg { display: block; max-width: 680px; width: 100%; height: auto; }
.picture.narrow { display: none; }
@media screen and (max-width: 600px) {
  .picture.wide { display: none; }
  .picture.narrow { display: block; }
}
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
  /* A margin with a text of its own has no header or footer of the browser. */
  @page { size: A4; margin: 16mm 14mm; @top-left { content: " "; }
    @bottom-right { content: counter(page) " of " counter(pages); color: #5b6470;
      font: 8pt Noto Sans, Arial, sans-serif; } }
  body { font-size: 10pt; line-height: 1.35; }
  h2 { margin-top: 1.4em; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  summary { list-style: none; color: var(--muted); }
  summary::after { content: " (in the file, not in print)"; }
  .wide { overflow: visible; }
  /* What does not fit moves to the next page, and the text goes on before it. */
  .picture.wide { float: left; width: 100%; margin: 0 0 3mm; }
  .picture svg { max-width: 150mm; max-height: 235mm; break-inside: avoid; }
  table { font-size: 7.5pt; width: 100%; }
  th, td { padding: 2px 4px; }
  tr, li { break-inside: avoid; }
  thead, tbody tr:nth-child(-n+4) { break-after: avoid; }
  h2, p:has(+ ul) { break-after: avoid; }
  details { break-before: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
</style>
</head>
<body>
"""
"""Beginning of a page: nothing of it is a script."""

Part = tuple[Section, list[str]]
"""A section, and the sentences that say the most of it."""
VERB = {verb.name: verb for verb in VERBS}


@dataclass(frozen=True)
class Asked:
    """A question that was asked, and its answer or why there is none."""

    name: str
    """The verb."""
    command: str
    answer: Answer | None
    lacking: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the answer; none if it has no answer, or only published figures."""
        if self.answer is None or self.answer.scope.get("counted"):
            return []
        rows: list[dict[str, Any]] = undoubted(self.answer).rows.to_pylist()
        return rows

    def section(self, title: str, sentences: Sequence[str] = (), **more: Any) -> Section:
        """Make a section of the answer; without one, it says what is lacking."""
        if self.answer is None:
            return Section(title, [self.lacking], commands=[self.command])
        if not len(self.answer.rows):
            sentences = sentences or ["Nothing in this scope is in the database."]
        elif self.answer.scope.get("counted"):
            sentences = [*sentences, "No trade data cover it; the figures are as published."]
        return Section(title, sentences, commands=[self.command], **{"answer": self.answer, **more})


@dataclass(frozen=True)
class Facts:
    """The facts of one database, and what a brief has asked of them."""

    catalog: Catalog
    scope: str | None
    told: Progress
    asked: list[Asked] = field(default_factory=list)
    """Every question so far, in order."""

    def ask(self, name: str, **given: Any) -> Asked:
        """Ask the question of a verb.

        Parameters
        ----------
        name : str
            The verb, as on the command line.
        **given
            Values of its parameters; None is left out. Several names are a list.
        """
        verb = VERB[name]
        given = {key: value for key, value in given.items() if value not in (None, [])}
        values = {p.name: None if p.default is ... else p.default for p in verb.parameters} | given
        command = command_of(verb, given)
        self.told(f"graphkit {name}", 1)
        try:
            found = Asked(name, command, prepare(verb, values, "json").ask(self.catalog))
        except GraphkitError as error:
            if type(error) is not GraphkitError:
                raise
            found = Asked(name, command, None, sentence(str(error)))
        self.asked.append(found)
        return found

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Names of countries and areas, by key."""
        return {
            row["key"]: row["name"]
            for kind in ("Country", "Area")
            for row in self.catalog.nodes(kind).to_pylist()
        }

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Short names of places, products and stages in tables, by key."""
        materials = self.catalog.materials
        stages = self.catalog.nodes("Stage")["key"].to_pylist()
        labels = {key: materials.label(key) for key in (*materials.products, *stages)}
        return {**labels, **self.places}

    @cached_property
    def countries(self) -> set[str]:
        """The places that are one country."""
        rows = self.catalog.nodes("Country").to_pylist()
        return {row["key"] for row in rows if row["type"] in COUNTRIES}

    def place(self, key: str) -> str:
        """Return the name of a country or area in a sentence."""
        return with_article(self.places.get(key, key))

    def product(self, key: str) -> str:
        """Return the short name of a product in a sentence."""
        return self.catalog.materials.in_text(key)

    @cached_property
    def named(self) -> Mapping[str, str]:
        """Names in a sentence of all that a claim may be about, by key."""
        materials = self.catalog.materials
        kinds = [self.catalog.nodes(kind)["key"].to_pylist() for kind in ("Stage", "Element")]
        return {
            **{key: materials.in_text(key) for keys in kinds for key in keys},
            **{key: materials.in_text(key) for key in materials.products},
            **{key: self.place(key) for key in self.places},
        }

    def cited(self, claim: Mapping[str, Any]) -> str:
        """Write a published claim as a sentence, with its basis and source."""
        text = cited_claim(claim, self.named)
        begun = f"{text[:-1]}; " if text.endswith(")") else f"{text} ("
        basis = f"basis: {claim['basis']}; " if "basis" in claim else ""
        whose = f"{claim['attributed_to']}, in " if "attributed_to" in claim else ""
        return sentence(f"{begun}{basis}{whose}{claim['source']})")

    def scope_of(self, products: Iterable[str]) -> list[str]:
        """Name products so that none is read as an element or a stage."""
        scope = self.catalog.materials.scope
        return [key if scope(key).products == (key,) else f"product:{key}" for key in products]

    def each(self, keys: Iterable[str], most: int = 5) -> str:
        """Count equal places: ``China (17), Australia (4), others (6)``."""
        counts = sorted(Counter(keys).items(), key=lambda pair: (-pair[1], pair[0]))
        said = [f"{self.place(key)} ({count})" for key, count in counts[:most]]
        more = sum(count for _, count in counts[most:])
        return ", ".join([*said, *([f"others ({more})"] if more else [])])

    def brief(self, title: str, parts: Sequence[Part], command: str) -> Brief:
        """Make a brief of its parts: led by their sentences, closed by the data behind them."""
        lead = [text for _, said in parts for text in said]
        return Brief(title, lead, [*(part for part, _ in parts), *self._closing()], command)

    def _closing(self) -> list[Section]:
        """Make the sections on the data behind all answers: coverage, notes and sources."""
        answers = [one.answer for one in self.asked if one.answer is not None]
        lacking = [one.lacking for one in self.asked if one.lacking]
        coverage = self._coverage()
        sources = sorted(_once(line for answer in answers for line in source_lines(answer)))
        notes = _once(note for answer in answers for note in answer.notes)
        return [
            Section(
                "Coverage",
                [
                    "The data behind the answers above, and what they lack: each line once, after "
                    "the first question that read the data."
                ],
                lacking, folded=coverage,
            ),
            Section("Notes", ["What to know before a figure is cited."], folded=notes),
            Section("Methods", METHODS),
            Section("Sources", points=sources),
        ]  # fmt: skip

    def _coverage(self) -> list[str]:
        """Describe the data of each question, without what an earlier one has said."""
        told: dict[str, str] = {}
        for one in self.asked:
            for line in coverage_lines(one.answer) if one.answer is not None else ():
                told.setdefault(line, f"{one.name}: {line}")
        return list(told.values())


def command_of(verb: Verb, given: Mapping[str, Any]) -> str:
    """Write the command that asks a question for some values; None is left out."""
    words = ["graphkit", *verb.name.split()]
    for parameter in verb.parameters:
        value = given.get(parameter.name)
        if value is None:
            continue
        text = ",".join(value) if isinstance(value, list) else str(value)
        option = [parameter.option] if parameter.option else []
        words += option if parameter.type == "switch" else [*option, text]
    return shlex.join(words)


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


METHODS = (
    "Face value counts the last seller, by value (USD, free on board) unless a weight is named; it "
    "is not where the material was mined, refined or made.",
    "Looked through: what a country sells has the mix of what it makes and buys (proportional "
    "mixing; Kastner et al. 2011), stage by stage. The range is what unpublished production leaves "
    "open: the truth may lie anywhere in it. “As traced” is the point of the method, not the "
    "likeliest value.",
    "A single point of failure has at least half of the imports; it is certain if the lower end of "
    "its range has. Losses are passed on in proportion, and nobody substitutes.",
    "The HHI is the sum of squared shares, 0 to 10,000; from 1,800 the US Merger Guidelines of "
    "2023 call a market highly concentrated.",
    "A claim is borne out if the data are off by at most 1 percentage point, or a tenth of it "
    "where that is less, an amount by at most 5 %; contradicted if no reading of it comes near. "
    "Unknown figures stay unknown: none is replaced by zero or by an estimate that is not named.",
    "The methods in full, with their sources: docs/methods.md of graphkit.",
)

ABOUT = ("consumer", "supplier", "rival", "product", "element", "stage", "control")
"""Ends and subject of a claim."""


def cited_claim(claim: Mapping[str, Any], named: Mapping[str, str]) -> str:
    """Write a claim as an analyst cites it; ``named`` has the names of its keys in a sentence.

    >>> share = {"kind": "share", "value": 0.475, "unit": "share", "measure": "imports",
    ...          "consumer": "KOR", "supplier": "CHN", "element": "REE", "period": "2024"}
    >>> cited_claim(share, {"KOR": "South Korea", "CHN": "China", "REE": "rare earths"})
    '47.5 % of South Korea’s imports of rare earths from China in 2024'
    >>> cited_claim({"kind": "share", "low": 0.9, "qualifier": "at-least", "unit": "share",
    ...              "measure": "production of the first three", "element": "REE",
    ...              "stage": "mine"}, {"REE": "rare earths"})
    'at least 90 % of the production of rare earths (stage mine) by the first three'
    >>> cited_claim({"kind": "statement", "statement": "It is mined again", "supplier": "USA",
    ...              "period": "2018"}, {"USA": "the United States"})
    'It is mined again (the United States, 2018)'
    """
    keys = {name: named.get(claim[name], claim[name]) for name in ABOUT if name in claim}
    when = " against ".join(claim[name] for name in ("period", "than") if name in claim)
    measure, _, first = claim.get("measure", "").partition(" of the ")
    if measure == LICENCES:
        under = f" under {keys['control']}" if "control" in keys else ""
        dated = f" by {when}" if when else ""
        return f"{claim_figure(claim)} of the licence applications{under} were granted{dated}"
    if claim["kind"] not in ("share", "quantity", "change") or not measure:
        scope = ", ".join([*keys.values(), *([when] if when else [])])
        return f"{headline(claim)} ({scope})" if scope else headline(claim)
    buyer, seller, sold = keys.get("consumer"), keys.get("supplier"), measure == "exports"
    subject = keys.get("product") or keys.get("element")
    parts = [
        f"{claim_figure(claim)} {'in' if claim['kind'] == 'change' else 'of'}",
        f"{possessive(buyer)} {measure}" if buyer and not sold else f"the {measure}",
        f"of {subject}" if subject else "",
        f"(stage {keys['stage']})" if "stage" in keys else "",
        f"{'from' if buyer or sold else 'in'} {seller}" if seller else "",
        f"to {buyer}" if buyer and sold else "",
        f"by the {first}" if first else "",
        f"in {when}" if when else "",
    ]
    return " ".join(filter(None, parts))


def sentence(text: str) -> str:
    """Write a message as a sentence."""
    return f"{capitalized(text)}{'' if text.endswith('.') else '.'}"


def between(low: float | None, high: float | None) -> str:
    """Write a range of shares.

    >>> between(0.0, 1.0), between(0.8396, 0.8397), between(None, 0.2)
    ('between 0.0 % and 100.0 %', '84.0 %', 'unknown')
    """
    if low is None or high is None:
        return "unknown"
    least, most = percent(low), percent(high)
    return least if least == most else f"between {least} and {most}"


def at_least(low: float, high: float | None) -> str:
    """Write a range of shares whose upper end may be unknown.

    >>> at_least(0.5, None), at_least(0.5, 0.5)
    ('at least 50.0 %', '50.0 %')
    """
    return f"at least {percent(low)}" if high is None else between(low, high)


def period_of(row: Mapping[str, Any]) -> str:
    """Write the period of a row, with its years that have data, if some have none."""
    years = f" (data of {row['years']})" if row.get("years") else ""
    return f"{row['period']}{years}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Join names in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e"])
    ('a', 'a, b and c', 'a, b, c and 2 more')
    """
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def counted(number: int, what: str) -> str:
    """Write a number of things.

    >>> counted(1, "product"), counted(1200, "product")
    ('1 product', '1,200 products')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"
