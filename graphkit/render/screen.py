"""An answer on one screen: its headline, the rows that matter most, and what they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import claim_figure, known_values
from graphkit.answers.answer import (
    WITHOUT,
    Answer,
    marked_source,
    spoken,
    undoubted,
)
from graphkit.answers.columns import LONG
from graphkit.answers.coverage import Coverage
from graphkit.answers.figures import (
    FEW,
    HALF,
    ceiling_percent,
    first_few,
    floor_percent,
    number_of,
    percent,
    short_text,
    unit_of,
)
from graphkit.answers.remarks import MARKS, REMARK, main_period, with_remarks
from graphkit.answers.unsettled import unsettled_lines
from graphkit.names import capitalized, uncapitalized
from graphkit.pages.columns import GAPS, TextColumn, cell_width, fitted, telling_apart
from graphkit.pages.plain import PlainPage
from graphkit.render.answer import (
    REASONS,
    View,
    answer_columns,
    comparisons_by_claim,
    lifted,
    reason_columns,
    scope_line,
    sources_of_rows,
    totals_columns,
    trade_line,
    weighed,
)

LINES = 40
"""Lines of a screen."""
WIDE = 100
"""Columns of a page that has no width."""
ROWS = 10
"""Rows of an answer that a screen shows."""
NOTES = (30, 20, 12)
"""Widths at which a column of remarks is wrapped, until the figures that decide have room."""
SENTENCES = ("claim", "other_claim")
"""Columns of sentences, which are wrapped at a third of the page."""
CLAIMS = 3
"""Published claims that a screen sets beside the data."""
DOUBT_LEFT_OUT = "Weights in doubt are left out, or are as another source gives them."
CONTRADICTED = "contradicted"
"""Assumption that the data rule out."""
NO_RANGE = 0.0005
"""Difference of the ends of a range below which they are one figure to the digit shown."""
UNKNOWN = "unknown"
"""Cell of a figure that is not known."""
ENDS = ("consumer", "supplier")
DITTO = "〃"
"""Mark of a remark that is that of the row above."""
UNSAID = "*"
"""Mark of a remark for which a screen has no lines."""


@dataclass(frozen=True)
class Screen:
    """The part of an answer that matters most, to be put on a page."""

    title: str
    """The headline; of an answer without one, the question."""
    question: str
    """The question, if it is not the title."""
    tables: Sequence[Sequence[TextColumn]]
    lines: Sequence[str]
    """Paragraphs on what is counted, published and not shown."""

    def put_on(self, page: PlainPage) -> None:
        """Write it on a page."""
        page.title(self.title)
        if self.question:
            page.text(self.question)
        for columns in self.tables:
            page.table(columns)
        page.apart(self.lines)


def lay_out_screen(answer: Answer, page: PlainPage, view: View) -> PlainPage:
    """Put what matters most of an answer on a page of at most :data:`LINES` lines.

    With all rows, or a number of them that is asked for, it may be longer. What changes the meaning
    of a row stands beside it; what is not shown is counted, with the option that shows it. Where
    the lines do not suffice, the remarks on the largest rows stay, and then the largest rows.
    """
    answer = undoubted(with_remarks(answer))
    rows = list(answer.first_rows(len(answer.rows) if view.all else view.top or ROWS))
    remarks = answer.rows[REMARK.name].to_pylist()
    unsaid: set[int] = set()
    while True:
        filled = page.blank()
        _screen(answer, page.width, view, rows, unsaid).put_on(filled)
        if view.all or view.top or str(filled).count("\n") <= LINES or len(rows) < 2:
            return filled
        remarked = [row for row in rows if remarks[row] and row not in unsaid]
        if len(remarked) > 1:
            unsaid.add(remarked[-1])
        else:
            del rows[-1]


def _screen(
    answer: Answer, width: int | None, view: View, indices: Sequence[int], unsaid: Set[int]
) -> Screen:
    tables: list[Sequence[TextColumn]] = []
    lines: list[str] = []
    if totals := totals_columns(answer):
        columns, totals_lines = _totals(answer, totals, width, view)
        tables.append(columns)
        lines += totals_lines
        if len(totals[0].cells) > 1 and not view.all:
            indices = ()
    if not len(answer.rows):
        lines.append(answer.nothing.words)
    elif indices:
        columns, hidden = _columns(answer, width, view, indices, unsaid)
        tables.append(columns)
        marks = [text for c in columns if c.name == REMARK.name
                 for text in c.cells if text.startswith(UNSAID)]  # fmt: skip
        remarks = _remarks(answer, unsaid)
        labels = _labels([text for row in indices if (text := remarks[row])]) if marks else {}
        lines.append(_hidden_line(answer, view, indices, hidden, marks, labels))
    lines += _reason_lines(answer, view)
    lines += _paragraphs(answer, view)
    return Screen(
        answer.headline or answer.question, answer.question if answer.headline else "", tables,
        list(filter(None, lines)),
    )  # fmt: skip


def _reason_lines(answer: Answer, view: View) -> Iterator[str]:
    """Write a line for each end of a range whose figures are told: the first of them."""
    *labels, ends, states, conditions = reason_columns(answer, 1)
    for row, end in enumerate(ends.cells):
        label = ", ".join(column.cells[row] for column in labels)
        yield f"{label}: {end} ({states.cells[row]}) if {conditions.cells[row]}."
    if answer.reasons:
        yield f"{REASONS}: {view.more[2]}."


def remark_lines(answer: Answer, view: View) -> list[str]:
    """Say what is counted, published and not shown, as a screen does below its rows."""
    return list(filter(None, _paragraphs(undoubted(with_remarks(answer)), view)))


def _paragraphs(answer: Answer, view: View) -> list[str]:
    return [
        _common_remark(answer), *_uncounted(answer), *_published(answer, view),
        *_bought_elsewhere(answer, view), _counted(answer), _data(answer),
        _not_shown(answer, view),
    ]  # fmt: skip


def _columns(
    answer: Answer, width: int | None, view: View, indices: Sequence[int], unsaid: Set[int]
) -> tuple[Sequence[TextColumn], Sequence[TextColumn]]:
    """Choose the columns of some rows that fit a width, and those that do not."""
    rows = answer.rows.set_column(
        answer.rows.column_names.index(REMARK.name), REMARK.described,
        pa.array(_remarks(answer, unsaid), pa.string()),
    )  # fmt: skip
    reported = {name.removesuffix(WITHOUT) for name in rows.column_names if name.endswith(WITHOUT)}
    dropped = {*_stated_once(answer), *MARKS, *reported}
    spare = {"period"} if main_period(answer) is not None else set()
    if not view.wide:
        spare |= {column.name for column in answer.columns if column.rank >= LONG}
    heads = [name for name in answer.headers if name not in dropped]
    selection = replace(answer, rows=rows.take(pa.array(indices, pa.int64())), shown=heads)
    columns = answer_columns(selection, once={})
    telling = telling_apart([c for c in columns if c.name != REMARK.name])
    columns = [c for c in columns if c.name not in spare or c in telling]
    if sums := _sums_of_others(answer, indices):
        columns = [replace(c, cells=[*c.cells, sums.get(c.name, "")]) for c in columns]
    refs = {column.name: column.refers_to for column in answer.columns}
    figures = _with_range(
        [_whole(c, refs.get(c.name.removesuffix(WITHOUT), ""), width or WIDE)
         for c in columns if c.name != REMARK.name], selection.rows,
    )  # fmt: skip
    notes = [c for c in columns if c.name == REMARK.name and any(c.cells)]
    if answer.rows[REMARK.name].null_count == 0 and len(answer.rows[REMARK.name].unique()) == 1:
        notes = []
    if view.wide or width is None:
        return [*figures, *map(_ditto, notes)], []
    broken = [_broken(c) if refs.get(c.name) == "material" else c for c in figures]
    labels = _labels([text for c in notes for text in c.cells if text])
    marks = [replace(c, cells=[labels.get(text, UNSAID * bool(text)) for text in c.cells])
             for c in notes]  # fmt: skip
    narrow = [_broken(c) if refs.get(c.name) else c for c in figures]
    forms: list[tuple[list[TextColumn], list[TextColumn], int]] = [
        *((figures, notes, least) for least in NOTES),
        (broken, notes, NOTES[-1]),
        (narrow, marks, 0),
    ]
    for shapes, beside, least in forms:
        beside = [replace(c, least=min(c.widest, max(least, c.narrowest))) for c in beside]
        fitting, hidden = fitted(shapes, width - sum(c.least + GAPS[-1] for c in beside))
        stay = [c for c in telling_apart(shapes) if any(c.cells)]
        stay += [c for c in shapes if any(c.cells) and c.rank == 0]
        if all(column in fitting for column in stay):
            break
    return [*fitting, *map(_ditto, beside)], hidden


def _remarks(answer: Answer, unsaid: Set[int]) -> list[str | None]:
    """List the remarks on all rows, with a mark alone where there are no lines for one."""
    texts = answer.rows[REMARK.name].to_pylist()
    return [UNSAID if row in unsaid else text for row, text in enumerate(texts)]


LABELLED = 3
"""Different remarks that are told below the rows, each by its mark; more are counted."""


def _labels(remarks: Sequence[str]) -> dict[str, str]:
    """Give each different remark a mark; none where there are many, or no lines for one.

    >>> _labels(["of 2019", "of 2020", "of 2019"]), _labels(["of 2019"]), _labels([UNSAID])
    ({'of 2019': '*1', 'of 2020': '*2'}, {'of 2019': '*'}, {})
    """
    different = list(dict.fromkeys(remarks))
    if len(different) > LABELLED or UNSAID in different:
        return {}
    several = len(different) > 1
    return {text: f"{UNSAID}{n if several else ''}" for n, text in enumerate(different, 1)}


SHARES = ("share_usd", "on_share_usd", "largest_share_usd")
"""Shares that are a range where not all flows are listed."""
RANGES = (
    ("low", "high", "range"),
    ("assumed_low", "assumed_high", "assumed"),
    *((f"{share}_low", f"{share}_high", "range") for share in SHARES),
)
"""Columns of the two ends of a range, and the header of the one that takes their place."""


def _with_range(columns: Sequence[TextColumn], rows: pa.Table) -> list[TextColumn]:
    """Put the least and the most that a share can be into one column, empty where they are one.

    Those under an assumption stand beside it, where they say more. A share that trade which is not
    listed may move has its range alone.
    """
    joined = list(columns)
    free: Sequence[str] = ()
    for low, high, header in RANGES:
        names = [column.name for column in joined]
        bounds = [next((n for n in (f"{end}{WITHOUT}", end) if n in names), "")
                  for end in (low, high)]  # fmt: skip
        if not all(bounds):
            continue
        share = next((name for name in SHARES if low == f"{name}_low"), "")
        pairs = [tuple(ends.values()) for ends in rows.select(bounds).to_pylist()]
        cells = ["" if share and None in pair else _range(*pair) for pair in pairs]
        if header != "range":
            texts = rows["assumption"].to_pylist()
            cells = [
                CONTRADICTED if text == CONTRADICTED else cell if text and cell != span else ""
                for text, cell, span in zip(texts, cells, free, strict=True)
            ]
        filled = len(joined[0].cells) - len(cells)  # a row that adds up others has no range
        padded = [*cells, *[""] * filled]
        rank = 0 if header == "range" else 1
        ends = TextColumn(header, padded, number=True, rank=rank)
        is_shown = header == "range" or any(cells)
        joined = [ends if c.name == bounds[0] else c for c in joined
                  if c.name != bounds[1] and (c.name != bounds[0] or is_shown)]  # fmt: skip
        joined = [_in_range(c, padded) if share and c.name == share else c for c in joined]
        free = cells
    return joined


def _in_range(column: TextColumn, ranges: Sequence[str]) -> TextColumn:
    """Leave unknown shares empty beside their range."""
    pairs = zip(column.cells, ranges, strict=True)
    return replace(column, cells=["" if text and cell == UNKNOWN else cell for cell, text in pairs])


def _range(low: float | None, high: float | None) -> str:
    """Write a range of a share in whole percents, rounded outwards.

    >>> _range(0.467, 0.8686), _range(0.842, 0.842), _range(0.0, 1.0)
    ('46 – 87 %', '', '0 – 100 %')
    """
    if low is None or high is None:
        return UNKNOWN
    if high - low < NO_RANGE:
        return ""
    return f"{floor_percent(low)} – {ceiling_percent(high)} %"


SPARE = 3
"""Rank from which a column of countries is left out like any other, such as a list of them."""


def _whole(column: TextColumn, ref: str, width: int) -> TextColumn:
    """Keep names on one line, and those of countries on every screen; claims in few lines."""
    if column.name in SENTENCES:
        return replace(column, least=min(column.widest, width // 3))
    if not ref:
        return column
    least = max(map(cell_width, column.cells), default=0)
    stays = ref == "place" and column.rank < SPARE
    return replace(column, least=least, rank=0 if stays else column.rank)


def _broken(column: TextColumn) -> TextColumn:
    """Let names break between words, where they would cost a column of figures."""
    words = (word for cell in column.cells for word in cell.split())
    return replace(column, least=max(map(cell_width, words), default=0))


def _stated_once(answer: Answer) -> Mapping[str, str]:
    """Collect the values to state once: those of the question, and what is alike in all rows.

    Who is at the other end is the answer, and stays in its row.
    """
    return {
        name: text for name, text in lifted(answer).items()
        if name != REMARK.name
        and (answer.scope.states(name, answer.rows[name][0].as_py()) or name not in answer.subjects)
    }  # fmt: skip


def _ditto(column: TextColumn) -> TextColumn:
    """Replace a remark that is that of the row above by a mark."""
    cells = list(column.cells)
    for place in range(len(cells) - 1, 0, -1):
        if cells[place] not in ("", UNSAID) and cells[place] == cells[place - 1]:
            cells[place] = DITTO
    return replace(column, cells=cells)


def _sums_of_others(answer: Answer, indices: Sequence[int]) -> Mapping[str, str]:
    """Add up the parts of one whole that have no row: their number, shares and amounts."""
    rows = answer.rows
    whole = [name for name in ("product", "period", "consumer", "dataset", "reporter", "source")
             if name in rows.column_names]  # fmt: skip
    alone = len({tuple(row.values()) for row in rows.select(whole).to_pylist()}) == 1
    hidden = sorted(set(range(len(rows))) - set(indices))
    if not answer.parts or not alone or len(hidden) < 2:
        return {}
    cells = {answer.parts: f"{len(hidden)} others"}
    for name in ("share_usd", "share_tonnes", "usd", "tonnes", "share"):
        if name in rows.column_names:
            values = rows[name].take(pa.array(hidden, pa.int64())).to_pylist()
            known = [value for value in values if value is not None]
            unit = unit_of(rows.schema.field(name))
            cells[name] = short_text(sum(known) if known else None, unit)
    return cells


def _totals(
    answer: Answer, columns: Sequence[TextColumn], width: int | None, view: View
) -> tuple[Sequence[TextColumn], list[str]]:
    """Choose the totals of a comparison's products to show, and count the others."""
    total = len(columns[0].cells)
    count = total if view.all else min(total, view.top or ROWS)
    fitting, hidden = fitted(
        [replace(column, cells=column.cells[:count]) for column in columns],
        None if view.wide else width,
    )  # fmt: skip
    lines = []
    if total > count:
        lines.append(f"{total - count:,} more products, whose trade changed less: {view.more[0]}.")
    if hidden:
        lines.append(_no_room(hidden, view))
    if total > 1 and not view.all:
        lines.append(f"{len(answer.rows):,} rows of single partners: {view.more[0]}.")
    return fitting, lines


