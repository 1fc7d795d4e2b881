"""Questions on chains of supply: origins, single points of failure, and disruptions."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import AcceptedRange, Parameter, share, switch
from graphkit.verbs.shared import (
    ANY_CONSUMER,
    CONSUMER,
    COUNT_BY,
    DATASET,
    FRACTION,
    PERIOD,
    POSITIVE,
    SCOPE,
)
from graphkit.verbs.verb import PagePlace, Variant, Verb

VERBS = (
    Verb(
        "origins", "origins.origins",
        "Show who mined, refined and made what a country buys.",
        "Behind the last seller, for each product and each stage before it: the origins of the "
        "imports, with the range that unpublished production leaves open, next to what was bought "
        "there directly.",
        (
            "origins KOR --for magnets-metal",
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
            Parameter("on", "--on", "COUNTRY", "Only this origin.", "places", label="On whom",
                      names="places"),
            Parameter(
                "stage", "--stage", "STAGE",
                "Trace to this stage only: mine, separate, metal, component ... Default: each.",
            ),
            Parameter(
                "without", "--without", "BLOC",
                "Only what passed these at no stage: CHN, EU27, CHN+HKG.", names="places",
            ),
            PERIOD,
            DATASET,
            COUNT_BY,
            share(
                "min_share", "Leave out shares below this in every case.",
                0.01, FRACTION,
            ),
        ),
        "COUNTRY... [--for ...] [--stage STAGE] [--without BLOC] [--chain face-value]",
        "who mined, refined and made what a country buys, with ranges; what avoids a country; the "
        "chain of sellers",
        former_names={"measure": "by"},
        picture="origins by stage",
        page=PagePlace("Chain", "Origins", {"country": "KOR", "for": "magnets-metal"}),
    ),
    Verb(
        "spof", "single_points.single_points",
        "Find single points of failure in a country's supply.",
        "",
        (
            "spof KOR --for magnets-metal --definition structural",
            'spof --for "rare earths" --threshold 0.65',
            "spof JPN --for ree-metals --definition structural --bloc CHN+HKG --bloc EU27",
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
            share(
                "threshold",
                "Least share or loss. Default: 0.5 (the EU act has 0.65); 0 with --bloc.",
                None, replace(FRACTION, wanted=str(POSITIVE)),
            ),
            switch("possible", "Also those that reach it only at the upper end of their range."),
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
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[COUNTRY]... [--for ...] [--definition share|structural|domestic]",
        "single points of failure in a country's supply",
        former_names={"measure": "by"},
        picture="single points",
        page=PagePlace(
            "Country", "Single points of failure", {"country": "KOR", "for": "rare earths"},
            place=4,
        ),
    ),
    Verb(
        "disrupt", "disruptions.disrupt",
        "Show what breaks if a country stops or cuts its exports.",
        "Traced through all stages: who loses how much, directly and through others, what other "
        "suppliers make up for, and who is left with nothing.",
        (
            "disrupt CHN --for ree-compounds --loss 0.8 --slack 0.2",
            "disrupt CHN --for dysprosium --to JPN --of JPN",
            'disrupt --restriction "Announcement 18 of 2025" --loss 0.5',
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
                "slack", "Share that the other suppliers can add.", 0.0, AcceptedRange(), step=0.05,
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
            switch("cascade", "Show who fails in turn, instead of losses passed on."),
            share(
                "tolerance",
                "With --cascade: a country that loses more than this fails. Default: 0.3.",
                None, FRACTION,
            ),
            share(
                "spread",
                "With --cascade: share by which it then cuts its sales. Default: 0.5.",
                None, FRACTION,
            ),
            share("min_loss", "Leave out losses below this in every case.", 0.01, FRACTION),
            Parameter(
                "top", "--top", "N",
                "Only the N largest losses of each product; 0: all. Default: one screen.",
                "count", range=AcceptedRange(),
            ),
            PERIOD,
            DATASET,
            COUNT_BY,
        ),
        "[COUNTRY] [--for ...] [--loss 0.8] [--slack 0.2] [--cascade]",
        "what breaks if a country stops, or an export control bites (`--restriction`)",
        Variant(
            "cascade", "disruptions.cascade", adds=("tolerance", "spread"),
            lacks=("slack", "of"), ignores=("min_loss",),
            without="`tolerance` and `spread` belong to `cascade`",
            refusal="`slack` and `of` do not belong to `cascade`",
            picture="failures",
        ),
        former={"--consumer": "--of"},
        former_names={"consumer": "of", "measure": "by"},
        picture="losses",
        page=PagePlace("What if", "Disruption", {"country": "CHN", "for": "magnets-metal"}),
    ),
)  # fmt: skip
