"""Commands on whose goods a country imports: at face value, and behind the last seller."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import Parameter, switch
from graphkit.verbs.shared import (
    ASSUME,
    CONSUMER,
    COUNT_BY,
    DATASET,
    MIN_SHARE,
    ON,
    ONE_COUNTRY,
    PERIOD,
    POSITIVE,
    RETURNS,
    SCOPE,
)
from graphkit.verbs.verb import PagePlace, Verb

VERBS = (
    Verb(
        "depends", "graphkit.questions.dependence.depends:depends",
        "Show whom a country depends on, for what, and how much.",
        "For each product: its largest supplier, or the one given by --on; its share of the "
        "imports by value and by weight, the concentration (HHI) and number of suppliers, and how "
        "much of the value comes without a weight; then published claims about it, next to what "
        "the trade data give. Who stands behind the last seller: origins.",
        (
            "depends KOR",
            "depends KOR JPN --for magnets --period 2022,2024",
            'depends JPN --on CHN --for "rare earths"',
        ),
        (
            CONSUMER,
            replace(ON, default_text="the largest"),
            SCOPE,
            PERIOD,
            DATASET,
        ),
        "COUNTRY... [--on COUNTRY] [--for ...] [--period P]",
        "whom a country depends on, for what, and how much, by the last seller",
        sentence="graphkit.questions.dependence.depends_text:depends",
        picture="graphkit.questions.dependence.depends_picture:shares_by_supplier",
        page=PagePlace("Country", "Depends on whom", {"country": "KOR"}),
    ),
    Verb(
        "dependents", "graphkit.questions.dependence.depends:dependents",
        "Show who depends on a country, for what, and how much.",
        "Every country that gets at least a given share of its imports of a product from there, "
        "largest buyers first.",
        ("dependents CHN", "dependents china --for magnets --min-share 0.8"),
        (
            replace(CONSUMER, name="supplier"),
            SCOPE,
            replace(
                MIN_SHARE, default=0.5, range=POSITIVE,
                details="Least share by value, more than 0, at most 1.",
            ),
            PERIOD,
            DATASET,
        ),
        "COUNTRY... [--for ...] [--min-share 0.5]",
        "who depends on a country",
        sentence="graphkit.questions.dependence.depends_text:dependents",
        picture="graphkit.questions.dependence.depends_picture:shares_by_supplier",
        page=PagePlace(
            "Country", "Who depends on it", {"country": "CHN", "for": "magnets-metal"}, place=3,
        ),
    ),
    Verb(
        "suppliers", "graphkit.questions.dependence.depends:suppliers",
        "List every supplier of a country, largest first.",
        "",
        (
            "suppliers japan --for ree-metals --period 2024",
            "suppliers JPN --for 284690 -o suppliers.csv",
        ),
        (CONSUMER, SCOPE, PERIOD, DATASET),
        "COUNTRY... [--for ...]",
        "every supplier of a country",
        sentence="graphkit.questions.dependence.depends_text:suppliers",
        picture="graphkit.questions.dependence.depends_picture:shares_by_supplier",
        page=PagePlace("Country", "Suppliers", {"country": "KOR", "for": "magnets-metal"}, place=2),
    ),
    Verb(
        "origins", "graphkit.questions.dependence.origins:origins",
        "Show who mined, refined and made what a country buys.",
        "Behind the last seller, for each product and each stage before it: the origins of the "
        "imports, with the range that unpublished production leaves open, next to what was bought "
        "there directly.",
        (
            "origins KOR --for magnets-metal --on CHN --why",
            'origins japan --for "rare earths" --stage separate --by tonnes',
            "origins JPN --for ree-compounds --without CHN",
        ),
        (
            CONSUMER,
            SCOPE,
            Parameter(
                "chain", "--chain", "CHAIN",
                "looked-through: who made it, out of whose material; face-value: each seller of a "
                "stage counts as the maker of all it sells.",
                default="looked-through", choices=("looked-through", "face-value"),
            ),
            replace(ON, details="Only this origin, at each stage and at any."),
            Parameter(
                "stage", "--stage", "STAGE",
                "Trace to this stage only: mine, separate, metal, component ...",
                default_text="each",
            ),
            Parameter(
                "without", "--without", "BLOC",
                "Only what passed these at no stage: CHN, EU27, CHN+HKG.", names="places",
            ),
            switch("largest", "Only the largest at each stage, and how many may be larger."),
            ASSUME,
            RETURNS,
            switch("why", "Unpublished figures that make the ends of a range.",
                   label="Why so low or high"),
            PERIOD,
            DATASET,
            COUNT_BY,
            replace(
                MIN_SHARE, default_text="all that may have 0.01",
                details="Only origins of this share as traced, and the most of any other.",
            ),
        ),
        "COUNTRY... [--on COUNTRY] [--for ...] [--largest] [--stage STAGE] [--without BLOC]",
        "who mined, refined and made what a country buys, with ranges; what avoids a country; the "
        "chain of sellers",
        sentence="graphkit.questions.dependence.origins_text:origins",
        picture="graphkit.questions.dependence.origins_picture:origins_by_stage",
        page=PagePlace("Chain", "Origins", {"country": "KOR", "for": "magnets-metal"}),
    ),
    Verb(
        "leverage", "graphkit.questions.dependence.leverage:leverage",
        "Show what two countries can take from each other.",
        "What the first loses of its imports if the other stops selling, behind the last seller "
        "too, as a range; what the other gives up in sales; what others buy of others, where it "
        "could sell instead. Then the other way round.",
        (
            "leverage KOR CHN --for magnets", "leverage EU27 CHN --for 'rare earths'",
            "leverage IDN CHN",
        ),
        (
            replace(
                ONE_COUNTRY, name="consumer", default=...,
                details=f"Who loses first. {ONE_COUNTRY.help}",
            ),
            Parameter(
                "supplier", "", "OTHER", "Who stops selling first: CHN, china.", default=...,
                names="places", topic="place",
            ),
            SCOPE,
            RETURNS,
            PERIOD,
            DATASET,
        ),
        "COUNTRY OTHER [--for ...] [--period P]",
        "what two countries can take from each other: lost imports beside lost sales, both ways",
        sentence="graphkit.questions.dependence.leverage_text:leverage",
        picture="graphkit.questions.dependence.leverage_picture:leverage",
        page=PagePlace(
            "Country", "Leverage",
            {"country": "KOR", "other": "CHN", "for": "magnets-metal"}, place=4,
        ),
    ),
)  # fmt: skip
