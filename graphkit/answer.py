"""The shape of every answer: described columns, sources to cite, and values as people read them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from graphkit.arrow import LINKS, POINTS, SHARE, counts, flags, number, texts
from graphkit.names import uncapitalized
from graphkit.period import Period

TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
TEXTS = pa.list_(TEXT)


@dataclass(frozen=True)
class Column:
    """A column of an answer's rows."""

    name: str
    header: str = ""
    """Header in tables for people, which leave out columns without one."""
    doc: str = ""
    """Unit and meaning of its values in full, as in the ``units`` of JSON."""
    unit: str = ""
    """Short unit, if the table that the column comes from does not give one."""
    type: pa.DataType = TEXT
    rank: int = 1
    """Order in which a narrow table leaves columns out: the highest first, then the rightmost."""
    never: str = ""
    """Statement on a column that is "no" in all rows."""
    ref: str = ""
    """Kind of thing whose keys it holds, which tables name: place, material, stage or pool.
    Default: that of its name in every answer."""

    @property
    def meaning(self) -> str:
        """Its meaning and unit: ``doc``, or what its name means in every answer."""
        return self.doc or MEANINGS.get(self.name, "")

    @property
    def refers_to(self) -> str:
        """Kind of thing whose keys it holds; empty for other values."""
        is_text = self.type in (TEXT, TEXTS)
        return self.ref or (REFS.get(self.name, "") if is_text else "")

    @property
    def described(self) -> pa.Field:
        """The column as an Arrow field with metadata."""
        told = {name: getattr(self, name) for name in ("unit", "header", "doc")}
        told["ref"] = self.refers_to
        return pa.field(self.name, self.type, metadata={k: v for k, v in told.items() if v} or None)


LONG = 9
"""Rank of a column that a screen leaves to the long form."""

MEANINGS = {
    "announcement": "act that restricts, as its government names it",
    "attributed_to": "whose figures the source quotes",
    "basis": "what the figures count, in words",
    "chain": "the chain of makers and sellers that most of the supply takes",
    "claim": "the published figure in words, or its key",
    "conflict": "why two figures cannot both be right",
    "consumer": "country or group that buys",
    "country": "country or group",
    "cut_off": "yes, if no producer reaches the consumer without it",
    "data": "what the loaded facts give",
    "dataset": "data set of the trade: see 'graphkit query datasets'",
    "definition": "definition by which the supplier is a single point of failure",
    "differs": "difference of the facts from the claim, in the unit of the claim",
    "element": "chemical element, mineral or group of elements, by key",
    "estimated": "true if the source calls the figure an estimate",
    "evidence": "whether the act was read or is quoted",
    "failed": "yes, if it loses more than the tolerance",
    "flows": "number of flows of trade",
    "hit_by": "those whose cuts made it fail",
    "hs": "HS code that the trade is counted under",
    "hs_revision": "revision of the Harmonized System",
    "key": "key of the fact",
    "kind": "kind of claim",
    "largest": "the largest partner or producer",
    "material": "element, mineral or group",
    "measure": "usd or tonnes: what is counted; of a control, licence, quota or prohibition",
    "missing": "inputs that no table gives",
    "name": "name of the element or mineral",
    "net_exporter": "true if the source says that exports exceed imports",
    "note": "note of the source",
    "origin": "country where the stage's work was done",
    "other": "key of the other claim",
    "other_basis": "what the other figure counts",
    "other_claim": "the other published figure",
    "other_period": "period of the other figure",
    "other_source": "key of the other source",
    "other_supplier": "supplier of the other figure",
    "period": "year, half, quarter or month",
    "previous": "the period before with data",
    "product": "product of the graph, by key: see 'graphkit query products'",
    "production_source": "key of the source of production",
    "published_as": "name of the material in the published table",
    "published_basis": "what the published figure counts",
    "published_qualifier": "sign before the published figure: more than, less than",
    "published_source": "key of the source of the published figure",
    "qualifier": "sign before the printed figure: more than, less than",
    "removed": "country or bloc that is removed at all its stages",
    "reporter": "who counted: exporter, importer, or both reconciled",
    "rival": "country that the claim compares with",
    "round": "1: fails of the cut itself; 2: of those that fail in round 1; and so on",
    "since": "first day",
    "source": "key of the source: see 'graphkit query sources'",
    "sourcing_source": "key of the source of the EU's sourcing",
    "stage": "stage of the chain, from mine to component",
    "stage_order": "place of the stage in the chain",
    "status": "state on the day asked for: in force, licensed (exports need a licence), suspended, "
    "or suspended as announced and unknown since the announced end",
    "supplier": "country that sells, the last seller unless traced",
    "suspended_from": "first day of a suspension",
    "suspended_until": "last day of a suspension",
    "target": "country that the act is aimed at; empty: all",
    "than": "period that the claim compares with",
    "top": "the largest supplier or producer",
    "total_tonnes": "metric tons of the whole market",
    "total_usd": "US dollars of the whole market",
    "traced_to": "stage whose work the origin did",
    "trade_source": "source, data set and reporter of the trade",
    "unit": "unit of the figure",
    "until": "last day; empty: no end is known",
    "valuation": "fob: free on board; cif: with cost, insurance and freight",
    "verdict": "how certain it is, or how a claim stands to the facts",
    "why": "how the claim is read, the likely cause of a difference, or what is missing to tell",
}
"""Meanings of columns that many answers have."""