def _hidden_line(
    answer: Answer, view: View, indices: Sequence[int], hidden: Sequence[TextColumn],
    marks: Sequence[str], labels: Mapping[str, str],
) -> str:  # fmt: skip
    """Count the rows, columns and remarks that have no place on the screen."""
    texts = []
    if hidden_rows := sorted(set(range(len(answer.rows))) - set(indices)):
        texts.append(f"{_count_hidden(answer, hidden_rows)}: {view.more[0]}.")
    if marks:
        texts += [f"{label} {text}." for text, label in labels.items()] or [
            f"{UNSAID} {number_of(len(marks), 'remark')} beside rows: {view.more[2]}."
        ]
    alike = [column for column in hidden if column.says_little and any(column.cells)]
    if alike:
        values = ", ".join(f"{uncapitalized(c.header)} {c.cells[0]}" for c in alike)
        texts.append(f"In all rows above: {values}.")
    if others := [column for column in hidden if column not in alike]:
        texts.append(_no_room(others, view))
    return " ".join(texts)


def _no_room(hidden: Sequence[TextColumn], view: View) -> str:
    headers = ", ".join(column.header for column in hidden)
    return f"Not shown for want of room: {headers}: {view.more[1]}."


def _count_hidden(answer: Answer, hidden: Sequence[int]) -> str:
    """Count rows that are not shown; of shares of products, those above and below a half."""
    names = answer.rows.column_names
    products = answer.rows["product"].to_pylist() if "product" in names else []
    if "share_usd" not in names or len(set(products)) < len(products):
        return number_of(len(hidden), "more row")
    shares = answer.rows["share_usd"].to_pylist()
    above = sum((shares[row] or 0.0) >= HALF for row in hidden)
    return ", ".join(
        text for count, text in (
            (above, f"{above:,} more at 50 % or above"),
            (len(hidden) - above, f"{len(hidden) - above:,} more below" if not above
             else f"{len(hidden) - above:,} below"),
        ) if count
    )  # fmt: skip


