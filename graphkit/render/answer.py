"""An answer as people read it: columns, and claims, coverage and sources in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import about, claim_figure, headline, known_values
from graphkit.answers.answer import (
    BOTH_WEIGHTS,
    OWN_FACTS,
    Answer,
    caption_of,
    cited,
    in_names,
    marked_source,
    name_cell,
    texts_in,
)
from graphkit.answers.coverage import (
    About,
    Capacity,
    Change,
    Coverage,
    Entry,
    Line,
    MissingFlow,
    Pool,
    ProductionSource,
    Series,
    SplitTrade,
    Total,
    TradeCount,
    UnreportedTrade,
    Unsettled,
    YearsByProduct,
)
from graphkit.answers.figures import (
    SHARE_UNIT,
    is_json,
    is_number,
    money,
    number_of,
    percent,
    short_text,
    unit_of,
)
from graphkit.answers.note import words_of_notes
from graphkit.answers.reasons import REACHED
from graphkit.arrow import VALUED
from graphkit.errors import visible
from graphkit.names import capitalized, uncapitalized
from graphkit.pages.columns import TextColumn, fits, fitted
from graphkit.pages.page import Page
from graphkit.period import Period
from graphkit.render.graph_values import graph_text


@dataclass(frozen=True)
class View:
    """The part of an answer that people see."""

    long: bool = False
    """True for claims, coverage, sources and notes in full, in plain text too."""
    all: bool = False
    """True for all rows on a screen."""
    top: int = 0
    """Number of rows; 0 for all, on a screen for those that matter most."""
    more: tuple[str, str, str] = ("--all", "--wide", "--long")
    """Where all rows, all columns, and everything else are found."""
    wide: bool = False
    """True for tables with all columns, wider than the terminal."""
    narrow: bool = False
    """True for pictures laid out for a phone."""
    slide: bool = False
    """True for pictures laid out as slides."""


REASONS = "Unpublished figures that make the ends of the ranges, all others as estimated"
WHOLE = View()
SHORT = 20
"""Number of rows that a notebook shows unless asked for more."""


def lay_out(answer: Answer, page: Page, view: View = WHOLE) -> Page:
    """Put an answer on a page: rows, products out of scope, claims, coverage, sources, notes."""
    page.title(answer.headline or answer.question)
    if answer.headline:
        page.text(answer.question)
    if len(answer.rows):
        page.text(scope_line(answer))
    if totals := totals_columns(answer):
        page.title("Totals of each product")
        _rows(totals, range(len(totals[0].cells)), page, view)
        page.title("Of each partner")
    if len(answer.rows):
        qualifier = "The newest " if answer.in_time else ""
        rows = shown_rows(answer, view)
        _rows(answer_columns(answer, page.width), rows, page, view, qualifier)
    else:
        page.text(answer.nothing.words)
    if answer.reasons:
        page.title(REASONS)
        page.table(reason_columns(answer))
    if len(answer.elsewhere):
        page.title(f"Contains {answer.scope.meaning}, bought for something else")
        page.table(elsewhere_columns(answer))
    _list(page, "Published claims in this scope", claim_lines(answer))
    compared = comparison_columns(answer)
    if compared and compared[0].cells:
        page.title("Claimed shares beside the trade data, differences in percentage points")
        page.table(compared)
    _list(page, "Coverage", coverage_lines(answer))
    _list(page, "Sources", source_lines(answer))
    _list(page, "Notes", _notes(answer, view))
    return page


def _list(page: Page, title: str, lines: Sequence[str]) -> None:
    """Put lines with a title on a page, if there are any."""
    if lines:
        page.title(title)
        page.lines(lines)


def _rows(
    columns: Sequence[TextColumn], rows: Sequence[int], page: Page, view: View, qualifier: str = ""
) -> None:
    """Put some rows on a page in the columns that fit, and say what is left out."""
    row_count, left_out = len(columns[0].cells), []
    if view.top and not qualifier:
        rows = rows[: view.top]
    columns, hidden = fitted(columns, page.width)
    if len(rows) < row_count:
        columns = [replace(c, cells=[c.cells[row] for row in rows]) for c in columns]
        left_out.append(f"{qualifier}{len(rows):,} of {row_count:,} rows: {view.more[0]}.")
    page.table(columns)
    if hidden:
        headers = ", ".join(column.header for column in hidden)
        names = f"{number_of(len(hidden), 'column')} hidden ({headers})"
        left_out.append(f"{names}: {view.more[1]}.")
    if left_out:
        page.text(" ".join(left_out))


def _notes(answer: Answer, view: View) -> Sequence[str]:
    """Write the notes but those on products in rows that are not shown alone, which it counts."""
    if "product" not in answer.rows.column_names:
        return words_of_notes(answer.notes)
    products = answer.rows["product"].to_pylist()
    hidden = {*products} - {products[row] for row in shown_rows(answer, view)}
    shown = [note for note in answer.notes if not note.is_only_on(hidden)]
    lines = words_of_notes(shown)
    if hidden_count := len(answer.notes) - len(shown):
        lines.append(f"{number_of(hidden_count, 'note')} on other products: {view.more[0]}.")
    return lines


def shown_rows(answer: Answer, view: View) -> Sequence[int]:
    """Choose the rows that a view shows."""
    return answer.first_rows(view.top) if view.top else range(len(answer.rows))


YES_NO = ("no", "yes")
MEASURED = ("hhi_usd", "suppliers", "missing_tonnes_share")
"""Numbers of a whole market, stated once if equal in every row, as text is."""


def table_columns(table: pa.Table) -> list[TextColumn]:
    """Turn a table into columns of text, with units in the headers."""
    columns = []
    for field in table.schema:
        unit = unit_of(field)
        stated = SHARE_UNIT.sub("", unit)  # people read it in percent
        plain = not stated or stated.casefold() == field.name.casefold()
        header = visible(field.name if plain else f"{field.name} ({stated})")
        values = table[field.name].to_pylist()
        if is_json(field):
            texts = ["" if value is None else graph_text(json.loads(value)) for value in values]
        else:
            texts = [short_text(value, unit) for value in values]
        columns.append(TextColumn(header, list(map(visible, texts)), is_number(field)))
    return columns


def elsewhere_columns(answer: Answer) -> list[TextColumn]:
    """Make columns of the products that hold an element in scope in another role."""
    rows = answer.elsewhere.select(["product", "stage", "element", "role"]).to_pylist()
    columns = table_columns(pa.Table.from_pylist([in_names(row, answer.names) for row in rows]))
    return [replace(column, header=capitalized(column.header)) for column in columns]


def answer_columns(
    answer: Answer, width: int | None = None, once: Mapping[str, str] | None = None
) -> list[TextColumn]:
    """Turn the rows into columns of text, without those that :func:`lifted` states once.

    If they do not fit the width, product and stage share a column.
    """
    once = lifted(answer) if once is None else once
    ranks = {column.name: column.rank for column in answer.columns}
    columns = {
        name: TextColumn(
            header,
            [cell_text(v, field, answer.names) for v in answer.rows[name].to_pylist()],
            is_number(field),
            name,
            ranks.get(name, 0),
            _keys(answer, name) if _ref(field) else {},
        )
        for name, header in headers_of(answer).items()
        for field in [answer.rows.schema.field(name)]
        if name not in once
    }
    narrow = width is not None and not fits(list(columns.values()), width)
    if narrow and {"product", "stage"} <= set(columns):
        stages = map(uncapitalized, columns.pop("stage").cells)
        pairs = zip(columns["product"].cells, stages, strict=True)
        columns["product"] = TextColumn(
            "Product, stage", [", ".join(filter(None, pair)) for pair in pairs]
        )
    return list(columns.values())


def headers_of(answer: Answer) -> Mapping[str, str]:
    """Choose the columns to show, with reporter or data set if a product's trade has several."""
    rows, headers = answer.rows, dict(answer.headers)
    scope = [name for name in ("product", "period") if name in rows.column_names]
    for name, header in (("reporter", "Reported by"), ("dataset", "Data set")):
        if "product" in headers and name in rows.column_names:
            texts = [rows[column].to_pylist() for column in (*scope, name)]
            pairs = {pair for pair in zip(*texts, strict=True) if pair[-1] is not None}
            if len(pairs) > len({pair[:-1] for pair in pairs}):
                headers[name] = header
    return headers