REFS = {
    **dict.fromkeys((
        "consumer", "supplier", "country", "exporter", "importer", "origin", "removed", "target",
        "largest", "top", "rival", "other_supplier",
        "new", "lost",
    ), "place"),
    **dict.fromkeys(("product", "products", "element", "elements", "material"), "material"),
    **dict.fromkeys(("stage", "next_stage", "traced_to"), "stage"),
    **dict.fromkeys(("chain", "hit_by"), "pool"),
}  # fmt: skip
"""Kinds of thing whose keys columns of these names hold in every answer. A pool is a country and
a product with a blank between them, and a chain several pools with ``>``."""
_POOL = re.compile(r"[^\s>]+")
"""A key within a chain of pools."""


def plain(*names: str, type: pa.DataType = TEXT) -> tuple[Column, ...]:
    """Make columns without a description."""
    return tuple(Column(name, type=type) for name in names)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Make a table schema with exactly these columns."""
    return pa.schema([column.described for column in columns])


def described(rows: pa.Table, columns: Iterable[Column]) -> pa.Table:
    """Add the descriptions of columns to the metadata of the rows.

    Raises
    ------
    TypeError
        A column has values of another type than it declares.
    """
    schema = rows.schema
    for column in columns:
        place = schema.get_field_index(column.name)
        if place < 0:
            continue
        known = schema.field(place)
        if known.type != column.type and rows[place].null_count < len(rows):
            raise TypeError(f"{column.name} is {known.type}, and is declared as {column.type}")
        metadata = {**(known.metadata or {}), **(column.described.metadata or {})}
        schema = schema.set(place, pa.field(column.name, column.type, metadata=metadata or None))
    return rows.cast(schema)


COMPARISON = pa.schema([
    *texts("claim", "consumer", "supplier", "period", "basis"),
    *(number(name, SHARE) for name in ("claimed", "claimed_low", "claimed_high")),
    *texts("products", "hs"), *counts("elements_asked", "elements"), *flags("own_sum"),
    *(number(name, SHARE) for name in ("share_usd", "share_tonnes", "missing_tonnes_share")),
    *(number(name, POINTS) for name in ("points_usd", "points_tonnes")),
    *texts("data_basis", "dataset", "source"),
])  # fmt: skip
ELSEWHERE = pa.schema(texts("product", "stage", "element", "role", "note", "source"))
"""Columns of the products that hold an element in another role than the main one."""
_CLAIM = pa.schema(texts("key", "source"))


@dataclass(frozen=True)
class Answer:
    """An answer with everything needed to cite it."""

    question: str
    scope: Mapping[str, Any]
    """The query as understood, and the measure."""
    rows: pa.Table
    columns: Sequence[Column]
    """Descriptions of columns, also found in the metadata of the rows' fields."""
    coverage: Mapping[str, Any]
    """The data the rows rest on, and the data they lack."""
    sources: pa.Table
    claims: pa.Table = field(default_factory=_CLAIM.empty_table)
    """Published claims in the same scope."""
    comparisons: pa.Table = field(default_factory=COMPARISON.empty_table)
    """Figures of the trade data beside each claim that they cover too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[str, ...] = ()
    nothing: str = "No rows."
    """Why there are no rows, where there are none."""
    caption: str = ""
    """Explanation of the numbers in the rows."""
    shown: Sequence[str] = ()
    """Names of the columns that people read, in order. Default: all with a header."""
    links: pa.Table = field(default_factory=LINKS.empty_table)
    """Makers of two stages in a row behind the consumer's imports."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Short names of the places, products, elements and stages in the answer, by key."""
    product_remarks: Mapping[str, str] = field(default_factory=dict)
    """Goods that figures of the products in the rows count besides or instead, by key."""
    in_time: bool = False
    """True if the rows of each product go through time: of too many, the newest are shown."""
    parts: str = ""
    """Column of the parts of one whole: shares and amounts of those not shown may be added up."""
    grouped_by: tuple[str, ...] = ()
    """Columns of the groups of rows: of too many rows, the first of each group are shown."""
    headline: str = ""
    """The result in one sentence of at most 140 characters, with what it counts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", described(self.rows, self.columns))

    def first_rows(self, top: int) -> Sequence[int]:
        """Choose rows to show: the first, overall or of each group, or the newest."""
        if len(self.rows) > top and self.grouped_by:
            return self.first_of_each(self.grouped_by, top)
        if len(self.rows) <= top or not self.in_time:
            return range(min(top, len(self.rows)))
        periods = self.rows["period"].to_pylist()
        newest: set[str] = set()
        for period in sorted(set(periods), key=lambda text: (-Period(text).end, text)):
            if newest and sum(p in newest or p == period for p in periods) > top:
                break
            newest.add(period)
        return [row for row, period in enumerate(periods) if period in newest][:top]

    def first_of_each(self, by: Sequence[str], top: int) -> list[int]:
        """Choose the first rows of each group, as many of each, so that none is left out alone."""
        groups: dict[Any, list[int]] = {}
        for place, group in enumerate(self.rows.select(list(by)).to_pylist()):
            groups.setdefault(tuple(group.values()), []).append(place)
        chosen: list[int] = []
        for turn in range(max(map(len, groups.values()), default=0)):
            chosen += [places[turn] for places in groups.values() if turn < len(places)]
        return sorted(chosen[:top])

    @property
    def subjects(self) -> frozenset[str]:
        """The names of the columns of countries: whom the answer is about, or who it names."""
        return frozenset(c.name for c in self.columns if c.refers_to == "place")

    @property
    def units(self) -> dict[str, str]:
        """The unit and meaning of numbers, by column."""
        return {column.name: column.doc for column in self.columns if column.doc}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the columns that people read, in order."""
        headers = {column.name: column.header for column in self.columns if column.header}
        return {name: headers[name] for name in self.shown or headers}


