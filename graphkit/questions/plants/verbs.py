"""Commands on mines and plants, and their owners."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import SCOPE, VIEW, any_country, by_company, kind, year
from graphkit.verbs.verb import PagePlace, Verb

WHERE = any_country("Where the plants are.", "anywhere")
KINDS = ("country", "mineral", "product", "control", "plant", "company")
VERBS = (
    Verb(
        "plants", "graphkit.questions.plants.plants:plants",
        "List mines and plants, what they can make and who owns them.",
        "Each mine and plant with its capacity as published and in tonnes, its status, who runs it "
        "and its owners with their shares. A capacity that several sites share stands once, on "
        "their group. Capacity is never production.",
        (
            "plants COD --for cobalt",
            "plants NCL PHL --for nickel --format csv",
            "plants --for 'rare earths' --format json",
        ),
        (WHERE, SCOPE),
        "[COUNTRY]... [--for ...]",
        "mines and plants with capacities, operators and owners",
        sentence="graphkit.questions.plants.plants_text:plants",
        picture="graphkit.questions.plants.plants_picture:plants",
        page=PagePlace("Mineral", "Mines and plants", {"material": "cobalt"}, place=6),
    ),
    Verb(
        "owners", "graphkit.questions.plants.owners:owners",
        "Divide known capacity among its owners or their seats.",
        "The share of the known capacity of mines and plants that each owner, or the owners of "
        "each seat, have through parents: what is known, and the most with all that has no known "
        "owner, share or seat. One product and basis at a time, beside published production.",
        (
            "owners COD --for cobalt --by seat",
            "owners ZAF --for platinum --view control",
            "owners --for nickel --by seat --format json",
        ),
        (
            WHERE, SCOPE,
            by_company("Divide by owner, or by the country of their seat."),
            VIEW,
            replace(year("Year of the production beside it.", "the newest"), whole_year=True),
        ),
        "[COUNTRY]... [--for ...] [--by company|seat] [--view equity|control]",
        "who owns the known capacity, by company or seat, as a range; its coverage and HHI",
        sentence="graphkit.questions.plants.owners_text:owners",
        picture="graphkit.questions.plants.owners_picture:owners",
        page=PagePlace("Mineral", "Owners of plants", {"material": "cobalt"}, place=7),
    ),
    Verb(
        "companies", "graphkit.questions.plants.companies:companies",
        "Say who made how much of what the world or a country made.",
        "The share of the output of the world or a country that each company, or those of each "
        "seat, made in one year: by figures that count all of a company's plants, whoever owns "
        "them, as a range where it has plants elsewhere or figures of some plants alone. Output is "
        "never capacity, and below half known nobody is the first.",
        (
            "companies COD --for cobalt --period 2024",
            "companies --for 'rare earths' --by seat",
            "companies --for lithium --format csv",
        ),
        (
            any_country("Where it was made.", "anywhere"), SCOPE,
            by_company("By company, or by the country of the seat of those who control it."),
            replace(
                year(
                    "Year of the output.",
                    "the newest of which half is known, else that of which most is",
                ),
                whole_year=True,
            ),
        ),
        "[COUNTRY]... [--for ...] [--by company|seat] [--period PERIOD]",
        "who made how much of a product in a year, by company or seat, and how much is known",
        sentence="graphkit.questions.plants.companies_text:companies",
        picture="graphkit.questions.plants.companies_picture:companies",
        page=PagePlace("Mineral", "Output of companies", {"material": "cobalt"}, place=8),
    ),
    Verb(
        "show", "graphkit.questions.plants.profiles:show",
        "Show what is known of one thing, by any of its names.",
        "Of a country, mineral, product, export control, plant or company, by any of its names: "
        "its groups, what it makes or is made from, who restricts it, owns it or runs it. The "
        "answer says which kind the name was taken for, and what else it may be.",
        (
            "show korea",
            "show 'Mutanda Mine'",
            "show gallium --kind product",
        ),
        (
            Parameter("name", "", "NAME", "Any name or key.", default=...),
            kind(KINDS, "the first that knows the name"),
        ),
        "NAME [--kind KIND]",
        "one country, mineral, product, control, plant or company, by any of its names",
        sentence="graphkit.questions.plants.profiles_text:show",
        page=PagePlace("Mineral", "One by name", {"name": "Mutanda Mine"}, place=9),
    ),
)  # fmt: skip