def lifted(answer: Answer) -> Mapping[str, str]:
    """Collect the values to state once: those of the query, and those common to several rows."""
    rows = answer.rows
    if not len(rows):
        return {}
    fields = [rows.schema.field(n) for n in headers_of(answer) if not answer.scope.leaves_open(n)]
    names_and_keys = {key: f"{name} ({key})" for key, name in answer.names.items() if key != name}
    same = {
        field.name: cell_text(
            rows[field.name][0].as_py(),
            field,
            names_and_keys if _ref(field) == "place" else answer.names,
        )
        for field in fields
        if _is_constant(rows[field.name]) and (field.name in MEASURED or not is_number(field))
    }
    return same if len(rows) > 1 else {n: text for n, text in same.items() if answer.scope.names(n)}


def _is_constant(column: pa.ChunkedArray) -> bool:
    """Return True if all values are equal, also if they are lists."""
    values = column.to_pylist()
    return all(value == values[0] for value in values)


def _ref(field: pa.Field) -> str:
    """Return the kind of thing whose keys a column holds; empty for other values."""
    ref: bytes = (field.metadata or {}).get(b"ref", b"")
    return ref.decode()


def _keys(answer: Answer, name: str) -> dict[str, str]:
    """Collect the keys of a column that a name stands for alone, by the text of the cell."""
    keys: dict[str, set[str]] = {}
    for key in answer.rows[name].to_pylist():
        if isinstance(key, str) and key in answer.names:
            keys.setdefault(visible(answer.names[key]), set()).add(key)
    return {text: key for text, (key, *others) in keys.items() if text != key and not others}


