"""Parameters that several questions share."""

from __future__ import annotations

import sys
from dataclasses import replace

from graphkit.schema import GRAPH
from graphkit.verbs.parameter import AcceptedRange, Parameter

FRACTION = AcceptedRange(0, 1)
POSITIVE = AcceptedRange(0, 1, above=True)
FINITE = AcceptedRange(0, sys.float_info.max)
COUNTED_IN = ("usd", "tonnes")
PERIODS = (
    "2024, 2024-Q1 (or Q1 2024), 2024-H1, 2024-03, latest; or several added up: 2020-2023, "
    "2025-01..2025-10. Several side by side: repeat it, or use commas."
)
KINDS = GRAPH["Claim"].column("kind").one_of
NAMES = (
    "An element or mineral (Dy, dysprosium, graphite), a group ('rare earths'), a product "
    "(magnets-metal), an HS code or its first digits (280530, 2846), or a stage (metal). A name is "
    "tried as a stage, an element, then a product: gallium is every product bought for the "
    "element; product:gallium is the metal alone. Several: repeat it, or use commas."
)
SCOPE = Parameter(
    "scope", "--for", "WHAT", "Minerals, products or codes: 'graphkit help names'.", "texts",
    details=f"{NAMES} Default: everything.", label="For what", names="materials", topic="material",
)  # fmt: skip


def period(default: str) -> Parameter:
    """Declare the period of a question by its default."""
    return Parameter(
        "period", "--period", "PERIOD",
        f"2024, 2024-Q1 ...: 'graphkit help periods'. Default: {default}.",
        "periods", details=f"{PERIODS} Default: {default}.", topic="period",
    )  # fmt: skip


PERIOD = period("the newest of each product")
DATASET = Parameter(
    "dataset", "--dataset", "KEY", "Data set of trade: 'graphkit query datasets'.",
    details="Take trade from this data set: see graphkit query datasets. Default: the preferred "
    "one of each product and period.",
)  # fmt: skip
CONSUMER = Parameter(
    "consumer",
    "",
    "COUNTRY...",
    "KOR, korea, EU27 or KOR+JPN; several side by side: KOR,JPN.",
    "places",
    default=...,
    also="--of",
    names="places",
    topic="place",
    details="Any name or code: KOR, korea; or a group counted as one: EU27, KOR+JPN. Several are "
    "answered side by side: KOR JPN, or KOR,JPN.",
)
ANY_CONSUMER = replace(CONSUMER, metavar="[COUNTRY]...", default=None)


def any_country(help: str) -> Parameter:
    """Declare the countries that a question is limited to, if any."""
    return Parameter(
        "country", "", "[COUNTRY]...", help, "places", also="--of", names="places", topic="place"
    )


COUNT_BY = Parameter(
    "by", "--by", "usd|tonnes", "Count flows by value or by mass.",
    default="usd", choices=COUNTED_IN, label="Counted by",
)  # fmt: skip
ASSUME = Parameter(
    "assume", "--assume", "NAMES",
    "Ranges under makers, inputs; default: both if wide.",
    "names", choices=("makers", "inputs"), label="Assuming",
    details="Give every range under assumptions too: makers (only those whom published lists name "
    "make it, each within 10 points of its share), inputs (what a country's own inputs could feed "
    "of its output, they did feed). Both: makers,inputs. Default: both, where the range without "
    "them is wider than a third.",
)  # fmt: skip


RETURNS = Parameter(
    "returns", "--returns", "", "Let unseen goods return to where they were.", "switch", False,
    label="Goods may return",
    details="Ranges of losses take it that goods whose way no data show return to no country that "
    "they have left (no return). With this they may, at any stage without trade data, so that all "
    "of them may have passed anybody.",
)  # fmt: skip


VIEW = Parameter(
    "view", "--view", "equity|control",
    "By control (over half) or equity.",
    default="equity", choices=("equity", "control"), label="View",
    details="Each owner its share (equity), or all to the owner of more than half (control).",
)  # fmt: skip
PARTNER = Parameter(
    "partner", "--partner", "supplier|consumer",
    "Look at imports and their suppliers, or at exports and their buyers.",
    default="supplier", choices=("supplier", "consumer"),
)  # fmt: skip
CLAIMS = (
    Parameter(
        "of", "--of", "COUNTRY",
        "Only claims that name it as consumer, supplier or rival: KOR, korea, EU27.",
        label="Whose", names="places", topic="place",
    ),
    SCOPE,
    Parameter(
        "source", "--source", "KEY", "Only claims of this source: see graphkit query sources."
    ),
    Parameter(
        "kind", "--kind", "KIND",
        f"Only claims of this kind: {', '.join(KINDS[:-1])} or {KINDS[-1]}.", choices=KINDS,
    ),
)  # fmt: skip
