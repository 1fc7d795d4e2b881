"""Words and figures of headlines: names in a sentence, shares, amounts, periods and counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, TypeAlias, TypeVar

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import HALF, UNFIT, ceiling_percent, floor_percent, money, number_of
from graphkit.answers.sentence import PLACE, Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.names import possessive, uncapitalized, with_article
from graphkit.period import Period

LONGEST = 240
"""Number of characters that a headline has at most."""
EXACT = 5e-4
"""Width of a range of shares up to which it is one figure."""
WIDE = 1 / 3
"""Width of a range of shares above which it is told with an estimate, or as unknown."""
OTHER_GOODS = ", other goods included"
"""Addition to figures under codes that also hold other goods."""
AT_LEAST = "at least "
"""Beginning of amounts and numbers of data sets that list only some flows."""

Row: TypeAlias = Mapping[str, Any]
R = TypeVar("R", bound=Row)
"""The class of rows of a question, such as a ``TypedDict``."""
Sentences: TypeAlias = Iterator[Sentence]
"""Sentences for one headline, the fullest first."""


def shortened(start: Sentence, *additions: Sentence | str) -> Sentences:
    """Write a sentence with its additions, then without the last of them, down to none.

    >>> [text.words for text in shortened(Sentence("China sold 60 %"), ", worth 2 M USD")]
    ['China sold 60 %, worth 2 M USD.', 'China sold 60 %.']
    """
    parts = [part for part in additions if str(part)]
    for number in range(len(parts), -1, -1):
        sentence = start
        for part in parts[:number]:
            sentence = sentence + part
        yield sentence + "."


def part(share: float) -> str:
    """Write a share in percent: whole from 10 % on, but never rounded to half or to all.

    >>> part(0.8024), part(0.4969), part(0.9998), part(0.034), part(1.0), part(0.0001)
    ('80 %', '49.7 %', 'over 99 %', '3.4 %', '100 %', 'less than 0.1 %')
    """
    hundredths = 100 * share
    if share >= 1:
        return f"{hundredths:.0f} %"
    if hundredths >= 99:
        return "over 99 %"
    if 0 < hundredths < 0.1:
        return "less than 0.1 %"
    if 49 <= hundredths < 50:
        return f"{min(hundredths, 49.9):.1f} %"
    return f"{hundredths:.0f} %" if hundredths >= 10 else f"{hundredths:.1f} %"


def between(low: float, high: float) -> str:
    """Write a range of shares, rounded so that it holds what it held.

    >>> between(0.281, 0.969), between(0.874, 1.0), between(0.0, 0.4), between(0.5, 0.5001)
    ('between 28 and 97 %', 'at least 87 %', 'at most 40 %', '50 %')
    >>> between(0.0, 1.0)
    'between 0 and 100 %'
    """
    if high - low < EXACT:
        return part(low or high)
    least, most = floor_percent(low), ceiling_percent(high)
    if least == 0 and most >= 100:
        return f"between 0 and {most} %"
    if most >= 100 and high <= 1:
        return f"at least {least} %"
    return f"at most {most} %" if least == 0 else f"between {least} and {most} %"


def worth(usd: float) -> str:
    """Write a sum of US dollars."""
    return f"{money(usd)} USD"


def weight(tonnes: float) -> str:
    """Write a mass."""
    if 0 < tonnes < 1:
        return "less than 1 t"
    return f"{tonnes / 1e6:,.1f} M t" if tonnes >= 999_950 else f"{tonnes:,.0f} t"


def amount(value: float, measure: str) -> str:
    """Write an amount in the unit of a measure, ``usd`` or ``tonnes``."""
    return worth(value) if measure == "usd" else weight(value)


def figure_of_share(low: float | None, high: float | None = None) -> Figure:
    """Give a share, or a range of shares, as a figure.

    >>> [figure_of_share(*ends).words for ends in ((0.281, 0.969), (0.8024,), (None,))]
    ['between 28 and 97 %', '80 %', 'an unknown share']
    """
    if low is None:
        return Figure("an unknown share", None, None, "share")
    high = low if high is None else high
    return Figure(part(low) if high == low else between(low, high), low, high, "share")


def figure_of_range(low: float | None, high: float | None, share: float | None) -> Figure:
    """Give a share within its range, or an estimate without one, as a figure."""
    if low is None or high is None:
        words = "an unknown part" if share is None else f"an estimated {part(share)}"
        return Figure(words, share, share, "share")
    return Figure(between(low, high), low, high, "share")


def figure_of_value(value: float, measure: str, rows: Sequence[Row] = ()) -> Figure:
    """Give an amount of one measure as a figure: the least, where not all flows are listed."""
    least = any(row.get("extent") for row in rows)
    words = f"{AT_LEAST * least}{amount(value, measure)}"
    return Figure(words, value, None if least else value, measure)


def figure_of_count(number: int, noun: str, several: str = "") -> Figure:
    """Give a number of things as a figure."""
    return Figure(number_of(number, noun, several), number, number, noun)


def figure_of_part(number: int, products: str, whole: int) -> Figure:
    """Give a number of some products of all as a figure; ``products`` is all of them in words."""
    return Figure(count_of(number, products), number, number, "product", whole)


WORK = {
    "mine": ("mined", ""), "concentrate": ("concentrated", ""),
    "separate": ("separated or refined", ""), "metal": ("turned", "into metal"),
    "alloy": ("alloyed", ""), "component": ("made", ""), "use": ("used", "in goods"),
}  # fmt: skip
"""Work of a stage, as what was done with goods: its verb, and what follows its object."""
OF_HALF = {"threshold": HALF}
"""Assumption of a claim on those that have at least half."""
ESTIMATE = "estimate"
"""Qualifier of a claim on the estimate of a figure that is a range."""


def work_of(stage: str, name: str) -> tuple[str, str]:
    """Say what the work of a stage did with goods: its verb, and what follows its object."""
    return WORK.get(stage, ("worked on", f"at the stage {name}"))


def worked(stage: str) -> str:
    """Say what the work of a stage did with goods, where nothing stands between the words."""
    return " ".join(work_of(stage, stage)).rstrip()


def places_of(key: str) -> tuple[str, ...]:
    """Return the countries or areas of a key that may join several."""
    return tuple(key.split("+"))


BY = {"usd": "by value", "tonnes": "by weight"}


def listed(texts: Sequence[str], last: str = "and") -> str:
    """Join texts as a sentence does.

    >>> listed(["China", "Japan", "Chile"]), listed(["China", "Japan"], "or")
    ('China, Japan and Chile', 'China or Japan')
    """
    if len(texts) < 2:
        return "".join(texts)
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]])


def when(period: str | None) -> str:
    """Write a period as part of a sentence.

    >>> when("2024"), when("2025-01..2025-10"), when(None)
    (' in 2024', ' from 2025-01 to 2025-10', '')
    """
    if not period:
        return ""
    first, _, last = period.partition("..")
    return f" from {first} to {last}" if last else f" in {period}"


YEAR = re.compile(r"(?:19|20)\d\d\S*")
"""A year or a part of one, in a list of years of facts."""


def facts_of(row: Row) -> str:
    """Write from when to when the capacities and owners behind a row are.

    >>> facts_of({"as_of": "2018"}), facts_of({"as_of": None})
    (' (facts of 2018)', ' (facts without a year)')
    >>> facts_of({"as_of": "2019, 2020, 2024, 1 of 9 without a year"})
    ' (facts of 2019 to 2024, 1 of 9 without a year)'
    """
    dates = str(row["as_of"] or "")
    if not PLAIN_NAME.fullmatch(dates):
        return " (facts without a year)"
    parts = dates.split(", ")
    years = [part for part in parts if YEAR.fullmatch(part)]
    span = [f"{years[0]} to {years[-1]}"] if len(years) > 1 else years
    return f" (facts of {', '.join(span + parts[len(years) :])})"


def main_period_of(periods: Iterable[str | None]) -> str | None:
    """Choose the most frequent period, of several the newest."""
    counts = Counter(period for period in periods if period)
    order = sorted(counts, key=lambda text: (counts[text], Period(text).end, text))
    return order[-1] if order else None


def in_main_period(rows: Sequence[R]) -> list[R]:
    """Select the rows of the period that most of them have."""
    period = main_period_of(row.get("period") for row in rows)
    return [row for row in rows if row.get("period") == period]


def most_frequent(keys: Iterable[Hashable]) -> tuple[Any, int]:
    """Choose the most frequent key, the first by the alphabet of several, and its count."""
    counts = Counter(keys)
    key = min(counts, key=lambda key: (-counts[key], str(key)))
    return key, counts[key]


def grouped(rows: Iterable[R], *names: str) -> dict[tuple[Any, ...], list[R]]:
    """Group rows by some of their columns."""
    groups: dict[tuple[Any, ...], list[R]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name) for name in names), []).append(row)
    return groups


def counted_once(rows: Sequence[Row]) -> bool:
    """Return True if no two rows count the same trade: of codes none of which holds another."""
    if len(rows) < 2:
        return True
    codes = [code for row in rows for code in (row.get("hs") or "").split("+")]
    if not all(codes):
        return False
    pairs = combinations(codes, 2)
    return not any(one.startswith(other) or other.startswith(one) for one, other in pairs)


_BRACKETS = re.compile(r" \([^()]*\)")


def without_brackets(text: str) -> str:
    """Drop what stands in brackets, such as the key after a name.

    >>> without_brackets("lithium (Li) and cobalt (Co)")
    'lithium and cobalt'
    """
    return _BRACKETS.sub("", text)


ENDS = {"subject": "supplier", "whose": "consumer"}
"""Columns of trade with the subject of a claim, and with whose trade it is a part of."""
KEYS = ("subject", "whose", "material")
"""Parts of a claim that are several keys."""


@dataclass(frozen=True)
class Lexicon:
    """Names of the places and goods of an answer, as they stand within a sentence."""

    answer: Answer

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the answer."""
        return self.answer.rows.to_pylist()  # type: ignore[no-any-return]

    def claim(
        self, kind: Kind, rows: Sequence[Row], figure: Figure | None = None, **parts: Any
    ) -> Claim:  # fmt: skip
        """Make a claim on some rows, with what they and the question say of it.

        Parameters
        ----------
        kind : Kind
            What is claimed.
        rows : sequence of mappings
            The rows that it rests on.
        figure : Figure, optional
            What is claimed of them.
        **parts
            Further fields of a :class:`~graphkit.answers.sentence.Claim`, in place of what the rows
            give: of trade, the seller and the buyer. ``subject`` and ``whose`` may be one key.
        """
        parts = {
            name: (value,) if isinstance(value, str) and name in KEYS else value
            for name, value in parts.items()
        }
        goods = {row.get("product") or row.get("material") or row.get("element") for row in rows}
        years = {row.get("years") for row in rows} - {None}
        defaults = {
            **{part: (keys.pop(),) for part, end in ENDS.items()
               if len(keys := {row.get(end) for row in rows} - {None}) == 1},
            "material": tuple(sorted(key for key in goods if key)),
            "period": main_period_of(row.get("period") for row in rows),
            "facts": ", ".join(sorted(year for year in years if year)) or None,
            "qualifiers": ("other goods",) if qualified(rows) else (),
            "assumptions": dict(self.answer.scope.assumed),
            "rows": tuple(row[PLACE] for row in rows if PLACE in row),
        }  # fmt: skip
        return Claim(kind, figure, **(defaults | parts))

    def place(self, key: str | None) -> str:
        """Name a country, an area or a bloc."""
        if key and "+" in key and all(map(self._name, places_of(key))):
            return listed([self.place(part) for part in places_of(key)])
        return with_article(self._name(key) or key) if key else "an unnamed country"

    def _name(self, key: str) -> str | None:
        """Return a name that may stand in a sentence: one with the signs of names alone."""
        name = self.answer.names.get(key)
        return name if name and PLAIN_NAME.fullmatch(name) else None

    def places(self, keys: Iterable[str], last: str = "and") -> str:
        """Name several places by the alphabet of their keys."""
        return listed([self.place(key) for key in sorted(set(keys))], last)

    def goods(self, key: str | None) -> str:
        """Name a product, element or material."""
        if not key:
            return "goods"
        if name := self._name(key):
            return uncapitalized(name)
        return next((goods.name for goods in self.answer.goods if goods.key == key), key)

    @property
    def is_of_all(self) -> bool:
        """True if the question names no goods."""
        return self.answer.scope.is_of_all

    @property
    def stated_time(self) -> str:
        """The period of the question, if it names one."""
        period = self.answer.scope.period
        return when(period) if period else ""

    @property
    def whose_imports(self) -> str:
        """Whose imports the question is about, if of one consumer."""
        buyer = self.answer.scope.place(Role.CONSUMER)
        return f"{possessive(self.place(buyer))} imports of" if buyer else "imports of"

    @property
    def are_baskets(self) -> bool:
        """True if one element was asked for, and all that is counted holds others too."""
        parts = self.answer.coverage.parts.values()
        fits = {series.fit for part in parts for series in part.series}
        return len(self.answer.goods) == 1 and fits == {"basket"}

    @property
    def subject(self) -> str:
        """The goods that the question names."""
        if self.is_of_all:
            return "all products"
        return listed([goods.subject for goods in self.answer.goods]) or "goods"

    def most(self, keys: Iterable[str]) -> str:
        """Name the place that is named most often, and how often, or the only one."""
        places = list(keys)
        if not places:
            return ""
        key, times = most_frequent(places)
        if times == len(places):
            return f", namely {self.place(key)}"
        return f", most often {self.place(key)} ({times:,})" if times > 1 else ""

    def named_most(self, rows: Sequence[Row], keys: Iterable[str]) -> Sentence:
        """Name the place that is named most often, and how often, or the only one, as a claim."""
        places = list(keys)
        words = self.most(places)
        if not words:
            return Sentence()
        key, times = most_frequent(places)
        count = Figure(f"{times:,}", times, times, "time") if times < len(places) else None
        return Sentence(words, (self.claim(Kind.COUNT, rows, count, subject=key),))

    def time(self, rows: Iterable[Row]) -> str:
        """Write the period of rows, unless the question is about several by name."""
        rows = list(rows)
        if not self.answer.scope.has_periods:
            return time_of(rows)
        return time_of([{**row, "period": None} for row in rows])

    def products(self, count: int, noun: str = "product") -> str:
        """Count products, and say of which goods."""
        goods, number = self.answer.goods, number_of(count, noun)
        if self.is_of_all or not goods:
            return number
        if len(goods) == 1:
            return f"{number}{goods[0].after_number}"
        return f"{number} ({listed([one.phrase for one in goods])})"