def cell_text(value: Any, field: pa.Field, names: Mapping[str, str]) -> str:
    """Write a value, or names in place of keys."""
    if isinstance(value, bool):
        return YES_NO[value]
    if _ref(field) and value is not None:
        label = name_cell(value, _ref(field), names)
        return visible("; ".join(label) if isinstance(label, list) else str(label))
    return visible(short_text(value, unit_of(field)))


def scope_line(
    answer: Answer, once: Mapping[str, str] | None = None, of_doubts: str = BOTH_WEIGHTS
) -> str:
    """State the values common to all rows, or some of them, and the caption."""
    caption = caption_of(answer, of_doubts)
    once = lifted(answer) if once is None else once
    never = {column.name: column.never for column in answer.columns if column.never}
    headers = {n: header if header[1:].lower() != header[1:] else header.lower()
             for n, header in headers_of(answer).items()}  # fmt: skip
    stated = ", ".join(
        never[n] if text == YES_NO[0] and n in never
        else f"{headers[n]}{':' * (text in YES_NO)} {text}"
        for n, text in once.items() if text
    )  # fmt: skip
    return f"{stated[0].upper()}{stated[1:]}. {caption}".strip() if stated else caption


def sources_of_rows(answer: Answer) -> list[str]:
    """List the keys of the sources of the rows and their series."""
    keys = answer.sources["key"].to_pylist()
    parts = answer.coverage.parts.values()
    used = {series.source for part in parts for series in part.series}
    used |= _sources_of_rows(answer.rows)
    return [key for key in keys if key in used] or keys


def supporting_sources(answer: Answer) -> list[str]:
    """List the keys of the sources that an answer rests on: not those of claims beside it alone."""
    keys = answer.sources["key"].to_pylist()
    beside = set(answer.claims["source"].to_pylist()) - _sources_of_rows(answer.rows)
    beside -= {key for text in texts_in(answer.coverage.as_object()) for key in cited(text)}
    return [key for key in keys if key not in beside] or keys


