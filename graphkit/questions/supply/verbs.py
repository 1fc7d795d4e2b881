"""Commands on single points of failure and on what a stop costs."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import AcceptedRange, Parameter, share, switch
from graphkit.verbs.shared import (
    ANY_CONSUMER,
    ASSUME,
    BLOC,
    COUNT_BY,
    DATASET,
    FRACTION,
    OF,
    ONE_COUNTRY,
    PERIOD,
    POSITIVE,
    RETURNS,
    SCOPE,
    SLACK,
    THRESHOLD,
    TOP,
    VIEW,
)
from graphkit.verbs.verb import PagePlace, Verb

STOP_VIEW = replace(
    VIEW, default="control", metavar="VIEW",
    details="Of companies and seats: control: an owner of more than half stops the whole plant, "
    "along chains of owners, and so do the owners of a seat together; equity: each its share.",
)  # fmt: skip
WHO = Parameter(
    "who", "", "[WHO]", "A country, bloc, plant or company; seat:COUNTRY.",
    details="Who stops: a country or bloc of its exports (CHN, EU27, CHN+HKG); a mine, plant or "
    "company, by a name or key in 'graphkit plants' and 'graphkit owners'; or all plants of owners "
    "seated in a country: seat:CHE. Plants take their part of what their country makes, as far as "
    "their capacity and its production tell. plant:NAME and company:NAME tell the two apart, and "
    "CHN+seat:CHN stops a country's exports too. Or `restriction`.",
    label="Who", names="places", topic="place",
)  # fmt: skip
LOSS = share("loss", "Share of the exports or output that is lost.", 1.0, POSITIVE, step=0.05)
TO = Parameter(
    "to", "--to", "COUNTRY", "Cut only for this destination or bloc.", label="Cut for",
    names="places",
)  # fmt: skip
RESTRICTION = Parameter(
    "restriction", "--restriction", "KEY", "Export control to apply: see 'graphkit controls'.",
    details="Apply an export control of the graph: 'Announcement 18 of 2025', or its key in "
    "'graphkit controls'. It says who cuts what for whom.",
)  # fmt: skip
LOSSES_OF = replace(OF, details="Only the losses of this consumer.")
MIN_LOSS = share("min_loss", "Leave out losses below this.", 0.01, FRACTION)
TOP_LOSSES = replace(
    TOP, range=AcceptedRange(), details="Only the N largest losses of each product; 0: all."
)
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
            replace(ANY_CONSUMER, default_text="all together"),
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
            replace(
                THRESHOLD, range=replace(FRACTION, wanted=str(POSITIVE)),
                default_text="0.5; 0 with --bloc; 0.01 with --level",
            ),
            switch("possible", "Also those that only an upper end shows."),
            switch("each", "Without COUNTRY: every consumer by itself."),
            replace(
                BLOC,
                details="Remove these countries together, for structural: EU27, CHN+HKG. "
                "Repeatable.",
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
        "Show who loses what if a country, plant or company stops.",
        "What each consumer loses of its imports or supply, bought there directly and through "
        "others, as a range, and what slack of other suppliers leaves uncovered.",
        (
            "disrupt CHN --for magnets-metal --of KOR",
            "disrupt 'Mutanda Mine' --for cobalt",
            "disrupt seat:CHE --for cobalt",
        ),
        (
            WHO,
            SCOPE,
            LOSS,
            SLACK,
            TO,
            RESTRICTION,
            LOSSES_OF,
            switch("industries", "Show the uses and sectors that it reaches."),
            STOP_VIEW,
            MIN_LOSS,
            TOP_LOSSES,
            ASSUME,
            RETURNS,
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[WHO] [--for ...] [--of COUNTRY] [--loss 0.8] [--slack 0.2] [--to COUNTRY] "
        "[--industries] [--restriction KEY]",
        "what is lost at each stage if a country, a plant, a company's or a seat's plants stop, or "
        "an export control bites",
        sentence="graphkit.questions.supply.disruptions_text:disrupt",
        picture="graphkit.questions.supply.disruptions_picture:losses",
        page=PagePlace("What if", "Disruption", {"who": "CHN", "for": "magnets-metal"}),
    ),
    Verb(
        "stocks", "graphkit.questions.supply.stocks:stocks",
        "Show by month what a stop leaves uncovered, with stocks.",
        "What arrives each month, and what slack, stocks or nothing covers.",
        (
            "stocks CHN --for magnets-metal --of KOR --stock-days 100",
            "stocks CHN --for gallium --of KOR+JPN --months 6 --restart 4",
            "stocks CHN --for graphite --of KOR --slack 0.2 --substitution 0.1",
        ),
        (
            WHO,
            SCOPE,
            replace(
                OF,
                details="Only the losses of this consumer; the members of a group share stocks of "
                "a product: KOR+JPN, EU27. A shared stock is used where the uncovered share is "
                "largest.",
            ),
            Parameter(
                "months", "--months", "N", "Months of the stop.", "count", default=12,
                range=AcceptedRange(1, 120), step=1, most=36,
            ),
            Parameter(
                "stock_days", "--stock-days", "DAYS",
                "Stock, in days of imports.", "number", default_text="as published",
                range=AcceptedRange(0, 36500), step=5, most=365, label="Stock, days",
                details="Stock that each consumer has of each product, in days of its imports. "
                "A published stock that is not disclosed is unknown, and none is counted: see "
                "graphkit query stockpiles.",
            ),
            Parameter(
                "restart", "--restart", "MONTH", "Month in which the exports go on.",
                "count", default_text="none", range=AcceptedRange(2, 120),
            ),
            share("substitution", "Share of needs that other goods replace, as assumed.",
                  0.0, FRACTION),
            LOSS,
            SLACK,
            TO,
            RESTRICTION,
            STOP_VIEW,
            MIN_LOSS,
            TOP_LOSSES,
            ASSUME,
            RETURNS,
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[WHO] [--for ...] [--of COUNTRY] [--months 12] [--stock-days 100] [--restart 4] "
        "[--substitution 0.1]",
        "how long stocks reach if a country, plant or company stops, month by month",
        sentence="graphkit.questions.supply.stocks_text:stocks",
        picture="graphkit.questions.supply.stocks_picture:cover_by_month",
        page=PagePlace(
            "What if", "Stocks and time",
            {"who": "CHN", "for": "magnets-metal", "of": "KOR", "stock-days": "60"}, place=2,
        ),
    ),
    Verb(
        "cascade", "graphkit.questions.supply.cascades:cascade",
        "Show who fails in turn if a country stops its exports.",
        "",
        (
            "cascade CHN --for magnets-metal",
            "cascade COD --for cobalt --tolerance 0.5",
        ),
        (
            replace(
                ONE_COUNTRY, name="exporter", metavar="[COUNTRY]",
                details="Who stops selling: CHN, EU27, CHN+HKG.",
                default_text="that of --restriction",
            ),
            SCOPE,
            LOSS,
            share("tolerance", "A country fails if it loses more than this.", 0.3, FRACTION),
            share("spread", "Share of its sales that it cuts then.", 0.5, FRACTION),
            TO,
            RESTRICTION,
            TOP_LOSSES,
            ASSUME,
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[COUNTRY] [--for ...] [--tolerance 0.3] [--spread 0.5]",
        "who fails in turn if a country stops its exports, instead of losses passed on",
        sentence="graphkit.questions.supply.disruptions_text:cascade",
        picture="graphkit.questions.supply.disruptions_picture:failures",
        page=PagePlace("What if", "Cascade", {"country": "CHN", "for": "magnets-metal"}, place=3),
    ),
)  # fmt: skip
