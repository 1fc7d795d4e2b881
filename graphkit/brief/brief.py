"""Briefs: a page on a country or a mineral and an annex, made of answers, with their commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphkit.errors import UsageError
from graphkit.verbs.parameter import AcceptedRange, Parameter
from graphkit.verbs.shared import ONE_COUNTRY, SCOPE, year
from graphkit.verbs.verb import Verb

if TYPE_CHECKING:
    from graphkit.brief.document import Brief
    from graphkit.catalog.catalog import Catalog
    from graphkit.stores.base import Progress

MOST_PAGES = 6
"""Most A4 pages of a brief, and how many it has unless asked for fewer."""

BRIEF = Verb(
    "brief", "brief.brief",
    "Write a page on a country or a mineral, with sources.",
    "Page 1: the answer in five sentences, one picture, what a stop of the first supplier costs, "
    "what to ask next, and what the data lack. Then an annex of tables, each with its command, cut "
    "to the pages asked for. On a mineral: --for and no country. A picture needs the extra plot, "
    "a Word document the extra docx.",
    (
        "brief KOR -o korea.html",
        'brief JPN --for "rare earths" --period 2024 -o japan.md',
        "brief --for lithium,magnets --pages 2 -o batteries.docx",
    ),
    (
        replace(
            ONE_COUNTRY, metavar="[COUNTRY]", also="--of",
            default_text="the brief is about what --for names",
        ),
        SCOPE,
        year("", "the newest of most products; without a country, of each"),
        Parameter(
            "pages", "--pages", "NUMBER",
            f"Most A4 pages in print, 1 to {MOST_PAGES}: the annex is cut to them.", "count",
            MOST_PAGES, range=AcceptedRange(1, MOST_PAGES),
        ),
        Parameter("title", "--title", "TEXT", "Title in place of its own."),
    ),
    "[COUNTRY] [--for ...] [--pages N] -o FILE.html",
    "a page on a country or a mineral, and an annex with sources and commands; HTML, Word or "
    "Markdown",
)  # fmt: skip
"""The declaration of the command, which writes a document instead of an answer."""


def brief(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    pages: int = MOST_PAGES,
    title: str | None = None,
    progress: Progress = lambda question, number: None,
) -> Brief:
    """Write a brief on a country, or without one on what ``scope`` names.

    Parameters
    ----------
    country : str, optional
        Country or group (``EU27``, counted as one).
    scope : str, optional
        Products, minerals, stages or groups, with commas between them; with a country, those to
        keep to.
    period : str, optional
        Default: of a country, the newest period of most of its products; of a mineral, the newest
        of each product.
    pages : int
        Most A4 pages in print; the first is never cut.
    title : str, optional
        Title in place of its own.
    progress : callable, optional
        Called with each question before it is asked.

    Returns
    -------
    Brief
        Page 1, and an annex of sections, each with its answer and its command. Where nothing is
        known, there is no section.

    Raises
    ------
    UsageError
        An unknown name, an invalid period, pages out of range, or neither country nor scope.
    """
    from graphkit.brief.country import country_brief
    from graphkit.brief.inquiry import Form, Inquiry, command_of
    from graphkit.brief.mineral import mineral_brief

    values = {
        "country": country, "scope": scope, "period": period, "pages": pages, "title": title,
    }  # fmt: skip
    read = {p.name: p.read(values[p.name]) for p in BRIEF.parameters}
    shown = {**read, "pages": None if pages == MOST_PAGES else pages}
    inquiry = Inquiry(catalog, read["scope"], progress)
    if scope is not None:
        catalog.materials.scopes_in(scope)
    if country is not None:
        place = catalog.place(country)
        command = command_of(BRIEF, {**shown, "country": place.key})
        return country_brief(inquiry, place, read["period"], Form(command, pages, title))
    if scope is None:
        raise UsageError("say what the brief is about: a country, or a mineral with `scope`")
    return mineral_brief(inquiry, read["period"], Form(command_of(BRIEF, shown), pages, title))