def name_cell(value: Any, ref: str, names: Mapping[str, str]) -> Any:
    """Put names in place of keys in one value of a column; ``ref`` as :attr:`Column.ref`.

    >>> name_cell("CHN magnets-metal", "pool", {"CHN": "China", "magnets-metal": "Metal magnets"})
    'China metal magnets'
    """
    if isinstance(value, list | tuple):
        return [name_cell(item, ref, names) for item in value]
    if not isinstance(value, str):
        return value
    if ref == "pool":
        return _POOL.sub(lambda key: _in_pool(key, names), value)
    if ref == "material" and "+" in value:
        return " + ".join(names.get(key, key) for key in re.split(r"\s*\+\s*", value))
    return names.get(value, value)


def _in_pool(key: re.Match[str], names: Mapping[str, str]) -> str:
    """Name a country or, after it, a product with a small letter first."""
    name = names.get(key[0], key[0])
    follows = key.start() > 1 and key.string[key.start() - 2] not in ">"
    return uncapitalized(name) if follows else name


def in_names(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Put names in place of the keys of places, products, elements and stages in a row or map.

    >>> in_names({"product": "dy-oxide", "hs": "284690"}, {"dy-oxide": "Dysprosium oxide"})
    {'product': 'Dysprosium oxide', 'hs': '284690'}
    """
    return {
        name: name_cell(value, REFS[name], names) if name in REFS else value
        for name, value in values.items()
    }


PLAIN_NAME = re.compile(r"[^\W_][\w .,;&'’()/+-]{0,79}")
"""Names of which no sign is one of markup or hidden."""


def spoken(key: str, names: Mapping[str, str]) -> str:
    """Return the name of a key for a sentence; the key, if signs of markup are in the name.

    >>> spoken("dy-oxide", {"dy-oxide": "Dysprosium oxide"}), spoken("X", {"X": "[a](b)"})
    ('Dysprosium oxide', 'X')
    """
    name = names.get(key, key)
    return name if PLAIN_NAME.fullmatch(name) else key


def keys_of_refs(table: pa.Table, columns: Iterable[str]) -> set[str]:
    """Collect the keys in some columns of a table, of lists each item."""
    values = [
        value for name in columns if name in table.column_names for value in _different(table[name])
    ]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    keys: set[str] = set()
    for text in texts:
        if isinstance(text, str):
            keys |= {text, *re.split(r"[\s>+]+", text)}
    return keys


def _different(column: pa.ChunkedArray) -> list[Any]:
    """Return the different values of a column, or all of a column of lists."""
    return (column if pa.types.is_list(column.type) else column.unique()).to_pylist()  # type: ignore[no-any-return]


def keys_in(answer: Answer) -> set[str]:
    """Collect the keys of places, products, elements and stages that an answer may name.

    Texts of the scope and of the coverage are among them, whatever they are.
    """
    keys = keys_of_refs(answer.rows, [c.name for c in answer.columns if c.refers_to])
    for table in (answer.claims, answer.comparisons, answer.elsewhere, answer.links):
        keys |= keys_of_refs(table, REFS)
    return keys | set(_texts_in([answer.scope, answer.coverage]))


def _texts_in(value: Any) -> Iterator[str]:
    """Yield the texts within maps and lists, keys of maps too."""
    if isinstance(value, str):
        yield from {value, value.partition(" ")[0]}
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_in(item)


def without_empty(rows: pa.Table, shown: Iterable[str], *always: str) -> list[str]:
    """Drop the columns without a value in any row, other than those ``always`` shown."""
    return [n for n in shown if n in always or rows[n].null_count < len(rows)]


WITHOUT = "_without"
"""Ending of the name of a figure that does not count the weights in doubt."""


BOTH_WEIGHTS = (
    "Weights in doubt: a figure without them comes first, then as reported. Where another source "
    "gives the weight of such a flow, it stands in for it."
)
"""Caption of figures that stand twice, without weights in doubt and as reported."""


def undoubted(answer: Answer) -> Answer:
    """Take figures without weights in doubt in place of those as reported, as pictures do.

    Rows that have none of them left are left out.
    """
    rows = answer.rows
    names = [name for name in rows.column_names if name.endswith(WITHOUT)]
    if not names or "doubt" not in rows.column_names:  # supply_without is without a producer
        return answer
    reported = [
        any(row[name.removesuffix(WITHOUT)] is not None for name in names)
        for row in rows.to_pylist()
    ]
    for name in names:
        place = rows.column_names.index(name.removesuffix(WITHOUT))
        rows = rows.set_column(place, rows.schema.field(place), rows[name])
    figures = [field.name for field in rows.schema if field.type == NUMBER]
    left = [
        any(row[name] is not None for name in figures) or not had
        for row, had in zip(rows.to_pylist(), reported, strict=True)
    ]
    return replace(answer, rows=rows.filter(pa.array(left, pa.bool_())))


def cited(text: str) -> list[str]:
    """Split the keys of the sources that one value names.

    >>> cited("usgs-mcs-2025+usgs-mcs-2026")
    ['usgs-mcs-2025', 'usgs-mcs-2026']
    """
    return re.split(r"[\s+]+", text)


def parts_of(coverage: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the coverage of each question of an answer to several, by its values, or the one."""
    parts: Mapping[str, Mapping[str, Any]] = coverage.get("each") or {"": coverage}
    return parts


def side_by_side(answers: Mapping[str, Answer]) -> Answer:
    """Put the answers to one question about several countries or periods into one.

    Parameters
    ----------
    answers : mapping
        The answers, by the values that they are about.

    Returns
    -------
    Answer
        The rows one answer after the other, equal ones once. ``scope`` lists the values that
        differ. ``coverage`` has that of each answer in ``each``, unless all are equal.
    """
    found = list(answers.values())
    first = found[0]
    if len(found) == 1:
        return first
    rows = _stacked([answer.rows for answer in found])
    columns = {column.name: column for answer in reversed(found) for column in answer.columns}
    shown = list(dict.fromkeys(name for answer in found for name in answer.headers))
    apart = [
        name for name in ("period", "consumer", "supplier", "country")
        if name in columns and name in rows.column_names and name not in shown
        and isinstance(_together(found, name), list)
    ]  # fmt: skip
    covered = {label: answer.coverage for label, answer in answers.items()}
    alike = all(answer.coverage == first.coverage for answer in found)
    return Answer(
        _sentences(answer.question for answer in found),
        {name: _together(found, name) for name in {n: 0 for a in found for n in a.scope}},
        rows,
        list(columns.values()),
        first.coverage if alike else {"each": covered},
        _stacked([answer.sources for answer in found]).sort_by("key"),
        _stacked([answer.claims for answer in found]).sort_by("key"),
        _stacked([answer.comparisons for answer in found]),
        _stacked([answer.elsewhere for answer in found]),
        tuple(dict.fromkeys(note for answer in found for note in answer.notes)),
        _sentences(answer.nothing for answer in found if not len(answer.rows)),
        _sentences(answer.caption for answer in found),
        [*apart, *shown],
        _stacked([answer.links for answer in found]),
        in_time=first.in_time,
        grouped_by=first.grouped_by,
    )


def _sentences(texts: Iterable[str]) -> str:
    """Join texts, each of their sentences once."""
    return " ".join(dict.fromkeys(s for text in texts for s in re.split(r"(?<=[.?]) ", text)))


def _together(answers: Sequence[Answer], name: str) -> Any:
    """Return the value of a scope that all answers share, else a list of the different ones."""
    values = [answer.scope.get(name) for answer in answers]
    if all(value == values[0] for value in values):
        return values[0]
    each = [one for v in values for one in (v if isinstance(v, list | tuple) else [v])]
    return [one for place, one in enumerate(each) if one not in each[:place]]


def _stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables, and drop rows that are equal to an earlier one."""
    table = pa.concat_tables(tables, promote_options="permissive")
    first: dict[str, int] = {}
    for place, row in enumerate(table.to_pylist()):
        first.setdefault(repr(row), place)
    return table.take(pa.array(first.values(), pa.int64()))


SHARE_UNIT = re.compile(r"0 to 1(, |$)")
"""The unit of a share, which people read in percent."""

DIFFERENCE = "-1 to 1"
"""The unit of a difference of two shares, which people read in percentage points."""


def unit_of(field: pa.Field) -> str:
    """Return the unit in a field's metadata."""
    unit: bytes = (field.metadata or {}).get(b"unit", b"")
    return unit.decode()


def is_number(field: pa.Field) -> bool:
    """Return True for a column of numbers."""
    return bool(pa.types.is_floating(field.type) or pa.types.is_integer(field.type))


def full_text(value: Any) -> str:
    """Write a value with every digit; null becomes empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(full_text, value))
    return str(value)


def short_text(value: Any, unit: str = "") -> str:
    """Write a value for people: shares in percent, money abbreviated.

    >>> short_text(0.8024, "0 to 1"), short_text(268850565.0, "USD")
    ('80.2 %', '268.9 M')
    >>> short_text(None, "USD"), short_text(None), short_text(-0.52, "percentage points")
    ('unknown', '', '-0.5')
    """
    if value is None:
        return "unknown" if unit else ""
    if not isinstance(value, float):
        return full_text(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else str(value)
    if SHARE_UNIT.match(unit):
        return percent(value)
    if unit == "percentage points":
        return f"{value:+z.1f}"
    if unit == DIFFERENCE:
        return f"{100 * value:+z.1f}"
    if unit.startswith("USD") and "/" not in unit:
        return money(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


HALF = 0.5
"""Share from which one country has a product in its hands."""
UNFIT = ("proxy", "basket")
"""Fits of figures that also count other goods: nothing certain follows from them."""
_DUST = 1e-9
"""Percent by which a share may miss a whole number as stored."""


def floor_percent(share: float) -> int:
    """Round a share down to whole percent."""
    return math.floor(100 * share + _DUST)


def ceiling_percent(share: float) -> int:
    """Round a share up to whole percent."""
    return math.ceil(100 * share - _DUST)


def percent(share: float) -> str:
    """Write a share in percent, a tiny one as ``<0.1 %``."""
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:z.1f} %"


def money(value: float) -> str:
    """Write a sum of money in thousands, millions or billions."""
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if round(abs(value) / size, 1) >= 1:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f}"
