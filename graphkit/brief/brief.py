"""Briefs: one page on a country or a mineral, made of answers, with the commands that give them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphkit.errors import UsageError
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import SCOPE, period
from graphkit.verbs.verb import Verb

if TYPE_CHECKING:
    from graphkit.brief.document import Brief
    from graphkit.catalog.catalog import Catalog
    from graphkit.stores.base import Progress

BRIEF = Verb(
    "brief", "brief.brief",
    "Write a page on a country or a mineral, with sources.",
    "On a country: its first suppliers by mineral and stage, the largest dependencies at face "
    "value and looked through, single points of failure, what a stop of the first supplier does, "
    "at once and month by month, the years since 1995, export controls, and how published claims "
    "fare. On a mineral, with --for and no country: who mines, refines, makes, sells and buys it. "
    "Each section has the command that gives its figures. Pictures need the extra plot.",
    (
        "brief KOR -o korea.html",
        'brief JPN --for "rare earths" --period 2024 -o japan.md',
        "brief --for lithium",
    ),
    (
        Parameter(
            "country", "", "[COUNTRY]",
            "Any name or code: KOR, korea; or a group counted as one: EU27, KOR+JPN. Without one, "
            "the brief is about what --for names.",
            also="--of",
        ),
        SCOPE,
        replace(period("the newest of most products; without a country, of each"), type="period",
                details=""),
    ),
    "[COUNTRY] [--for ...] [--period P] -o FILE.html",
    "one page on a country or a mineral: sentences, pictures, tables, sources, commands; as HTML "
    "or Markdown",
)  # fmt: skip
"""The declaration of the command, which writes a document instead of an answer."""


def brief(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    progress: Progress = lambda question, number: None,
) -> Brief:
    """Write a brief on a country, or without one on what ``scope`` names.

    Parameters
    ----------
    country : str, optional
        Country or group (``EU27``, counted as one).
    scope : str, optional
        Product, element, mineral, stage or group; with a country, the products to keep to.
    period : str, optional
        Default: of a country, the newest period of most of its products; of a mineral, the newest
        of each product.
    progress : callable, optional
        Called with each question before it is asked.

    Returns
    -------
    Brief
        A paragraph on where things stand, and sections, each with its answer and its command.
        What a section lacks, it says.

    Raises
    ------
    UsageError
        An unknown name, an invalid period, or neither country nor scope.
    """
    from graphkit.brief.country import country_brief
    from graphkit.brief.inquiry import Inquiry, command_of
    from graphkit.brief.mineral import mineral_brief

    values = {"country": country, "scope": scope, "period": period}
    read = {p.name: p.read(values[p.name]) for p in BRIEF.parameters}
    inquiry = Inquiry(catalog, read["scope"], progress)
    if scope is not None:
        catalog.materials.scope(scope)
    if country is not None:
        place = catalog.place(country)
        command = command_of(BRIEF, {**read, "country": place.key})
        return country_brief(inquiry, place, read["period"], command)
    if scope is None:
        raise UsageError("say what the brief is about: a country, or a mineral with `scope`")
    return mineral_brief(inquiry, read["period"], command_of(BRIEF, read))