def _uncounted(answer: Answer) -> Iterator[str]:
    """Name steps of a chain and products in scope of which there are no data."""
    parts = answer.coverage.parts.values()
    uncounted = {
        "Steps of the chain without data": [k for part in parts for k in part.steps_without_data],
        "In scope, but without trade data": [k for part in parts for k in part.without_trade],
    }
    for text, keys in uncounted.items():
        if names := [spoken(key, answer.names) for key in dict.fromkeys(keys)]:
            yield f"{text}: {first_few(names)}."


def _published(answer: Answer, view: View) -> Iterator[str]:
    """Set the published claims on the largest trade beside the data; count the others."""
    compared = comparisons_by_claim(answer)
    worth = _worth(answer)

    def size(rows: Sequence[Mapping[str, Any]]) -> float:
        products = {product for row in rows for product in row["products"].split(" + ")}
        return sum(worth.get(product, 0.0) for product in products)

    first = sorted(compared.values(), key=lambda rows: -size(rows))[:CLAIMS]
    for rows in first:
        yield _beside(answer, rows)
    sourced, text = _sourced(answer, worth)
    if text:
        yield text
    hidden_count = len(answer.claims) - len(first) - sourced
    if hidden_count > 0:
        noun = "more published claim" if first or sourced else "published claim"
        yield f"{number_of(hidden_count, noun)} in this scope: {view.more[2]}."