def source_lines(answer: Answer) -> list[str]:
    """Describe each source in use: key, publisher, title, date or version, licence."""
    return [*lines_by_source(answer).values()]


def lines_by_source(answer: Answer) -> dict[str, str]:
    """Describe each source in use, by its key."""
    used = {*supporting_sources(answer), *(claim["source"] for claim in shown_claims(answer))}
    rows = map(known_values, answer.sources.to_pylist())
    return {row["key"]: _source_line(row) for row in rows if row["key"] in used}


def _sources_of_rows(rows: pa.Table) -> set[str]:
    """Collect the sources named in any source column."""
    columns = [rows[name].to_pylist() for name in rows.column_names if name.endswith("source")]
    return {key for column in columns for text in column if text for key in cited(text)}


def _source_line(source: Mapping[str, Any]) -> str:
    names = ("publisher", "title", "version", "published")
    stated = ", ".join(source[name] for name in names if name in source)
    link = f" {source['url']}" if "url" in source else ""
    own = f" ({OWN_FACTS})" if source.get("own") else ""
    return f"{source['key']}{own}: {stated}. Licence: {source['licence']}.{link}"


STATES = ("published", "inferred from trade or a share", "unknown")
"""Words for figures of production that are observed, inferred and missing."""
WORTH = {"usd": "value", "tonnes": "weight"}
REPORTERS = {
    "reconciled": "reports of both sides reconciled",
    "exporter": "as exporters report",
    "importer": "as importers report",
}


def coverage_lines(answer: Answer) -> list[str]:
    """Describe the data of an answer and its gaps, of each question by itself."""
    return [
        f"{label}: {line}" if label else line
        for label, coverage in answer.coverage.parts.items()
        for line in _lines_of(coverage, answer.names)
    ]


def trade_line(coverage: Coverage) -> str:
    """State the flows of trade that an answer counts, and their value; empty for none."""
    trade = coverage.trade
    if trade is None or not trade.flows:
        return ""
    flows, products = number_of(trade.flows, "flow"), number_of(trade.products, "product")
    return f"{flows} {_worth(trade, coverage.series)}in {products}{_without(trade)}."


def _lines_of(coverage: Coverage, names: Mapping[str, str]) -> Iterator[str]:
    """Describe the coverage of one question."""
    if trade := trade_line(coverage):
        yield trade
    yield from _series_lines(coverage.series, names)
    if coverage.without_trade:
        products = ", ".join(names.get(key, key) for key in coverage.without_trade)
        yield f"In scope, but without trade data: {products}."
    if len(coverage.network) <= FEW:
        yield from (_pool_line(pool, names) for pool in coverage.network)
    else:
        yield from _pool_lines(coverage.network, names)
    yield from _production_lines(coverage.production, names)
    yield from (_other_line(line, names) for line in coverage.as_lines() if line.in_text)


def _worth(trade: TradeCount, all_series: Sequence[Series]) -> str:
    """State the total value and the border of valuation, if no trade counts twice."""
    if trade.usd is None:
        return "of several series on the same trade, so that they are not added up, "
    if trade.flows == trade.flows_without_usd:
        return "of unknown value "
    borders = sorted({border for series in all_series for border in _borders(series)})
    return f"worth {money(trade.usd)} USD ({' and '.join(borders)}) "


def _borders(series: Series) -> list[str]:
    kinds = series.valuation.split("+") if series.valuation else [None]
    return [VALUED[kind] for kind in kinds]


def _other_line(line: Line, names: Mapping[str, str]) -> str:
    """State an entry without a sentence of its own: a number or a list of names."""
    value, label = line.value, line.name.replace("_", " ")
    if isinstance(value, YearsByProduct):
        value = tuple(About(some.product, ", ".join(some.years)) for some in value.years)
    if isinstance(value, tuple):
        stated = ", ".join(_item(item, names) for item in value) or "none"
    elif isinstance(value, int):
        stated = f"{value:,}"
    else:
        stated = short_text(value.as_object() if isinstance(value, Entry) else value)
    return f"{label[0].upper()}{label[1:]}: {visible(stated)}."


