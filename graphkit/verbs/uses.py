"""Questions on what materials are used for."""

from __future__ import annotations

from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import FINITE, NAMES
from graphkit.verbs.verb import PagePlace, Verb

VERBS = (
    Verb(
        "uses", "graphkit.questions.uses:uses",
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
            Parameter("of", "--of", "COUNTRY", "Set the supply of this country beside the need.",
                      label="Whose", names="places", topic="place"),
            Parameter(
                "period", "--period", "PERIOD", "Year of that supply. Default: the newest.",
                "period", topic="period",
            ),
        ),
        "MATERIAL... [--technology NAME --mw N] [--of COUNTRY]",
        "what elements are used for: shares, sectors, value added; metal per unit of technology",
        sentence="graphkit.headlines.uses:uses",
        picture="graphkit.plot.uses:uses",
        page=PagePlace("Mineral", "Uses", {"material": "gallium"}, place=5),
    ),
)  # fmt: skip
