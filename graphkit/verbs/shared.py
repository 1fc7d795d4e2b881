"""Parameters that several questions share."""

from __future__ import annotations

import sys
from dataclasses import replace

from graphkit.schema import GRAPH
from graphkit.verbs.parameter import AcceptedRange, Parameter, share

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
        "2024, 2024-Q1 ...: 'graphkit help periods'.", "periods", default_text=default,
        details=PERIODS, topic="period",
    )  # fmt: skip


PERIOD = period("the newest of each product")


def year(details: str, default: str) -> Parameter:
    """Declare the one period that a part of an answer is of, by what is of it and its default."""
    return replace(period(default), type="period", details=details)


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


def any_country(role: str, default: str) -> Parameter:
    """Declare the countries that a question is limited to, if any, by their role in it."""
    return replace(
        ANY_CONSUMER, name="country", default_text=default, details=f"{role} {CONSUMER.details}"
    )


ONE_COUNTRY = Parameter(
    "country", "", "COUNTRY", "One country or group: KOR, korea, EU27, CHN+HKG.", names="places",
    topic="place",
)  # fmt: skip
OF = Parameter(
    "of", "--of", "COUNTRY", "Of this country or group: KOR, korea, EU27.", "places",
    label="Whose", names="places", topic="place",
)  # fmt: skip
ON = Parameter(
    "on", "--on", "COUNTRY", "Only on this country or group: CHN, EU27, CHN+HKG.", "places",
    label="On whom", names="places",
)  # fmt: skip
MIN_SHARE = share("min_share", "Only those with at least this share.", None, FRACTION)
THRESHOLD = share("threshold", "Share or loss that a verdict compares with.", None, POSITIVE)
SLACK = share("slack", "Share of sales that others can add.", 0.0, AcceptedRange(), step=0.05)
BLOC = Parameter(
    "blocs", "--bloc", "BLOC", "Count these countries as one: CHN+HKG. Repeatable.", "list",
    names="places",
)  # fmt: skip
DATE = Parameter("date", "--date", "DATE", "Export controls in place on this day.", "date")
TOP = Parameter(
    "top", "--top", "N", "Only the first N rows.", "count", default_text="one screen",
    range=AcceptedRange(1),
)  # fmt: skip


def kind(names: tuple[str, ...], default: str = "") -> Parameter:
    """Declare the kind that an answer is limited to, by the names of all."""
    return Parameter(
        "kind", "--kind", "KIND", "Only of this kind: {choices}.", choices=names,
        default_text=default,
    )  # fmt: skip


def by_company(details: str) -> Parameter:
    """Declare whether companies are rows, or the countries of their seats."""
    return Parameter(
        "by", "--by", "company|seat", "By company, or by the country of its seat.",
        default="company", choices=("company", "seat"), label="By", details=details,
    )  # fmt: skip


COUNT_BY = Parameter(
    "by", "--by", "usd|tonnes", "Count flows by value or by mass.",
    default="usd", choices=COUNTED_IN, label="Counted by",
)  # fmt: skip
ASSUME = Parameter(
    "assume", "--assume", "NAMES",
    "Ranges under makers, inputs.",
    "names", choices=("makers", "inputs"), label="Assuming",
    details="Give every range under assumptions too: makers (only those whom published lists name "
    "make it, each within 10 points of its share), inputs (what a country's own inputs could feed "
    "of its output, they did feed). Both: makers,inputs. Wide is "
    "a range of more than a third.",
    default_text="both if wide",
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
    replace(
        OF, type="text",
        details="Only claims that name it as consumer, supplier or rival: KOR, korea, EU27.",
    ),
    SCOPE,
    Parameter(
        "source", "--source", "KEY", "Only claims of this source: see graphkit query sources."
    ),
    kind(KINDS),
)  # fmt: skip