def _sourced(answer: Answer, worth: Mapping[str, float]) -> tuple[int, str]:
    """Write the published sourcing of a consumer, which is no share of imports; count its claims.

    Of the first products, those of the largest trade first, with their first suppliers.
    """
    tables: dict[tuple[str, ...], dict[str, list[dict[str, Any]]]] = {}
    for claim in map(known_values, answer.claims.to_pylist()):
        is_share = claim.get("measure") == "sourcing" and "value" in claim and "supplier" in claim
        if (
            is_share
            and "product" in claim
            and answer.scope.states("consumer", claim.get("consumer"))
        ):
            table = tuple(claim.get(n, "") for n in ("consumer", "period", "basis", "source"))
            products = tables.setdefault(table, {})
            products.setdefault(claim["product"], []).append(claim)
    if len(tables) != 1:
        return 0, ""
    [((consumer, period, basis, source), products)] = tables.items()
    keys = sorted(products, key=lambda key: (-worth.get(key, 0.0), key))
    count, texts = 0, []
    for key in keys[:FEW]:
        claims = sorted(products[key], key=lambda claim: (-claim["value"], claim["supplier"]))
        count += len(claims[:FEW])
        suppliers = first_few([
            f"{spoken(c['supplier'], answer.names)} {claim_figure(c)}" for c in claims
        ])  # fmt: skip
        texts.append(f"{spoken(key, answer.names)} from {suppliers}")
    rest = f"; {len(keys) - FEW} more products" if len(keys) > FEW else ""
    source = marked_source(answer, source)
    return count, (
        f"Published sourcing, {spoken(consumer, answer.names)}, {period} "
        f"({basis or 'basis not stated'}; {source}): {'; '.join(texts)}{rest}."
    )


