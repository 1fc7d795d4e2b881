"""Commands on markets: concentration, prices, uses, flows and their change."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from graphkit.verbs.parameter import AcceptedRange, Parameter, share, switch
from graphkit.verbs.shared import (
    ANY_CONSUMER,
    COUNT_BY,
    DATASET,
    FINITE,
    FRACTION,
    NAMES,
    OF,
    ON,
    PARTNER,
    PERIOD,
    SCOPE,
    TOP,
    any_country,
    period,
    year,
)
from graphkit.verbs.verb import PagePlace, Variant, Verb


def _measures() -> tuple[str, ...]:
    return tuple(import_module("graphkit.analysis.network.scores").MEASURES)


VERBS = (
    Verb(
        "concentration", "graphkit.questions.markets.concentration:concentration",
        "Measure how concentrated production and trade are.",
        "For each product: the largest producer, the shares of the first and of the first three, "
        "and the HHI of published world production; next to it the same for world exports, or for "
        "the imports of a country, by value and by weight. Figures without a country make a range.",
        (
            'concentration --for "rare earths"',
            "concentration --sort stage",
            "concentration --for ree-metals --each",
        ),
        (
            ANY_CONSUMER,
            SCOPE,
            PERIOD,
            DATASET,
            Parameter(
                "sort", "--sort", "stake|product|stage",
                "stake: the largest value first; product: by key; stage: the chain's order.",
                default="stake", choices=("stake", "product", "stage"),
            ),
            switch("each", "Without COUNTRY: every consumer by itself."),
        ),
        "[COUNTRY]... [--for ...] [--sort stake|product|stage] [--each]",
        "how concentrated production and trade are: shares, HHI, ranges",
        sentence="graphkit.questions.markets.concentration_text:concentration",
        picture="graphkit.questions.markets.concentration_picture:concentration",
        page=PagePlace("Mineral", "Concentration", {"for": "rare earths"}),
    ),
    Verb(
        "reliance", "graphkit.questions.markets.reliance:reliance",
        "Measure how far countries rely on imports.",
        "Net imports over apparent consumption, by weight, with all inputs: from trade and "
        "production, where a withheld figure makes a range, and from a national balance. With "
        "--n-minus-1, instead: supply without the largest producer over demand without its own.",
        (
            "reliance USA --period 2024",
            'reliance KOR --for "rare earths"',
            "reliance --for gallium --n-minus-1",
        ),
        (
            ANY_CONSUMER,
            SCOPE,
            PERIOD,
            DATASET,
            switch(
                "n_minus_1", "Show how much of world demand is met without the largest producer.",
                label="Without the largest producer",
            ),
        ),
        "[COUNTRY]... [--for ...] [--n-minus-1]",
        "how far a country relies on imports, computed and published; or what is left without the "
        "largest producer",
        Variant(
            "n_minus_1", "graphkit.questions.markets.n_minus_1:n_minus_1",
            sentence="graphkit.questions.markets.n_minus_1_text:n_minus_1",
            picture="graphkit.questions.markets.n_minus_1_picture:without_largest",
        ),
        sentence="graphkit.questions.markets.reliance_text:reliance",
        picture="graphkit.questions.markets.reliance_picture:reliance",
        page=PagePlace("Country", "Import reliance", {"country": "KOR", "for": "rare earths"},
                       place=5),
    ),
    Verb(
        "prices", "graphkit.questions.markets.prices:prices",
        "Show unit values of trade beside prices.",
        "For each product and period: the value per tonne of the world's trade and of a country's "
        "imports, by series; then prices as their source prints them, with the factor where they "
        "are converted to tonnes. A price by month is averaged over the year, or over the period.",
        (
            "prices --for cobalt",
            "prices --for ree-metals --of KOR --period 2024",
            "prices --for tin-refined --monthly",
        ),
        (
            replace(SCOPE, default=..., details=NAMES),
            replace(OF, type="texts", details="Also of the imports of this country."),
            PERIOD,
            DATASET,
            switch("monthly", "Prices and unit values of months, each as published."),
        ),
        "--for WHAT [--of COUNTRY] [--period P] [--monthly]",
        "unit values of trade beside published prices",
        sentence="graphkit.questions.markets.prices_text:prices",
        picture="graphkit.questions.markets.prices_picture:prices",
        page=PagePlace("Mineral", "Prices", {"for": "cobalt"}, place=2),
    ),
    Verb(
        "criticality", "graphkit.questions.markets.criticality:criticality",
        "Compute the EU's supply risk of materials.",
        "Next to the published scores, with all inputs: world production weighted by the "
        "governance of the producers, EU sourcing, import reliance, recycling and substitution. A "
        "missing input runs over all possible values, so that the risk is a range.",
        (
            "criticality",
            "criticality --for gallium,tungsten --period 2024",
            "criticality --for Mg --import-reliance 1 --eol-rir 0.13 --substitution 0.94",
        ),
        (
            replace(
                SCOPE, details="Elements, minerals or groups: Ga, tungsten, HREE.",
                default_text="all that were rated",
            ),
            PERIOD,
            share("import_reliance", "Import reliance, 0-1, which no table gives.", None, FRACTION),
            share(
                "eol_rir", "End-of-life recycling input rate, 0-1.", None, FRACTION,
                label="End-of-life recycling rate",
            ),
            replace(
                share("substitution", "Substitution index, 0-1.", None, FRACTION), metavar="INDEX"
            ),
        ),
        "[--for ...] [--period P]",
        "the EU's supply risk with all its inputs, as a range, beside the published criticality",
        sentence="graphkit.questions.markets.criticality_text:criticality",
        picture="graphkit.questions.markets.criticality_picture:criticality",
        page=PagePlace("Mineral", "Supply risk", {"for": "gallium"}, place=3),
    ),
    Verb(
        "uses", "graphkit.questions.markets.uses:uses",
        "List what elements are used for, with shares and sectors.",
        "Each use with its share of all uses of the element, the sector of industry it is in, and "
        "the value added of that sector. Of some elements the uses are named without shares. With "
        "a technology and an amount, the metal that it needs by published studies, beside supply.",
        (
            "uses gallium",
            "uses dysprosium --technology 'wind, direct drive' --mw 10000 --of KOR",
            'uses "rare earths" --format csv',
        ),
        (
            Parameter(
                "scope", "", "MATERIAL...", "Minerals or products: 'graphkit help names'.", "texts",
                default=..., also="--for", details=NAMES, label="For what", names="materials",
                topic="material",
            ),
            Parameter(
                "technology", "--technology", "NAME",
                "Metal that this technology needs: 'graphkit query technologies'.",
            ),
            Parameter(
                "mw", "--mw", "N", "Amount of it in MW of capacity.", "number", range=FINITE,
                label="MW",
            ),
            Parameter(
                "gwh", "--gwh", "N", "Amount of it in GWh of batteries.", "number", range=FINITE,
                label="GWh",
            ),
            replace(
                OF, type="text", details="Set the supply of this country beside the need."
            ),
            year("Year of that supply.", "the newest"),
        ),
        "MATERIAL... [--technology NAME --mw N] [--of COUNTRY]",
        "what elements are used for: shares, sectors, value added; metal per unit of technology",
        sentence="graphkit.questions.markets.uses_text:uses",
        picture="graphkit.questions.markets.uses_picture:uses",
        page=PagePlace("Mineral", "Uses", {"material": "gallium"}, place=5),
    ),
    Verb(
        "flows", "graphkit.questions.markets.flows:flows", "List who sells something to whom.",
        "The trade between each pair of countries in one period, all products in scope added up, "
        "largest first, with its share of the trade of all countries. As a picture, a map.",
        ("flows --for ree-metals --of KOR", 'flows --for "rare earths" --period 2022 -o flows.svg'),
        (
            SCOPE,
            replace(OF, details="Only trade of this country or group, on either side."),
            period("the newest with any trade in scope"),
            DATASET,
            COUNT_BY,
            TOP,
        ),
        "[--for ...] [--of COUNTRY] [--period P] [--by usd|tonnes]",
        "who sells something to whom in a year, as a table or a map",
        sentence="graphkit.questions.markets.flows_text:flows",
        picture="graphkit.questions.markets.flows_picture:flows",
        page=PagePlace("Flows", "Flows", {"for": "ree-metals"}),
    ),
    Verb(
        "network", "graphkit.questions.markets.first_suppliers:network",
        "Show the first supplier of every country, and its share.",
        "Who depends first on whom, largest imports first, all products in scope added up; as a "
        "picture, a graph.",
        (
            "network --for magnets-metal --period 2024",
            "network --for cobalt --expand KOR -o network.svg",
        ),
        (
            SCOPE,
            period("the newest with any trade in scope"),
            Parameter("expand", "--expand", "COUNTRY",
                      "Also all suppliers and buyers of this country. Repeatable.", "list",
                      names="places"),
            COUNT_BY,
            DATASET,
        ),
        "[--for ...] [--period P] [--expand COUNTRY]... [--by usd|tonnes]",
        "the first supplier of every country for a product, and its share, as a table or a graph",
        sentence="graphkit.questions.markets.first_suppliers_text:network",
        picture="graphkit.questions.markets.first_suppliers_picture:first_suppliers",
        page=PagePlace("Network", "Who depends on whom", {"for": "magnets-metal"}),
    ),
    Verb(
        "centrality", "graphkit.questions.markets.centrality:centrality",
        "Rank countries by centrality: the hubs of trade.",
        "Flows of all products in scope are added up for each pair of countries. A large flow is a "
        "short path: betweenness counts the shortest paths through a country, throughput what can "
        "pass through it; pagerank is where flows end up, cheirank where they come from.",
        (
            'centrality --for "rare earths" --over-time',
            "centrality --for magnets-metal --measure pagerank,throughput --by tonnes",
            'centrality --for "rare earths" --layered',
        ),
        (
            SCOPE,
            period("the newest with any trade in scope"),
            DATASET,
            Parameter(
                "measures", "--measure", "NAMES",
                "Names with commas, ranked by the first: {choices}.",
                "names", choices=_measures,
            ),
            COUNT_BY,
            Parameter(
                "min_flow", "--min-flow", "AMOUNT",
                "Leave out pairs of countries with less, in USD or t; with --layered, as a share.",
                "number", 0.0, range=FINITE,
            ),
            switch("over_time", "One network for each period with data."),
            switch("layered", "One network of shares over all stages of a chain."),
            replace(
                TOP, in_tables={"over_time": 1}, details="Only the first N ranks.",
                default_text="in a table one screen, over time the first of each period; else all",
            ),
        ),
        "[--for ...] [--measure NAMES] [--over-time] [--layered]",
        "hubs, sources and destinations of trade, in one period, in every one, or over all stages",
        Variant(
            "layered", "graphkit.questions.markets.centrality:layered_centrality",
            lacks=("over_time",),
            renames={"min_flow": "min_share"},
            refusal="`layered` is of one period; leave out `over_time`",
            sentence="graphkit.questions.markets.centrality_text:centrality",
            picture="graphkit.questions.markets.centrality_picture:hubs",
        ),
        sentence="graphkit.questions.markets.centrality_text:centrality",
        picture="graphkit.questions.markets.centrality_picture:hubs",
        page=PagePlace("Network", "Centrality", {"for": "rare earths"}, place=2),
    ),
    Verb(
        "compare", "graphkit.questions.markets.changes:compare",
        "Compare the trade of two periods, partner by partner.",
        "Amounts, shares and ranks of each partner before and after; totals, concentration (HHI), "
        "new and lost partners of each product. For periods of different length, amounts a month.",
        (
            "compare 2023 2024 --of KOR --for ree-metals",
            "compare 2024 2025-Q1 --of KOR --for dy-oxide",
        ),
        (
            Parameter(
                "before", "", "BEFORE", "The first period: 2023, 2024-Q1.", "period", default=...
            ),
            Parameter(
                "after", "", "AFTER", "The second one, perhaps of another length.",
                "period", default=...,
            ),
            replace(OF, default_text="the world's trade"),
            SCOPE,
            ON,
            replace(
                PARTNER, choices=(), metavar="supplier|consumer",
                details=f"{PARTNER.help} The name of a country is that of one supplier, as --on.",
            ),
            DATASET,
            replace(
                TOP, range=AcceptedRange(wanted="0 (all) or more"),
                details="Only partners among the first N in either period; 0: all.",
                default_text="in a table one screen, of the largest changes; else all",
            ),
        ),
        "BEFORE AFTER [--of COUNTRY] [--for ...] [--on COUNTRY] [--partner supplier|consumer]",
        "what changed between two periods, also of different length",
        sentence="graphkit.questions.markets.changes_text:compare",
        picture="graphkit.questions.markets.changes_picture:changes",
        page=PagePlace(
            "Over time", "Two periods",
            {"before": "2010", "after": "2024", "of": "KOR", "for": "ree-metals"}, place=2,
        ),
    ),
    Verb(
        "trend", "graphkit.questions.markets.trend:trend",
        "Show how trade or production changes over the periods.",
        "For each product and every period with data: totals by value and by weight, their change, "
        "the concentration (HHI), the number of partners, and the largest one with its share. In "
        "JSON also the new and lost partners. With --production, what a country or the world made: "
        "each year as the newest edition of its source has it, beside what earlier editions had.",
        (
            "trend KOR --for ree-metals --on CHN",
            "trend CHN --partner consumer --for ree-compounds --since 2015",
            "trend CHN --production --for rare-earth-ore",
        ),
        (
            any_country("Whose trade, or production.", "the world's"),
            SCOPE,
            replace(ON, details="Also the trade with this partner or group: CHN, EU27, CHN+HKG."),
            Parameter(
                "since", "--since", "PERIOD", "Only from this period on: 2015, 2024-Q3.", "period",
                newest=False,
            ),
            PARTNER,
            DATASET,
            switch("production", "Production instead of trade."),
        ),
        "[COUNTRY]... [--for ...] [--on COUNTRY] [--since P] [--partner supplier|consumer] "
        "[--production]",
        "what changed from period to period, in all and with one partner; or what was made, with "
        "every revision",
        Variant(
            "production", "graphkit.questions.markets.production_trend:production_trend",
            lacks=("on", "partner", "dataset"),
            refusal="`production` is no trade; leave out `on`, `partner` and `dataset`",
            sentence="graphkit.questions.markets.production_trend_text:production_trend",
            picture="graphkit.questions.markets.production_trend_picture:production_trend",
        ),
        sentence="graphkit.questions.markets.trend_text:trend",
        picture="graphkit.questions.markets.trend_picture:trend",
        page=PagePlace("Over time", "Trend", {"country": "KOR", "for": "ree-metals"}),
    ),
    Verb(
        "mirror", "graphkit.questions.markets.mirror:mirror",
        "Compare what exporters and importers report of trade.",
        "For each flow that both sides report, as in UN Comtrade: what the exporter and what the "
        "importer report, by value and by weight, with difference and ratio, and at which border "
        "each side values the goods. The shipped seeds hold no such data: 'graphkit import "
        "comtrade' makes seeds that do.",
        (
            'mirror KOR --for "rare earths" --db my-seeds',
            "mirror --for magnets-metal --period 2024 --db my-seeds",
        ),
        (
            any_country("Only their trade, on either side.", "all trade"),
            SCOPE,
            period("the newest that both sides report"),
        ),
        "[COUNTRY]... [--for ...] [--period P]",
        "what exporters and importers report of the same flows, and how far they differ",
        sentence="graphkit.questions.markets.mirror_text:mirror",
        picture="graphkit.questions.markets.mirror_picture:mirror_reports",
    ),
)  # fmt: skip