def _item(item: str | Entry, names: Mapping[str, str]) -> str:
    """Write an item of a list, with names in place of its keys."""

    def name(key: str) -> str:
        return names.get(key, key)

    match item:
        case str():
            return name(item)
        case About():
            return f"{name(item.key)} {item.words}"
        case UnreportedTrade():
            return f"{name(item.country)} since {item.since} ({item.source})"
        case Unsettled():
            return f"{item.word} {item.period} ({item.source})"
        case MissingFlow():
            flow = f"from {name(item.supplier)} to {name(item.consumer)}"
            return f"{name(item.product)} {flow} in {item.period}"
        case SplitTrade():
            goods = f"{name(item.product)} or {uncapitalized(name(item.other))}"
            flow = f"from {name(item.supplier)} to {name(item.consumer)}"
            return f"{goods} {flow} in {', '.join(item.years)}"
        case Capacity():
            basis = f" ({item.basis})" if item.basis else ""
            known = f"{item.capacity_tonnes:,.0f} t a year{basis}"
            return f"{name(item.product)} in {name(item.country)} {known}"
    return _item(item.about(), names)


def _without(trade: TradeCount) -> str:
    stated = ""
    if trade.flows_without_tonnes:
        share = trade.usd_share_without_tonnes
        worth = f" ({percent(share)} of the value)" if share is not None else ""
        stated += f"; {trade.flows_without_tonnes:,} of them without a weight{worth}"
    if trade.flows_without_usd:
        stated += f"; {trade.flows_without_usd:,} of them without a value"
    return stated


def _series_lines(all_series: Sequence[Series], names: Mapping[str, str]) -> list[str]:
    """Describe series of trade: products that are counted alike share a line."""
    periods: dict[tuple[str, str], list[str]] = {}
    for series in all_series:
        periods.setdefault(_counted(series, names), []).append(series.period)
    products: dict[tuple[str, str], list[str]] = {}
    for (product, basis), texts in periods.items():
        products.setdefault((", ".join(texts), basis), []).append(product)
    return [f"{period}, {basis}: {', '.join(some)}." for (period, basis), some in products.items()]


def _counted(series: Series, names: Mapping[str, str]) -> tuple[str, str]:
    """Name the product of a series with its code, and state how it is counted."""
    code = f"HS {series.hs}" if series.hs else "no HS code"
    code += f", {series.fit}" if (series.fit or "exact") != "exact" else ""
    revision = f"{series.hs_revision}, " if series.hs_revision else ""
    return f"{names.get(series.product, series.product)} ({code})", (
        f"{revision}{weighed(series)}; data set {series.dataset}, source {series.source}"
    )


def weighed(series: Series) -> str:
    """State the basis of the weights of a series, who reports it, and where it is valued."""
    reporter = REPORTERS.get(series.reporter, series.reporter)
    borders = _borders(series)
    if borders != [VALUED["fob"]]:
        reporter += f", values {' and '.join(borders)}"
    return f"{series.basis or 'unknown'} weight, {reporter}"


def _pool_line(pool: Pool, names: Mapping[str, str]) -> str:
    """Describe the published, inferred and unknown parts of a product's supply network."""
    product, stage = names.get(pool.product, pool.product), names.get(pool.stage, pool.stage)
    counts = zip(STATES, (pool.observed, pool.inferred, pool.missing), strict=True)
    states = [f"{stated} for {count}" for stated, count in counts if count]
    production = f"production {', '.join(states)} of its countries"
    if not pool.traded:
        return f"{product} ({stage}): no trade is known; {production}."
    amount = f"{pool.amount:,.0f} t" if pool.measure == "tonnes" else f"{money(pool.amount)} USD"
    lacking = pool.flows_without_measure
    left_out = f" ({number_of(lacking, 'more flow')} without a {WORTH[pool.measure]})"
    sold = ", ".join(
        f"{percent(share)} {stated}" for stated, share in zip(STATES, _sold(pool), strict=True)
        if share
    )  # fmt: skip
    return (
        f"{product} ({stage}): {number_of(pool.flows, 'flow')} of {amount}"
        f"{left_out if lacking else ''}; {production}, of what is sold {sold}."
    )