def _worth(answer: Answer) -> dict[str, float]:
    """Return the value of each product in the rows."""
    if not {"product", "usd"} <= set(answer.rows.column_names):
        return {}
    pairs = answer.rows.select(["product", "usd"]).to_pylist()
    return {row["product"]: row["usd"] or 0.0 for row in pairs}


def _beside(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> str:
    """Write one claim with the figures that the trade data give for what it may count."""
    first = rows[0]
    claim = next(known_values(r) for r in answer.claims.to_pylist() if r["key"] == first["claim"])
    by_weight = claim.get("counted_by") == "weight"
    share, measure = ("share_tonnes", "weight") if by_weight else ("share_usd", "value")
    figures = "; ".join(
        f"{_share(row[share])} of "
        + " + ".join(spoken(product, answer.names) for product in row["products"].split(" + "))
        for row in rows
    )
    subject = spoken(claim.get("product") or claim.get("element") or "", answer.names)
    trade = [] if all(answer.scope.states(end, first[end]) for end in ENDS) else [
        " from ".join(spoken(first[end], answer.names) for end in ENDS)
    ]  # fmt: skip
    period = [] if first["period"] == main_period(answer) else [first["period"]]
    stated = ", ".join([f"{claim_figure(claim)} of {subject}", *trade, *period])
    source = marked_source(answer, claim["source"])
    return f"Published: {stated} ({source}). Trade data by {measure}: {figures}."


def _share(share: float | None) -> str:
    return "an unknown share" if share is None else percent(share)


def _bought_elsewhere(answer: Answer, view: View) -> Iterator[str]:
    """Count the products that hold what was asked for and are bought for something else."""
    if products := list(dict.fromkeys(answer.elsewhere["product"].to_pylist())):
        names = first_few([spoken(key, answer.names) for key in products])
        meaning = answer.scope.meaning
        yield f"Contains {meaning}, bought for something else: {names}: {view.more[2]}."


def _common_remark(answer: Answer) -> str:
    """Give the remark that is that on every row, once."""
    remarks = answer.rows[REMARK.name].unique().to_pylist()
    return f"{capitalized(remarks[0])}." if len(remarks) == 1 and remarks[0] else ""


def _counted(answer: Answer) -> str:
    """Say what the figures count, and of which period most rows are."""
    main = main_period(answer)
    alike = "period" in lifted(answer)
    period_text = f" Period {main}, unless a note says another." if main and not alike else ""
    line = scope_line(answer, _stated_once(answer), DOUBT_LEFT_OUT)
    return f"{line}{period_text}".strip()


def _data(answer: Answer) -> str:
    """Name the trade that the rows rest on, and the sources with what their weights count."""
    parts = [*answer.coverage.parts.values()]
    flows = [trade_line(part) for part in parts if len(parts) == 1]
    return " ".join(filter(None, [*flows, _sources(answer, parts), *unsettled_lines(parts)]))


def _sources(answer: Answer, parts: Sequence[Coverage]) -> str:
    """Name the sources of the rows, with publisher and licence, basis and reporters of trade."""
    used = set(sources_of_rows(answer))
    groups: dict[tuple[str, str], list[str]] = {}
    for row in answer.sources.to_pylist():
        if row["key"] in used:
            key = marked_source(answer, row["key"])
            groups.setdefault((row["publisher"], row["licence"]), []).append(key)
    publishers = [f"{publisher} ({', '.join(keys)}; {licence})"
             for (publisher, licence), keys in groups.items()]  # fmt: skip
    bases = sorted({weighed(series) for part in parts for series in part.series})
    basis = f" ({'; '.join(bases)})" if bases else ""
    return f"Source{'s' * (len(used) > 1)}{basis}: {first_few(publishers)}." if publishers else ""


def _not_shown(answer: Answer, view: View) -> str:
    """Count the notes, which only the long form shows."""
    count = len(answer.notes)
    return f"{number_of(count, 'note')}, coverage and sources in full: {view.more[2]}."
