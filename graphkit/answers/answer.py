"""The shape of every answer: described columns, sources to cite, and values as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from graphkit.answers.absence import NO_ROWS, Absence
from graphkit.answers.columns import NUMBER, PROFILED, REFS, Column, described
from graphkit.answers.coverage import Coverage
from graphkit.answers.goods import Goods
from graphkit.answers.note import Note, Remark
from graphkit.answers.reasons import EndReason, Reasons
from graphkit.answers.sentence import Sentence
from graphkit.answers.terms import Terms, joined
from graphkit.arrow import LINKS, POINTS, SHARE, counts, flags, number, texts
from graphkit.names import uncapitalized
from graphkit.period import Period

_POOL = re.compile(r"[^\s>]+")
"""A key within a chain of pools."""

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
    scope: Terms
    """The query as understood, and the measure."""
    rows: pa.Table
    columns: Sequence[Column]
    """Descriptions of columns, also found in the metadata of the rows' fields."""
    coverage: Coverage
    """The data the rows rest on, and the data they lack."""
    sources: pa.Table
    claims: pa.Table = field(default_factory=_CLAIM.empty_table)
    """Published claims in the same scope."""
    comparisons: pa.Table = field(default_factory=COMPARISON.empty_table)
    """Figures of the trade data beside each claim that they cover too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[Note, ...] = ()
    nothing: Absence = NO_ROWS
    """Why there are no rows, where there are none."""
    caption: str = ""
    """Explanation of the numbers in the rows."""
    shown: Sequence[str] = ()
    """Names of the columns that people read, in order. Default: all with a header."""
    links: pa.Table = field(default_factory=LINKS.empty_table)
    """Makers of two stages in a row behind the consumer's imports."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Short names of the places, products, elements and stages in the answer, by key."""
    goods: tuple[Goods, ...] = ()
    """The goods that the question names, of an answer to several those of each."""
    product_remarks: Mapping[str, Remark] = field(default_factory=dict)
    """Goods that figures of the products in the rows count besides or instead, by key."""
    in_time: bool = False
    """True if the rows of each product go through time: of too many, the newest are shown."""
    parts: str = ""
    """Column of the parts of one whole: shares and amounts of those not shown may be added up."""
    grouped_by: tuple[str, ...] = ()
    """Columns of the groups of rows: of too many rows, the first of each group are shown."""
    sentence: Sentence = field(default_factory=Sentence)
    """The result in one sentence of at most 240 characters, and what it claims."""
    picture: str = ""
    """Reference of its drawing; empty for that of the question."""

    @property
    def headline(self) -> str:
        """The words of the sentence that says the result."""
        return self.sentence.words

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

    def first_of_each(self, names: Sequence[str], top: int) -> list[int]:
        """Choose the first rows of each group, as many of each, so that none is left out alone."""
        groups: dict[Any, list[int]] = {}
        for place, group in enumerate(self.rows.select(list(names)).to_pylist()):
            groups.setdefault(tuple(group.values()), []).append(place)
        first: list[int] = []
        for turn in range(max(map(len, groups.values()), default=0)):
            first += [places[turn] for places in groups.values() if turn < len(places)]
        return sorted(first[:top])

    @property
    def subjects(self) -> frozenset[str]:
        """The names of the columns of countries: whom the answer is about, or who it names."""
        return frozenset(c.name for c in self.columns if c.refers_to == "place")

    @property
    def reasons(self) -> tuple[EndReason, ...]:
        """The figures that make the ends of its ranges, where the question asks for them."""
        return tuple(reason for term in self.scope.each(Reasons) for reason in term.reasons)

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
    keys = keys_of_refs(
        answer.rows, [c.name for c in answer.columns if c.refers_to and c.refers_to not in PROFILED]
    )
    for table in (answer.claims, answer.comparisons, answer.elsewhere, answer.links):
        keys |= keys_of_refs(table, REFS)
    return keys | set(texts_in([answer.scope.as_object(), answer.coverage.as_object()]))


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts within maps and lists, keys of maps too."""
    if isinstance(value, str):
        yield from {value, value.partition(" ")[0]}
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)


def without_empty(rows: pa.Table, names: Iterable[str], *always: str) -> list[str]:
    """Drop the columns without a value in any row, other than those ``always`` shown."""
    return [n for n in names if n in always or rows[n].null_count < len(rows)]


WITHOUT = "_without"
"""Ending of the name of a figure that does not count the weights in doubt."""

BOTH_WEIGHTS = (
    "Weights in doubt: a figure without them comes first, then as reported. Where another source "
    "gives the weight of such a flow, it stands in for it."
)
"""Caption of figures that stand twice, without weights in doubt and as reported."""


def caption_of(answer: Answer, of_doubts: str = BOTH_WEIGHTS) -> str:
    """Write the caption, and what is done with weights in doubt if the rows name any."""
    return f"{answer.caption} {of_doubts * ('doubt' in answer.rows.column_names)}".strip()


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
    by_weight = "measure" in rows.column_names and set(rows["measure"].to_pylist()) == {"tonnes"}
    moved = [name.removesuffix(WITHOUT) for name in names]
    figures = moved if by_weight else [f.name for f in rows.schema if f.type == NUMBER]
    has_figures = [
        any(row[name] is not None for name in figures) or not was_reported
        for row, was_reported in zip(rows.to_pylist(), reported, strict=True)
    ]
    return replace(answer, rows=rows.filter(pa.array(has_figures, pa.bool_())))


OWN_FACTS = "own facts"
"""Mark of a source of facts that a user put on top of others."""


def own_sources(answer: Answer) -> frozenset[str]:
    """Return the keys of the sources that a user put on top of others."""
    rows = answer.sources.to_pylist()
    return frozenset(row["key"] for row in rows if row.get("own"))


def citing_too(answer: Answer, sources: pa.Table) -> Answer:
    """Add sources to those of an answer, each once."""
    keys = {*answer.sources["key"].to_pylist()}
    is_new = pa.array([key not in keys for key in sources["key"].to_pylist()], pa.bool_())
    added = sources.select(answer.sources.column_names).filter(is_new)
    return replace(answer, sources=pa.concat_tables([answer.sources, added]).sort_by("key"))


def marked_source(answer: Answer, key: str) -> str:
    """Write the key of a source, with a mark if a user put it on top of others."""
    return f"{key}, {OWN_FACTS}" if key in own_sources(answer) else key


def cited(text: str) -> list[str]:
    """Split the keys of the sources that one value names.

    >>> cited("usgs-mcs-2025+usgs-mcs-2026")
    ['usgs-mcs-2025', 'usgs-mcs-2026']
    """
    return re.split(r"[\s+]+", text)


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
    separate = list(answers.values())
    first = separate[0]
    if len(separate) == 1:
        return first
    rows = _stacked(_with_both_weights([answer.rows for answer in separate]))
    columns = {column.name: column for answer in reversed(separate) for column in answer.columns}
    shown = list(dict.fromkeys(name for answer in separate for name in answer.headers))
    scope = joined([answer.scope for answer in separate])
    values = scope.as_object()
    apart = [
        name for name in ("period", "consumer", "supplier", "country")
        if name in columns and name in rows.column_names and name not in shown
        and isinstance(values.get(name), list)
    ]  # fmt: skip
    covered = {label: answer.coverage for label, answer in answers.items()}
    alike = all(answer.coverage == first.coverage for answer in separate)
    return Answer(
        _sentences(answer.question for answer in separate),
        scope,
        rows,
        list(columns.values()),
        first.coverage if alike else Coverage(by_question=covered),
        _stacked([answer.sources for answer in separate]).sort_by("key"),
        _stacked([answer.claims for answer in separate]).sort_by("key"),
        _stacked([answer.comparisons for answer in separate]),
        _stacked([answer.elsewhere for answer in separate]),
        tuple(dict.fromkeys(note for answer in separate for note in answer.notes)),
        _nothing([answer.nothing for answer in separate if not len(answer.rows)]),
        _sentences(answer.caption for answer in separate),
        [*apart, *shown],
        _stacked([answer.links for answer in separate]),
        goods=tuple(dict.fromkeys(goods for answer in separate for goods in answer.goods)),
        in_time=first.in_time,
        grouped_by=first.grouped_by,
        picture=first.picture if all(answer.picture for answer in answers.values()) else "",
    )


def _nothing(reasons: Sequence[Absence]) -> Absence:
    """Join the reasons for which several answers have no rows."""
    words = _sentences(lacking.words for lacking in reasons)
    return Absence(words, reasons[0].in_brief) if reasons else Absence(words)


def _sentences(texts: Iterable[str]) -> str:
    """Join texts, each of their sentences once."""
    return " ".join(dict.fromkeys(s for text in texts for s in re.split(r"(?<=[.?]) ", text)))


def _with_both_weights(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Give figures that no weight in doubt moves a second column, where others have one."""
    names = dict.fromkeys(
        name for table in tables if "doubt" in table.column_names
        for name in table.column_names if name.endswith(WITHOUT)
    )  # fmt: skip
    completed = []
    for table in tables:
        for name in names:
            reported = name.removesuffix(WITHOUT)
            if name not in table.column_names and reported in table.column_names:
                place = table.column_names.index(reported)
                field = table.schema.field(reported).with_name(name)
                table = table.add_column(place, field, table[reported])
        completed.append(table)
    return completed


def _stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables, and drop rows that are equal to an earlier one."""
    table = pa.concat_tables(tables, promote_options="permissive")
    first: dict[str, int] = {}
    for place, row in enumerate(table.to_pylist()):
        first.setdefault(repr(row), place)
    return table.take(pa.array(first.values(), pa.int64()))