def _sold(pool: Pool) -> tuple[float | None, ...]:
    """Return the shares of what is sold behind which production is in each state."""
    return pool.observed_share, pool.inferred_share, pool.missing_share


FEW = 6
"""Number of products up to which each has its own sentence on its supply network."""


def _pool_lines(pools: Sequence[Pool], names: Mapping[str, str]) -> list[str]:
    """Describe the supply networks of many products in a line for all of them."""
    sold = [
        f"{names.get(pool.product, pool.product)} "
        + " / ".join(f"{100 * (share or 0.0):.0f}" for share in _sold(pool))
        for pool in pools
        if pool.traded
    ]
    silent = [names.get(pool.product, pool.product) for pool in pools if not pool.traded]
    lines = [f"Production behind what is sold, {' / '.join(STATES)}, in %: "
             f"{', '.join(sold)}."] if sold else []  # fmt: skip
    return [*lines, f"No trade is known of {', '.join(silent)}."] if silent else lines


def _production_lines(
    production: Sequence[ProductionSource], names: Mapping[str, str]
) -> list[str]:
    """State the number and basis of figures of production, in a line for each source."""
    products: dict[str, list[str]] = {}
    for figures in production:
        basis = f", {figures.basis}" if figures.basis else ""
        product = names.get(figures.product, figures.product)
        stated = f"{product} ({number_of(figures.figures, 'figure')}{basis})"
        products.setdefault(figures.source, []).append(stated)
    return [
        f"Production, source {source}: {', '.join(texts)}." for source, texts in products.items()
    ]


MAX_CLAIMS = 12
"""Number of claims in a table; JSON has all of them."""
NAMED = "\0"
"""Placeholder for the product or element of a claim."""


def shown_claims(answer: Answer) -> list[dict[str, Any]]:
    """Choose the claims that a table shows.

    Claims with trade data beside them come first, then claims about the consumer; shares before
    other figures and figures before words, the newest and then the largest first.
    """
    compared = set(answer.comparisons["claim"].to_pylist())

    def order(claim: Mapping[str, Any]) -> tuple[Any, ...]:
        figures = any(name in claim for name in ("value", "low", "high"))
        period = Period(claim["period"]) if "period" in claim else None
        return (
            claim["key"] not in compared,
            "consumer" not in claim,
            0 if figures and claim["kind"] == "share" else 1 if figures else 2,
            -period.end if period else 0,
            claim.get("product") or claim.get("element") or "",
            -claim.get("value", 0.0),
            claim["key"],
        )

    return sorted(map(known_values, answer.claims.to_pylist()), key=order)[:MAX_CLAIMS]


def claim_lines(answer: Answer) -> list[str]:
    """Write a line for each claim: figure, subject, period, basis and source."""
    lines: dict[str, list[str]] = {}
    for row in shown_claims(answer):
        source = marked_source(answer, row["source"])
        claim = in_names(row, answer.names) | {"source": source}
        subject = claim.get("product") or claim.get("element") or claim.get("control") or ""
        lines.setdefault(_claim_line(claim), []).append(subject)
    # Claims that differ only in their element share a line.
    stated = [line.replace(NAMED, ", ".join(subjects)) for line, subjects in lines.items()]
    hidden_count = len(answer.claims) - MAX_CLAIMS
    return [*stated, f"and {hidden_count} more: JSON has them all"] if hidden_count > 0 else stated


