"""The questions that graphkit answers, each declared once: parameters, texts and functions.

Commands, Python methods and the table of commands come from here, without importing a question.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from graphkit.analysis.claims import Verdict
from graphkit.parameters import (
    ANY_CONSUMER,
    CLAIMS,
    CONSUMER,
    COUNT_BY,
    DATASET,
    FINITE,
    FRACTION,
    PARTNER,
    PERIOD,
    POSITIVE,
    SCOPE,
    Parameter,
    Range,
    Variant,
    Verb,
    period,
    share,
    switch,
)

_VERDICTS = tuple(verdict.option for verdict in Verdict)


def _measures() -> tuple[str, ...]:
    return tuple(import_module("graphkit.analysis.network.scores").MEASURES)


VERBS = (
    Verb(
        "depends", "dependence.depends",
        "Show whom a country depends on, for what, and how much.",
        "For each product: its largest supplier, or the one given by --on; its share of the "
        "imports by value and by weight, the concentration (HHI) and number of suppliers, and how "
        "much of the value comes without a weight; then published claims about it, next to what "
        "the trade data give.",
        (
            "depends KOR",
            "depends KOR JPN --for magnets --period 2022,2024",
            'depends JPN --on CHN --for "rare earths" --look-through',
        ),
        (
            CONSUMER,
            Parameter(
                "on", "--on", "COUNTRY",
                "Only on this country or group: CHN, EU27, CHN+HKG. Default: the largest.",
                "places",
            ),
            SCOPE,
            PERIOD,
            DATASET,
            switch(
                "look_through",
                "Show who stands behind the last seller, at each stage, and what is unknown (all "
                "origins: origins).",
            ),
            replace(COUNT_BY, help="With --look-through: count by value or by mass.", default=None),
        ),
        "COUNTRY... [--on COUNTRY] [--for ...] [--period P] [--look-through]",
        "whom a country depends on, for what, and how much; at face value or behind the last "
        "seller",
        Variant(
            "look_through", "origins.depends_looked_through", adds=("by",),
            without="`by` belongs to `look_through`; without it the answer has both shares",
        ),
        former_names={"measure": "by"},
    ),
    Verb(
        "dependents", "dependence.dependents",
        "Show who depends on a country, for what, and how much.",
        "Every country that gets at least a given share of its imports of a product from there, "
        "largest buyers first.",
        ("dependents CHN", "dependents china --for magnets --min-share 0.8"),
        (
            Parameter(
                "supplier", "", "COUNTRY...",
                "Any name or code: KOR, KR, korea, 'Korea, Republic of'. Several are answered "
                "side by side.", "places", default=..., also="--of",
            ),
            SCOPE,
            share("min_share", "Least share by value, more than 0, at most 1.", 0.5, POSITIVE),
            PERIOD,
            DATASET,
        ),
        "COUNTRY... [--for ...] [--min-share 0.5]",
        "who depends on a country",
    ),
    Verb(
        "suppliers", "dependence.suppliers",
        "List every supplier of a country, largest first.",
        "",
        (
            "suppliers japan --for ree-metals --period 2024",
            "suppliers JPN --for 284690 -o suppliers.csv",
        ),
        (CONSUMER, SCOPE, PERIOD, DATASET),
        "COUNTRY... [--for ...]",
        "every supplier of a country",
    ),
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
            Parameter("on", "--on", "COUNTRY", "Only this origin.", "places"),
            Parameter(
                "stage", "--stage", "STAGE",
                "Trace to this stage only: mine, separate, metal, component ... Default: each.",
            ),
            Parameter(
                "without", "--without", "BLOC",
                "Only what passed these at no stage: CHN, EU27, CHN+HKG.",
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
                "list",
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
            ),
            SCOPE,
            share("loss", "Share of the exports that is lost.", 1.0, POSITIVE),
            share(
                "slack", "Share that the other suppliers can add.", 0.0, Range()
            ),
            Parameter("to", "--to", "COUNTRY", "Cut only for this destination or bloc."),
            Parameter(
                "restriction", "--restriction", "KEY",
                "Export control to apply: see 'graphkit controls'.",
                details="Apply an export control of the graph: 'Announcement 18 of 2025', or its "
                "key in 'graphkit controls'.",
            ),
            Parameter("of", "--of", "COUNTRY", "Only the losses of this consumer.", "places"),
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
                "count", range=Range(),
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
        ),
        former={"--consumer": "--of"},
        former_names={"consumer": "of", "measure": "by"},
    ),
    Verb(
        "controls", "policy.controls",
        "List export controls, and the elements that each names.",
        "Each act with its measure, its dates, the elements and items that it names, and a quota "
        "as one amount. Which products of the graph it covers is in JSON and CSV.",
        (
            "controls CHN --for dysprosium",
            "controls --date 2026-01-31",
            "controls COD --format json",
        ),
        (
            Parameter(
                "country", "", "[COUNTRY]...", "Who restricts. Default: every country.", "places",
                also="--of",
            ),
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
        former={"--on": "--date"},
    ),
    Verb(
        "concentration", "concentration.concentration",
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
            switch("each", "Without COUNTRY: the imports of every consumer."),
        ),
        "[COUNTRY]... [--for ...] [--sort stake|product|stage] [--each]",
        "how concentrated production and trade are: shares, HHI, ranges",
        former={
            "--by product": "--sort product", "--by stage": "--sort stage",
            "--by consumer": "--each",
        },
        former_names={"by": "sort, and by='consumer' is each=True"},
    ),
    Verb(
        "reliance", "reliance.reliance",
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
                "n_minus_1", "Show how much of world demand is met without the largest producer."
            ),
        ),
        "[COUNTRY]... [--for ...] [--n-minus-1]",
        "how far a country relies on imports, computed and published; or what is left without the "
        "largest producer",
        Variant("n_minus_1", "reliance.n_minus_1"),
    ),
    Verb(
        "prices", "flows.prices",
        "Show unit values of trade beside prices.",
        "For each product and period: the value per tonne of the world's trade and of a country's "
        "imports, by series; then prices as their source prints them, with the factor where they "
        "are converted to tonnes.",
        ("prices --for cobalt", "prices --for ree-metals --of KOR --period 2024"),
        (
            replace(SCOPE, default=...),
            Parameter("of", "--of", "COUNTRY", "Also of the imports of this country.", "texts"),
            PERIOD,
            DATASET,
        ),
        "--for WHAT [--of COUNTRY] [--period P]",
        "unit values of trade beside published prices",
        former={"WHAT": "--for"},
        former_names={"*": "scope", "consumer": "of"},
    ),
    Verb(
        "criticality", "policy.criticality",
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
            Parameter(
                "scope", "--for", "WHAT",
                "Elements, minerals or groups: Ga, tungsten, HREE. Default: all that were rated.",
                "texts",
            ),
            PERIOD,
            share("import_reliance", "Import reliance, 0-1, which no table gives.", None, FRACTION),
            share("eol_rir", "End-of-life recycling input rate, 0-1.", None, FRACTION),
            replace(
                share("substitution", "Substitution index, 0-1.", None, FRACTION), metavar="INDEX"
            ),
        ),
        "[--for ...] [--period P]",
        "the EU's supply risk with all its inputs, as a range, beside the published criticality",
        former={"ELEMENT": "--for"},
        former_names={"*": "scope"},
    ),
    Verb(
        "flows", "flows.list_flows", "List who sells something to whom.",
        "The trade between each pair of countries in one period, all products in scope added up, "
        "largest first, with its share of the trade of all countries. As a picture, a map.",
        ("flows --for ree-metals --of KOR", 'flows --for "rare earths" --period 2022 -o flows.svg'),
        (
            SCOPE,
            Parameter("of", "--of", "COUNTRY",
                      "Only trade of this country or group, on either side.", "places"),
            period("the newest with any trade in scope"),
            DATASET,
            replace(COUNT_BY, help="Rank and shares by value or by mass."),
            Parameter("top", "--top", "N", "Only the N largest. Default: one screen.",
                      "count", range=Range(1)),
        ),
        "[--for ...] [--of COUNTRY] [--period P] [--by usd|tonnes]",
        "who sells something to whom in a year, as a table or a map",
    ),
    Verb(
        "centrality", "centrality.centrality",
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
                "count", range=Range(1), in_tables={"over_time": 1},
            ),
        ),
        "[--for ...] [--measure NAMES] [--over-time] [--layered]",
        "hubs, sources and destinations of trade, in one period, in every one, or over all stages",
        Variant(
            "layered", "centrality.layered_centrality", lacks=("over_time",),
            renames={"min_flow": "min_share"},
            refusal="`layered` is of one period; leave out `over_time`",
        ),
    ),
    Verb(
        "compare", "changes.compare",
        "Compare the trade of two periods, partner by partner.",
        "Amounts, shares and ranks of each partner before and after; totals, concentration (HHI), "
        "new and lost partners of each product. For periods of different length, amounts a month.",
        (
            "compare 2023 2024 --of KOR --for ree-metals",
            "compare 2010 2024 --of CHN --partner consumer --for ree-compounds",
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
                "places",
            ),
            SCOPE,
            PARTNER,
            DATASET,
            Parameter(
                "top", "--top", "N",
                "Only partners among the first N in either period; 0: all. Default: in a table one "
                "screen, of the largest changes; else all.",
                "count", range=Range(wanted="0 (all) or more"),
            ),
        ),
        "BEFORE AFTER [--of COUNTRY] [--for ...] [--partner supplier|consumer]",
        "what changed between two periods, also of different length",
    ),
    Verb(
        "trend", "changes.trend",
        "Show how trade changes from period to period.",
        "For each product and every period with data: totals by value and by weight, their change, "
        "the concentration (HHI), the number of partners, and the largest one with its share. In "
        "JSON also the new and lost partners.",
        (
            "trend KOR --for ree-metals --on CHN",
            "trend --for ree-compounds --since 2015",
            "trend CHN --partner consumer --for ree-metals",
        ),
        (
            Parameter(
                "country", "", "[COUNTRY]...", "KOR, korea, EU27. Default: the world's trade.",
                "places", also="--of",
            ),
            SCOPE,
            Parameter(
                "on", "--on", "COUNTRY",
                "Also the trade with this partner or group: CHN, EU27, CHN+HKG.", "places",
            ),
            Parameter(
                "since", "--since", "PERIOD", "Only from this period on: 2015, 2024-Q3.", "period",
                newest=False,
            ),
            PARTNER,
            DATASET,
        ),
        "[COUNTRY]... [--for ...] [--on COUNTRY] [--since P] [--partner supplier|consumer]",
        "what changed from period to period, in all and with one partner",
    ),
    Verb(
        "mirror", "flows.mirror",
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
            Parameter(
                "country", "", "[COUNTRY]...",
                "Only trade of this country, or group (EU27), on either side.", "places",
                also="--of",
            ),
            SCOPE,
            period("the newest that both sides report"),
        ),
        "[COUNTRY]... [--for ...] [--period P]",
        "what exporters and importers report of the same flows, and how far they differ",
    ),
    Verb(
        "claims", "claims.list_claims",
        "List published claims, or check them against the data.",
        "Each claim as it was published: its figure, its scope, its basis, whose it is, and its "
        "source.",
        (
            'claims --of KOR --for "rare earths"',
            "claims --source reex-2025-04-30",
            "claims check --of KOR",
        ),
        CLAIMS,
        "[--of COUNTRY] [--for ...] [--source KEY] [--kind KIND]",
        "what was published, with its basis and source",
        former={"--about": "--of"}, former_names={"about": "of"},
    ),
    Verb(
        "claims check", "claim_checks.check_claims",
        "Check published claims against the loaded data.",
        "Each claim is borne out, contradicted, cannot be told, or no measurement; with what the "
        "data give in its own scope, the difference, the likely cause of a contradiction, and "
        "what is missing. Exit code 3 if a claim that the seeds mark as expected is not borne out.",
        (
            'claims check --of KOR --for "rare earths"',
            "claims check --source reex-2025-04-30",
            "claims check --verdict contradicted",
        ),
        (
            *CLAIMS,
            Parameter(
                "verdict", "--verdict", "VERDICT",
                "Show only claims with this verdict: "
                f"{', '.join(_VERDICTS[:-1])} or {_VERDICTS[-1]}.",
                choices=_VERDICTS, folded=True,
            ),
        ),
        "[--of COUNTRY] [--verdict VERDICT]",
        "whether the loaded data bear it out, why not, and what is missing to tell",
        former={"--about": "--of"}, former_names={"about": "of"},
    ),
    Verb(
        "claims conflicts", "claim_checks.claim_conflicts",
        "List published figures that cannot both be right.",
        "Pairs of figures from two sources for one scope that differ by more than their rounding, "
        "or shares that add up to more than the whole.",
        ("claims conflicts", "claims conflicts --of EU27 --for lithium"),
        CLAIMS,
        "[--of COUNTRY]",
        "published figures that cannot both be right",
        former={"--about": "--of"}, former_names={"about": "of"},
    ),
)  # fmt: skip
"""Every question, in the order of the help."""

PARAMETERS = {key: found for verb in VERBS for key, found in verb.functions.items()}
"""The parameters of each function in :mod:`graphkit.questions`."""
FORMER_NAMES = {key: verb.former_names for verb in VERBS for key in verb.functions}
"""The former parameters of each function, with those that replaced them."""
