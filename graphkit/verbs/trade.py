"""Questions on trade: flows, hubs, changes and reports of both sides."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from graphkit.verbs.parameter import AcceptedRange, Parameter, switch
from graphkit.verbs.shared import COUNT_BY, DATASET, FINITE, PARTNER, SCOPE, any_country, period
from graphkit.verbs.verb import PagePlace, Variant, Verb


def _measures() -> tuple[str, ...]:
    return tuple(import_module("graphkit.analysis.network.scores").MEASURES)


VERBS = (
    Verb(
        "flows", "graphkit.questions.flows:flows", "List who sells something to whom.",
        "The trade between each pair of countries in one period, all products in scope added up, "
        "largest first, with its share of the trade of all countries. As a picture, a map.",
        ("flows --for ree-metals --of KOR", 'flows --for "rare earths" --period 2022 -o flows.svg'),
        (
            SCOPE,
            Parameter("of", "--of", "COUNTRY",
                      "Only trade of this country or group, on either side.", "places",
                      label="Whose", names="places", topic="place"),
            period("the newest with any trade in scope"),
            DATASET,
            replace(COUNT_BY, help="Rank and shares by value or by mass."),
            Parameter("top", "--top", "N", "Only the N largest. Default: one screen.",
                      "count", range=AcceptedRange(1)),
        ),
        "[--for ...] [--of COUNTRY] [--period P] [--by usd|tonnes]",
        "who sells something to whom in a year, as a table or a map",
        sentence="graphkit.headlines.markets:flows",
        picture="graphkit.plot.markets:flows",
        page=PagePlace("Flows", "Flows", {"for": "ree-metals"}),
    ),
    Verb(
        "network", "graphkit.questions.first_suppliers:network",
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
            replace(COUNT_BY, help="Rank and shares by value or by mass."),
            DATASET,
        ),
        "[--for ...] [--period P] [--expand COUNTRY]... [--by usd|tonnes]",
        "the first supplier of every country for a product, and its share, as a table or a graph",
        sentence="graphkit.headlines.markets:network",
        picture="graphkit.plot.first_suppliers:first_suppliers",
        page=PagePlace("Network", "Who depends on whom", {"for": "magnets-metal"}),
    ),
    Verb(
        "centrality", "graphkit.questions.centrality:centrality",
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
            replace(COUNT_BY, help="Add up values or masses."),
            Parameter(
                "min_flow", "--min-flow", "AMOUNT",
                "Leave out pairs of countries with less, in USD or t; with --layered, as a share.",
                "number", 0.0, range=FINITE,
            ),
            switch("over_time", "One network for each period with data."),
            switch("layered", "One network of shares over all stages of a chain."),
            Parameter(
                "top", "--top", "N",
                "Only the first N ranks. Default: in a table one screen, over time the first of "
                "each period; else all.",
                "count", range=AcceptedRange(1), in_tables={"over_time": 1},
            ),
        ),
        "[--for ...] [--measure NAMES] [--over-time] [--layered]",
        "hubs, sources and destinations of trade, in one period, in every one, or over all stages",
        Variant(
            "layered", "graphkit.questions.centrality:layered_centrality", lacks=("over_time",),
            renames={"min_flow": "min_share"},
            refusal="`layered` is of one period; leave out `over_time`",
            sentence="graphkit.headlines.markets:centrality",
            picture="graphkit.plot.markets:hubs",
        ),
        sentence="graphkit.headlines.markets:centrality",
        picture="graphkit.plot.markets:hubs",
        page=PagePlace("Network", "Centrality", {"for": "rare earths"}, place=2),
    ),
    Verb(
        "compare", "graphkit.questions.changes:compare",
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
            Parameter(
                "of", "--of", "COUNTRY", "Whose trade: KOR, korea, EU27. Default: the world's.",
                "places", label="Whose", names="places", topic="place",
            ),
            SCOPE,
            Parameter(
                "on", "--on", "COUNTRY", "Only the trade with this partner or group: CHN, EU27.",
                "places", label="On whom", names="places",
            ),
            replace(
                PARTNER, choices=(), metavar="supplier|consumer",
                help=f"{PARTNER.help} The name of a country is that of one supplier, as --on.",
            ),
            DATASET,
            Parameter(
                "top", "--top", "N",
                "Only partners among the first N in either period; 0: all. Default: in a table one "
                "screen, of the largest changes; else all.",
                "count", range=AcceptedRange(wanted="0 (all) or more"),
            ),
        ),
        "BEFORE AFTER [--of COUNTRY] [--for ...] [--on COUNTRY] [--partner supplier|consumer]",
        "what changed between two periods, also of different length",
        sentence="graphkit.headlines.markets:compare",
        picture="graphkit.plot.markets:changes",
        page=PagePlace(
            "Over time", "Two periods",
            {"before": "2010", "after": "2024", "of": "KOR", "for": "ree-metals"}, place=2,
        ),
    ),
    Verb(
        "trend", "graphkit.questions.trend:trend",
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
            any_country("KOR, korea, EU27. Default: the world's trade."),
            SCOPE,
            Parameter(
                "on", "--on", "COUNTRY",
                "Also the trade with this partner or group: CHN, EU27, CHN+HKG.", "places",
                label="On whom", names="places",
            ),
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
            "production", "graphkit.questions.production_trend:production_trend",
            lacks=("on", "partner", "dataset"),
            refusal="`production` is no trade; leave out `on`, `partner` and `dataset`",
            sentence="graphkit.headlines.markets:production_trend",
            picture="graphkit.plot.markets:production_trend",
        ),
        sentence="graphkit.headlines.markets:trend",
        picture="graphkit.plot.trend:trend",
        page=PagePlace("Over time", "Trend", {"country": "KOR", "for": "ree-metals"}),
    ),
    Verb(
        "mirror", "graphkit.questions.mirror:mirror",
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
            any_country("Only trade of this country, or group (EU27), on either side."),
            SCOPE,
            period("the newest that both sides report"),
        ),
        "[COUNTRY]... [--for ...] [--period P]",
        "what exporters and importers report of the same flows, and how far they differ",
        sentence="graphkit.headlines.markets:mirror",
        picture="graphkit.plot.markets:mirror_reports",
    ),
)  # fmt: skip