def _claim_line(claim: Mapping[str, Any]) -> str:
    """Write a claim with ``NAMED`` in place of its product or element."""
    basis = f" (basis: {claim['basis']})" if "basis" in claim else ""
    whose = f"{claim['attributed_to']}, in " if "attributed_to" in claim else ""
    return f"{headline(claim)}: {about(claim, NAMED)}{basis}. Source: {whose}{claim['source']}."


def comparisons_by_claim(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """Group the comparisons of an answer by the claim that they stand beside."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in answer.comparisons.to_pylist():
        rows.setdefault(row["claim"], []).append(row)
    return rows


def comparisons_shown(answer: Answer) -> list[dict[str, Any]]:
    """Return the comparisons of the claims that a table shows, in their order."""
    comparisons = comparisons_by_claim(answer)
    claims = {claim["key"]: claim for claim in shown_claims(answer)}
    rows = []
    for key, claim in claims.items():
        subject = claim.get("product") or claim.get("element")
        for row in comparisons.get(key, ()):
            rows.append({
                **in_names(row, answer.names),
                "products": _basket(row, answer.names),
                "figure": claim_figure(claim),
                "of": None if subject is None else answer.names.get(subject, subject),
            })  # fmt: skip
    return rows


def comparison_columns(answer: Answer) -> list[TextColumn]:
    """Make columns of claimed shares beside those of the trade data."""
    rows = comparisons_shown(answer)
    units = {field.name: unit_of(field) for field in answer.comparisons.schema}

    def measured(header: str, name: str) -> TextColumn:
        return TextColumn(header, [short_text(row[name], units[name]) for row in rows], number=True)

    trades = [visible("{consumer} from {supplier}, {period}".format(**row)) for row in rows]
    columns = [
        TextColumn("Claimed", [visible(f"{row['figure']} of {row['of']}") for row in rows]),
        TextColumn("Whose imports", trades),
        TextColumn("Counted in the trade data", [visible(row["products"]) for row in rows]),
        measured("by value", "share_usd"),
        measured("differs by", "points_usd"),
        measured("by weight", "share_tonnes"),
        measured("differs by", "points_tonnes"),
    ]
    return columns if len(set(trades)) > 1 else [columns[0], *columns[2:]]


def _basket(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Name the products that are counted beside a claim."""
    products = name_cell(row["products"], "material", names)
    return f"{products}{' together (graphkit’s own sum)' if row['own_sum'] else ''}"


def comparison_sentences(answer: Answer) -> list[str]:
    """State each claim beside its trade data, by keys: both figures, basis and difference."""
    claims = {row["key"]: known_values(row) for row in answer.claims.to_pylist()}
    rows = comparisons_by_claim(answer)
    return [_sentence(claims[key], comparisons) for key, comparisons in rows.items()]


def _sentence(claim: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    basis = claim.get("basis", "not stated")
    measured = "; ".join(
        f"{_beside(row, 'usd')} by value and {_beside(row, 'tonnes')} by weight "
        f"({row['data_basis'] or 'basis unknown'}) for {_basket(row, {})}, HS {row['hs']}"
        for row in rows
    )
    return (
        f"Claim {claim['key']} gives {headline(claim)} ({claim['consumer']} from "
        f"{claim['supplier']}, {claim['period']}; basis: {basis}). Trade data give {measured}."
    )


def _beside(row: Mapping[str, Any], measure: str) -> str:
    share, points = row[f"share_{measure}"], row[f"points_{measure}"]
    if share is None:
        return "unknown"
    return percent(share) + ("" if points is None else f" ({points:+z.1f} points)")


Read = Callable[[Total], float | None]
"""Reads a figure of a total."""


def totals_columns(answer: Answer) -> list[TextColumn]:
    """Make columns of the totals of a comparison's products, before and after."""
    totals = [total for part in answer.coverage.parts.values() for total in part.totals or ()]
    buys = all(total.consumer is not None for total in totals)
    monthly = any(total.months_before != total.months_after for total in totals)

    def name(key: str | None) -> str | None:
        return None if key is None else answer.names.get(key, key)

    def names(keys: Sequence[str] | None) -> list[str | None] | None:
        return None if keys is None else [*map(name, keys)]

    def texts(header: str, values: Iterable[Any], rank: int) -> TextColumn:
        return TextColumn(header, [visible(short_text(v)) for v in values], rank=rank)

    def ends(
        header: str, before: Read, after: Read, write: Callable[[float], str], rank: int
    ) -> list[TextColumn]:
        if all(read(total) is None for total in totals for read in (before, after)):
            return []
        return [
            TextColumn(label.strip(), [_total_cell(total, read, write) for total in totals],
                       number=True, rank=rank)
            for label, read in ((f"{header} before", before), ("after", after))
        ]  # fmt: skip

    def change(read: Callable[[Total], Change], rank: int) -> TextColumn:
        changes = [read(total.undoubted or total) for total in totals]
        ratios = [c.per_month_ratio if monthly else c.ratio for c in changes]
        cells = ["" if r is None else f"{100 * (r - 1):+z,.1f} %" for r in ratios]
        return TextColumn("change" + " a month" * monthly, cells, number=True, rank=rank)

    whole = "{:,.0f}".format
    columns = [
        texts("Product", (name(t.product) for t in totals), 0),
        texts("Of", (name(t.consumer if buys else t.supplier) for t in totals), 0),
        *ends("USD", lambda t: t.usd.before, lambda t: t.usd.after, money, 1),
        change(lambda t: t.usd, 1),
        *ends("Tonnes", lambda t: t.tonnes.before, lambda t: t.tonnes.after, whole, 2),
        change(lambda t: t.tonnes, 2),
        *ends("HHI by value", lambda t: t.usd.hhi_before, lambda t: t.usd.hhi_after, whole, 3),
        *ends("by weight", lambda t: t.tonnes.hhi_before, lambda t: t.tonnes.hhi_after, whole, 4),
        *ends("Suppliers" if buys else "Buyers", lambda t: t.partners_before,
              lambda t: t.partners_after, str, 4),
        texts("New", (names(t.new) for t in totals), 5),
        texts("Lost", (names(t.lost) for t in totals), 5),
        texts("Missing", (t.missing for t in totals), 0),
    ]  # fmt: skip
    if len(set(columns[1].cells)) == 1:
        del columns[1]
    return [column for column in columns if any(column.cells)]


def reason_columns(answer: Answer, most: int | None = None) -> list[TextColumn]:
    """Make columns of the figures that make the ends of ranges, one row an end.

    Of each end they have all figures, or ``most`` groups of alike ones.
    """
    reasons, name = answer.reasons, answer.names
    named = {
        "Of": [reason.consumer for reason in reasons],
        "Product": [reason.product for reason in reasons],
        "Origin": [reason.origin for reason in reasons],
        "Traced to": [reason.traced_to for reason in reasons],
    }
    ends = [f"{reason.end} {percent(reason.share)}" for reason in reasons]
    states = [
        reason.state
        if reason.state == REACHED
        else f"{reason.state}, {percent(reason.nearest)} found"
        for reason in reasons
    ]
    return [
        *(TextColumn(header, [visible(name.get(key, key)) for key in keys], rank=0)
          for header, keys in named.items() if header == "Traced to" or len({*keys}) > 1),
        TextColumn("End", ends, rank=0), TextColumn("Is", states, rank=0),
        TextColumn("If", [visible(reason.in_words(most)) for reason in reasons], rank=0),
    ]  # fmt: skip


def _total_cell(total: Total, read: Read, write: Callable[[float], str]) -> str:
    """Write a total; of one with a weight in doubt, what it is without, then as reported."""
    figures = [read(total)]
    if total.undoubted is not None and read(total.undoubted) != figures[0]:
        figures.insert(0, read(total.undoubted))
    cells = ["unknown" if figure is None else write(figure) for figure in figures]
    return cells[0] if len(cells) == 1 else f"{cells[0]} ({cells[1]} as reported)"
