"""Questions on acts of governments."""

from __future__ import annotations

from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import SCOPE, any_country
from graphkit.verbs.verb import PagePlace, Verb

VERBS = (
    Verb(
        "controls", "graphkit.questions.controls:controls",
        "List export controls, and the elements that each names.",
        "Each act with its measure, its dates, the elements and items that it names, and a quota "
        "as one amount. Which products of the graph it covers is in JSON and CSV.",
        (
            "controls CHN --for dysprosium",
            "controls --date 2026-01-31",
            "controls COD --format json",
        ),
        (
            any_country("Who restricts. Default: every country."),
            SCOPE,
            Parameter(
                "date", "--date", "DATE",
                "Only those in place on this day, such as 2025-06-01, with their status then. "
                "Default: all.",
                "date",
            ),
        ),
        "[COUNTRY]... [--for ...] [--date DATE]",
        "export controls: who restricts which elements, since when, and what is suspended",
        sentence="graphkit.headlines.publications:controls",
        picture="graphkit.plot.dependence:controls",
        page=PagePlace("Mineral", "Export controls", {"country": "CHN"}, place=4),
    ),
)  # fmt: skip