def time_of(rows: Iterable[Row]) -> str:
    """Write the period of rows of one period, and the years that they have data of."""
    rows = list(rows)
    period = when(main_period_of(row.get("period") for row in rows))
    years = {row.get("years") for row in rows}
    if years <= {None}:
        return period
    return (
        f"{period} (data of {years.pop()})"
        if len(years) == 1
        else f"{period} (some years lack data)"
    )


def qualified(rows: Iterable[Row]) -> str:
    """Write that figures are of other goods too, if some are."""
    return OTHER_GOODS if any(row.get("fit") in UNFIT for row in rows) else ""


def listed_at_least(rows: Iterable[Row]) -> str:
    """Write "at least" before an amount of which not all flows are listed."""
    return AT_LEAST if any(row.get("extent") for row in rows) else ""


def rows_of_parts(answer: Answer, place: Role | None) -> list[list[Row]]:
    """Group the rows of an answer by the places, and the periods, that were asked about.

    Places are in the order of the question, else by their keys; so are periods. Rows of no place
    among those of several, such as production beside imports, are no part.
    """
    several: dict[str, Sequence[str]] = {}
    if place is not None and answer.scope.several(place):
        several[place] = answer.scope.places(place)
    if answer.scope.has_periods:
        several["period"] = answer.scope.periods
    groups = grouped(Lexicon(answer).rows, *several)
    groups = {key: rows for key, rows in groups.items() if None not in key} or groups

    def order(key: tuple[Any, ...]) -> list[tuple[int, str]]:
        return [
            (values.index(value) if value in values else len(values), str(value))
            for value, values in zip(key, several.values(), strict=True)
        ]

    return [groups[key] for key in sorted(groups, key=order)]


def label_of(answer: Answer, place: Role | None, rows: Sequence[Row]) -> str:
    """Name the part of a question that rows answer, by its place and period."""
    words, scope = [], answer.scope
    if place is not None and scope.several(place):
        words.append(Lexicon(answer).place(rows[0].get(place)))
        if place is not Role.ON and "before" in rows[0] and scope.several(Role.ON):
            words.append(f"with {Lexicon(answer).place(rows[0].get('on'))}")
    if scope.has_periods:
        words.append(when(rows[0].get("period")).strip())
    return " ".join(words)


def count_of(count: int, products: str) -> str:
    """Write a number of some products, as one of all.

    >>> count_of(17, "58 products"), count_of(2, "2 products"), count_of(0, "3 products")
    ('17 of 58 products', 'both products', 'none of 3 products')
    """
    total, _, rest = products.partition(" ")
    if f"{count:,}" == total and count > 1:
        return f"both {rest}" if count == 2 else f"all {products}"
    return f"{f'{count:,}' if count else 'none'} of {products}"
