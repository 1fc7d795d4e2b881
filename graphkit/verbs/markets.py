"""Questions on markets: concentration, reliance, prices and risk."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import Parameter, share, switch
from graphkit.verbs.shared import ANY_CONSUMER, DATASET, FRACTION, PERIOD, SCOPE
from graphkit.verbs.verb import PagePlace, Variant, Verb

VERBS = (
    Verb(
        "concentration", "graphkit.questions.concentration:concentration",
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
        sentence="graphkit.headlines.markets:concentration",
        picture="graphkit.plot.markets:concentration",
        page=PagePlace("Mineral", "Concentration", {"for": "rare earths"}),
    ),
    Verb(
        "reliance", "graphkit.questions.reliance:reliance",
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
            "n_minus_1", "graphkit.questions.n_minus_1:n_minus_1",
            sentence="graphkit.headlines.markets:n_minus_1",
            picture="graphkit.plot.dependence:without_largest",
        ),
        sentence="graphkit.headlines.markets:reliance",
        picture="graphkit.plot.dependence:reliance",
        page=PagePlace("Country", "Import reliance", {"country": "KOR", "for": "rare earths"},
                       place=5),
    ),
    Verb(
        "prices", "graphkit.questions.prices:prices",
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
            replace(SCOPE, default=...),
            Parameter("of", "--of", "COUNTRY", "Also of the imports of this country.", "texts",
                      label="Whose", names="places", topic="place"),
            PERIOD,
            DATASET,
            switch("monthly", "Prices and unit values of months, each as published."),
        ),
        "--for WHAT [--of COUNTRY] [--period P] [--monthly]",
        "unit values of trade beside published prices",
        sentence="graphkit.headlines.markets:prices",
        picture="graphkit.plot.markets:prices",
        page=PagePlace("Mineral", "Prices", {"for": "cobalt"}, place=2),
    ),
    Verb(
        "criticality", "graphkit.questions.criticality:criticality",
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
                "texts", label="For what", names="materials", topic="material",
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
        sentence="graphkit.headlines.markets:criticality",
        picture="graphkit.plot.dependence:criticality",
        page=PagePlace("Mineral", "Supply risk", {"for": "gallium"}, place=3),
    ),
)  # fmt: skip
