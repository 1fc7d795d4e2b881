"""Commands on single points of failure and on what a stop costs."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import AcceptedRange, Parameter, share, switch
from graphkit.verbs.shared import (
    ANY_CONSUMER,
    ASSUME,
    COUNT_BY,
    DATASET,
    FRACTION,
    PERIOD,
    POSITIVE,
    RETURNS,
    SCOPE,
    VIEW,
    sweep,
)
from graphkit.verbs.verb import PagePlace, Variant, Verb

STOP_VIEW = replace(
    VIEW, default="control", metavar="VIEW",
    help="By control (over half) or equity.",
    details="Of companies and seats: control: an owner of more than half stops the whole plant, "
    "along chains of owners, and so do the owners of a seat together; equity: each its share.",
)  # fmt: skip
VERBS = (
    Verb(
        "spof", "graphkit.questions.supply.single_points:spof",
        "Find single points of failure in a country's supply.",
        "",
        (
            "spof KOR --for magnets-metal --definition structural",
            'spof --for "rare earths" --threshold 0.65',
            "spof KOR --for cobalt --level company",
        ),
        (
            replace(ANY_CONSUMER, help="The consumer. Default: all together.", details=""),
            SCOPE,
            Parameter(
                "definition", "--definition", "NAME",
                "share: one supplier has most of the imports, at face value or looked through; "
                "structural: what is lost without a country, at all its stages; domestic: one "
                "producer in a country.",
                default="share", choices=("share", "structural", "domestic"),
            ),
            Parameter(
                "level", "--level", "LEVEL",
                "Or plant, company, controller.",
                details="country; plant or company: what the end of each would cost, as far as "
                "capacities tell; controller: what each state can stop, by its law at home and by "
                "the owners seated there anywhere.",
                default="country", choices=("country", "plant", "company", "controller"),
            ),
            STOP_VIEW,
            share(
                "threshold",
                "Least share or loss. Default: 0.5; 0 with --bloc; 0.01 with --level.",
                None, replace(FRACTION, wanted=str(POSITIVE)),
            ),
            switch("possible", "Also those that only an upper end shows."),
            switch("each", "Without COUNTRY: every consumer by itself."),
            Parameter(
                "blocs", "--bloc", "BLOC",
                "Remove these countries together, for structural: EU27, CHN+HKG. Repeatable.",
                "list", names="places",
            ),
            share(
                "min_link",
                "Ignore links with a smaller share of a pool when finding who is cut off.",
                0.0, FRACTION,
            ),
            ASSUME,
            RETURNS,
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[COUNTRY]... [--for ...] [--definition share|structural|domestic] "
        "[--level plant|company|controller]",
        "single points of failure in a country's supply: countries, plants, companies, or all that "
        "a state can stop",
        sentence="graphkit.questions.supply.single_points_text:single_points",
        picture="graphkit.questions.supply.single_points_picture:single_points",
        page=PagePlace(
            "Country", "Single points of failure", {"country": "KOR", "for": "rare earths"},
            place=4,
        ),
    ),
    Verb(
        "disrupt", "graphkit.questions.supply.disruptions:disrupt",
        "Show what breaks at each stage if a country or plant stops.",
        "",
        (
            "disrupt CHN --for magnets-metal --of KOR --stock-days 100 --sweep loss=0.1:1:0.1",
        ),
        (
            Parameter(
                "exporter", "", "[COUNTRY]",
                "Who stops selling: CHN, EU27, CHN+HKG. Or --restriction.",
                names="places", topic="place",
            ),
            SCOPE,
            share("loss", "Share of the exports that is lost.", 1.0, POSITIVE, step=0.05),
            share(
                "slack", "Share that other suppliers can add.", 0.0, AcceptedRange(), step=0.05,
            ),
            Parameter("to", "--to", "COUNTRY", "Cut only for this destination or bloc.",
                      label="Cut for", names="places"),
            Parameter(
                "restriction", "--restriction", "KEY",
                "Export control to apply: see 'graphkit controls'.",
                details="Apply an export control of the graph: 'Announcement 18 of 2025', or its "
                "key in 'graphkit controls'.",
            ),
            Parameter("of", "--of", "COUNTRY", "Only the losses of this consumer.", "places",
                      label="Whose", names="places", topic="place"),
            switch("industries", "Show the uses and sectors that it reaches."),
            Parameter(
                "months", "--months", "N",
                "Month by month: arrivals, slack and stocks.",
                "count", range=AcceptedRange(1, 120), step=1, most=36,
                details="Month by month, what arrivals, slack, stocks and nothing cover. Default: "
                "12, with a stock or a restart.",
            ),
            Parameter(
                "stock_days", "--stock-days", "DAYS",
                "Its stock, in days of imports. Default: as published.",
                "number", range=AcceptedRange(0, 36500), step=5, most=365, label="Stock, days",
                details="Stock that each consumer has of each product, in days of its imports. "
                "Default: as published for the product; a stock that is not disclosed is unknown, "
                "and none is counted: see graphkit query stockpiles.",
            ),
            Parameter(
                "restart", "--restart", "MONTH", "Month in which the exports go on. Default: none.",
                "count", range=AcceptedRange(2, 120),
            ),
            Parameter(
                "sharing", "--sharing", "BLOC",
                "Only these, which share their stocks: KOR+JPN, EU27.", names="places",
                details="Only the losses of these countries, which share stocks of a product: "
                "KOR+JPN, EU27. A shared stock is used where the uncovered share is largest.",
            ),
            Parameter(
                "plant", "--plant", "NAME", "This mine or plant stops: a name or key.",
                details="This mine or plant stops, or a group that shares a capacity: a name or "
                "key in 'graphkit plants'. It takes its part of what its country makes of each "
                "product, as far as its capacity and the country's production tell.",
            ),
            Parameter(
                "company", "--company", "NAME", "All plants of this company stop.",
                details="All plants of this company stop, by its name or key in 'graphkit owners'.",
            ),
            Parameter(
                "seat", "--seat", "COUNTRY", "All plants of owners seated there stop.",
                details="All plants of owners seated in this country stop, anywhere; with the same "
                "COUNTRY its own exports stop too.", names="places",
            ),
            STOP_VIEW,
            share("substitution", "Share of needs that other goods replace, as assumed.",
                  None, FRACTION),
            sweep("loss, slack, stock-days and months", "loss=0.1:1:0.1"),
            switch("cascade", "Show who fails in turn, instead of losses passed on."),
            share(
                "tolerance",
                "With --cascade: it fails above it. Default: 0.3.",
                None, FRACTION,
            ),
            share(
                "spread",
                "With --cascade: its cut of sales then. Default: 0.5.",
                None, FRACTION,
            ),
            share("min_loss", "Leave out losses below this.", 0.01, FRACTION),
            Parameter(
                "top", "--top", "N",
                "Only the N largest of each product. Default: a screen.",
                "count", range=AcceptedRange(),
                details="Only the N largest losses of each product; 0: all. Default: one screen.",
            ),
            ASSUME,
            RETURNS,
            replace(
                PERIOD, help="See 'graphkit help periods'. Default: the newest."
            ),
            DATASET,
            COUNT_BY,
        ),
        "[COUNTRY] [--for ...] [--plant NAME] [--company NAME] [--seat COUNTRY] [--loss 0.8] "
        "[--slack 0.2] [--months 12] [--stock-days 100] [--cascade] [--industries] "
        "[--sweep loss=0.1:1:0.1]",
        "what breaks if a country, a plant, a company's or a seat's plants stop, or an export "
        "control bites (`--restriction`); month by month, with stocks",
        Variant(
            "cascade", "graphkit.questions.supply.disruptions:cascade",
            adds=("tolerance", "spread"),
            lacks=(
                "slack", "of", "industries", "months", "stock_days", "restart", "sharing", "plant",
                "company", "seat", "view", "substitution", "sweep", "returns",
            ),
            ignores=("min_loss",),
            without="`tolerance` and `spread` belong to `cascade`",
            refusal="`slack`, months, stocks, plants and owners, `of`, `industries`, `returns` and "
            "`sweep` do not belong to `cascade`",
            sentence="graphkit.questions.supply.disruptions_text:cascade",
            picture="graphkit.questions.supply.disruptions_picture:failures",
        ),
        sentence="graphkit.questions.supply.disruptions_text:disrupt",
        picture="graphkit.questions.supply.disruptions_picture:losses",
        page=PagePlace("What if", "Disruption", {"country": "CHN", "for": "magnets-metal"}),
    ),
)  # fmt: skip
