"""Weights in doubt: which flows have one, and what answers by weight are without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import WITHOUT, Answer, citing_too
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import Change, Coverage, MissingFlow, Series, Total
from graphkit.answers.note import Note
from graphkit.answers.terms import Role
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.period import Period

SAME = 0.01
"""Part by which the mass of a flow may differ from the one that was judged."""
VISIBLE = 5e-4
"""Difference of a share, or part of another figure, from which a weight in doubt moves it."""
NAMED, IN_A_ROW = 3, 2
"""Number of doubts that the notes name each, and that a row does."""
OUTLIER = (
    "dataset", "product", "hs", "period", "tonnes", "outlier_exporter", "outlier_importer",
    "outlier_tonnes", "outlier_ratio",
)  # fmt: skip
"""Columns of what a data set holds of a product in a period, with its flow that is too heavy."""
DOUBT = Column(
    "doubt", "Weight in doubt",
    "flows whose weight is in doubt and moves figures of the row. Each of these stands twice: as "
    f"reported under its name, and under its name and {WITHOUT} with the weight that another "
    "source gives of the flow, or without it", rank=0,
)  # fmt: skip
IDENTITY = (
    "consumer", "supplier", "country", "exporter", "importer", "origin", "removed", "product",
    "stage", "period", "before", "after", "measure", "by", "market", "definition", "traced_to",
    "hs", "dataset", "reporter", "source", "trade_source", "balance", "element", "material",
    "month",
)  # fmt: skip
"""Columns that tell rows of an answer apart, whatever their figures."""
FLOW = ("product", "period", "supplier", "consumer")
"""Columns of flows that the key of a doubt is made of."""
OF_OTHERS = "sold_elsewhere"
"""Column of answers that count trade of countries that they do not name."""
LEADS = ("top", "largest", "band", "above_4000", "top_above_65", "verdict")
"""Columns that are no figures and follow from some."""


@dataclass(frozen=True)
class Doubt:
    """A flow with a mass that cannot be right, by a judgement in the seeds or by its size."""

    exporter: str
    importer: str
    product: str
    hs: str | None
    period: str
    verdict: str
    tonnes: float
    published_tonnes: float | None = None
    ratio: float | None = None
    """Its mass per dollar over that of all other flows together, where known."""
    note: str | None = None
    source: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Its flow."""
        return self.product, self.period, self.exporter, self.importer

    @property
    def words(self) -> str:
        """It in a row."""
        verdict = self.verdict.replace("-", " ")
        return f"{self.exporter} to {self.importer} {self.period} {verdict}"


def doubts_in(catalog: Catalog) -> list[Doubt]:
    """Collect the doubts of the seeds, and flows far too heavy of which nobody judged."""
    names = [name for name in Doubt.__dataclass_fields__ if name != "ratio"]
    judged: dict[tuple[Any, ...], Doubt] = {}
    for row in catalog.rows("reviewed-weights").to_pylist():
        doubt = Doubt(**{name: row[name] for name in names})
        judged[*doubt.key, doubt.hs] = doubt
    outliers = catalog.links("COVERS", *OUTLIER)
    heavy = []
    for row in outliers.filter(pc.is_valid(outliers["outlier_tonnes"])).to_pylist():
        outlier = Doubt(
            row["outlier_exporter"], row["outlier_importer"], row["product"], row["hs"],
            row["period"], "too-heavy", row["outlier_tonnes"], ratio=row["outlier_ratio"],
        )  # fmt: skip
        keys = [(*outlier.key, hs) for hs in (outlier.hs, None)]
        same = [key for key in keys if key in judged and _alike(outlier.tonnes, judged[key])]
        if same:
            judged[same[0]] = replace(judged[same[0]], ratio=outlier.ratio)
        else:
            heavy.append(outlier)
    return [doubt for doubt in (*judged.values(), *heavy) if doubt.verdict != "plausible"]


def _alike(tonnes: float | None, doubt: Doubt) -> bool:
    """Return True if a mass is the one that was judged."""
    return tonnes is not None and abs(tonnes - doubt.tonnes) <= SAME * doubt.tonnes


def without_doubts(catalog: Catalog) -> Catalog:
    """Return the same facts with the weights in doubt as published elsewhere, or unknown."""
    doubts: dict[str, list[Doubt]] = {}
    for doubt in doubts_in(catalog):
        doubts.setdefault("|".join(doubt.key), []).append(doubt)
    keys = pa.array(sorted(doubts), pa.string())

    def revise(flows: pa.Table) -> pa.Table:
        if not {"supplier", "consumer", "tonnes"} <= set(flows.column_names):
            return flows
        columns = [flows[name].cast(pa.string()) for name in FLOW]
        labels = pc.binary_join_element_wise(*columns, "|")
        masses = {}
        for row in pc.indices_nonzero(pc.is_in(labels, value_set=keys)).to_pylist():
            hs, tonnes = flows["hs"][row].as_py(), flows["tonnes"][row].as_py()
            for doubt in doubts[labels[row].as_py()]:
                if doubt.hs in (None, hs) and _alike(tonnes, doubt):
                    masses[row] = doubt.published_tonnes
        if not masses:
            return flows
        mask = pa.array([row in masses for row in range(len(flows))], pa.bool_())
        column = flows["tonnes"].combine_chunks()
        column = pc.replace_with_mask(column, mask, pa.array(list(masses.values()), column.type))
        position = flows.column_names.index("tonnes")
        return flows.set_column(position, flows.schema.field("tonnes"), column)

    return catalog.revised(revise)


def doubts_on(catalog: Catalog, answer: Answer) -> list[Doubt]:
    """Select the doubts on flows that an answer may count, the largest first."""
    all_series = answer.coverage.series
    doubts = [
        doubt for doubt in doubts_in(catalog) if any(_is_in(doubt, series) for series in all_series)
    ]
    traders = _traders(catalog, answer)
    if traders:
        end, places = traders
        doubts = [doubt for doubt in doubts if getattr(doubt, end) in places]
    if not _weighs(answer):
        doubts = [doubt for doubt in doubts if doubt.verdict == "missing"]
    if doubts:
        doubts = _in_data(catalog, doubts, {series.dataset for series in all_series})
    return sorted(doubts, key=lambda d: (-max(d.tonnes, d.published_tonnes or 0), d.key))


def _in_data(catalog: Catalog, doubts: Sequence[Doubt], datasets: Iterable[str]) -> list[Doubt]:
    """Select the doubts on masses that the data sets hold."""
    parameters = {
        "suppliers": sorted({doubt.exporter for doubt in doubts}),
        "products": sorted({doubt.product for doubt in doubts}),
        "periods": sorted({doubt.period for doubt in doubts}),
    }
    masses: dict[tuple[str, ...], list[tuple[str | None, float | None]]] = {}
    for dataset in sorted(datasets):
        for row in catalog.rows("exports", **parameters, dataset=dataset).to_pylist():
            flow = tuple(row[name] for name in FLOW)
            masses.setdefault(flow, []).append((row["hs"], row["tonnes"]))
    return [
        doubt for doubt in doubts
        if any(doubt.hs in (None, hs) and _alike(tonnes, doubt)
               for hs, tonnes in masses.get(doubt.key, ()))
    ]  # fmt: skip


def _weighs(answer: Answer) -> bool:
    """Return True if an answer counts weight."""
    names = answer.rows.column_names
    return _measures(answer) >= {"tonnes"} or any(
        name.startswith(("tonnes", "share_tonnes", "imports")) for name in names
    )


def _measures(answer: Answer) -> set[str]:
    """Collect the measures of the rows."""
    names = [name for name in ("measure", "by") if name in answer.rows.column_names]
    return {value for name in names for value in pc.unique(answer.rows[name]).to_pylist()}


def _traders(catalog: Catalog, answer: Answer) -> tuple[str, set[str]] | None:
    """Return the end of flows and the countries that an answer is about; None: all may count."""
    if answer.coverage.network or OF_OTHERS in answer.rows.column_names:
        return None
    countries = set(catalog.nodes("Country")["key"].to_pylist())
    for end, trader in (("consumer", "importer"), ("supplier", "exporter")):
        if end not in answer.rows.column_names:
            continue
        keys = set(answer.rows[end].to_pylist()) - {None}
        if not keys:
            continue
        if keys <= countries:
            return trader, keys
        group = answer.scope.place(Role(end))
        if group is not None and keys == {group}:
            place = catalog.place(group)
            return (trader, set(catalog.members(place))) if place.type == "group" else None
        return None
    return None


def _is_in(doubt: Doubt, series: Series) -> bool:
    """Tell if the flow of a doubt is in a series of an answer."""
    if doubt.product != series.product or doubt.hs not in (None, *series.codes):
        return False
    return any(Period(doubt.period) in Period(period) for period in series.periods)


def with_doubts(
    catalog: Catalog, answer: Answer, ask: Callable[[Catalog, Mapping[str, Any]], Answer],
    top: int | None,
) -> Answer:  # fmt: skip
    """Mark the rows that weights in doubt move, and give their figures without these.

    Parameters
    ----------
    catalog : Catalog
        The facts that the answer is from.
    answer : Answer
        An answer from trade.
    ask : callable
        Asks the same question of other facts, with other values of some arguments.
    top : int, optional
        Number of ranks that the question was asked for.

    Returns
    -------
    Answer
        Without such weights, the same. If all its rows are by weight, they are in the order that
        they have without them.
    """
    doubts = doubts_on(catalog, answer)
    if not doubts:
        return answer
    if _weighs(answer):
        facts, all_ranks = without_doubts(catalog), {"top": None}
        try:
            revised = ask(facts, {})
            whole, whole_revised = (answer, revised) if top is None else (
                ask(catalog, all_ranks), ask(facts, all_ranks))  # fmt: skip
        except GraphkitError:
            whole, no_rows = answer, answer.rows.slice(0, 0)
            whole_revised = revised = replace(answer, rows=no_rows, coverage=Coverage())
        by_weight = _measures(answer) == {"tonnes"}
        rows = _beside(whole, whole_revised, doubts, by_weight=by_weight)
        if rows is not None:
            order = _in_order(answer.rows, revised.rows) if by_weight else answer.rows
            rows = _ranked(_those_of(rows, order), revised.rows, by_weight=by_weight)
            answer = _described(_with_totals(answer, revised), rows)
    return _with_notes(catalog, answer, doubts)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in IDENTITY if name in row)


def _beside(
    answer: Answer, revised: Answer, doubts: Sequence[Doubt], *, by_weight: bool
) -> pa.Table | None:
    """Put figures that differ without the weights in doubt before those as reported.

    If rows are by weight, one that is gone without them has no figure, and one that they hide
    stands there without any as reported. Else a row that is gone counts none of them, such as
    exports at usual prices.
    """
    rows, network = answer.rows, bool(answer.coverage.network)
    names = [
        field.name for field in rows.schema
        if (field.type == NUMBER and field.name != "missing_tonnes_share") or field.name in LEADS
    ]  # fmt: skip
    revised_rows = {_key(row): row for row in revised.rows.to_pylist()}
    if by_weight:
        rows = pa.concat_tables([rows, _hidden(rows, revised.rows, names)])
    empty: dict[str, Any] = dict.fromkeys(names)
    pairs = [(row, revised_rows.get(_key(row), empty if by_weight else row))
             for row in rows.to_pylist()]  # fmt: skip
    moved = {n for n in names for row, new in pairs if _differ(row[n], new.get(n))}
    if not moved:
        return None
    marks = []
    for row, new in pairs:
        changed = any(_differ(row[name], new.get(name)) for name in moved)
        marks.append(_mark_of(row, doubts, network=network) if changed else None)
    for name in names:
        if name not in moved:
            continue
        field = rows.schema.field(name)
        column = pa.array([new.get(name) for _, new in pairs], field.type)
        position = rows.column_names.index(name)
        rows = rows.add_column(position, field.with_name(name + WITHOUT), column)
    return rows.append_column(DOUBT.name, pa.array(marks, pa.string()))


def _hidden(rows: pa.Table, revised: pa.Table, names: Sequence[str]) -> pa.Table:
    """Select the rows that weights in doubt hide, without a figure as reported."""
    keys = {_key(row) for row in rows.to_pylist()}
    mask = [
        _key(row) not in keys and any(_differ(None, row[name]) for name in names)
        for row in revised.to_pylist()
    ]
    hidden = revised.filter(pa.array(mask, pa.bool_())).select(rows.column_names)
    for name in names:
        position = hidden.column_names.index(name)
        hidden = hidden.set_column(position, name, pa.nulls(len(hidden), rows[name].type))
    return hidden.cast(rows.schema)


def _with_totals(answer: Answer, revised: Answer) -> Answer:
    """Add what the totals of a comparison are without the weights in doubt.

    Claims are compared, and makers linked, without them alone.
    """
    answer = replace(answer, comparisons=revised.comparisons, links=revised.links)
    if answer.coverage.totals is None:
        return answer
    by_identity = {total.identity: total for total in revised.coverage.totals or ()}
    totals = tuple(
        _beside_reported(total, by_identity.get(total.identity, total))
        for total in answer.coverage.totals
    )
    return replace(answer, coverage=replace(answer.coverage, totals=totals))


def _beside_reported(total: Total, revised: Total) -> Total:
    """Add to a total what it is without the weights in doubt, in the figures that these move."""
    usd, tonnes = _moved(total.usd, revised.usd), _moved(total.tonnes, revised.tonnes)
    if (usd, tonnes) == (total.usd, total.tonnes):
        return total
    return replace(total, undoubted=replace(total, usd=usd, tonnes=tonnes))


def _moved(reported: Change, revised: Change) -> Change:
    """Put the revised figures that differ in place of those that are reported."""
    moved = {}
    for entry in fields(Change):
        value, new = getattr(reported, entry.name), getattr(revised, entry.name)
        if value is not None and _differ(value, new):
            moved[entry.name] = new
    return replace(reported, **moved)


def _differ(reported: Any, revised: Any) -> bool:
    """Return True if two values differ by more than a reader sees."""
    figures = [value for value in (reported, revised) if isinstance(value, float)]
    if not figures or reported == revised:
        return bool(reported != revised)
    difference = abs(figures[0] - figures[-1]) if len(figures) == 2 else abs(figures[0])
    return difference > VISIBLE * max(1.0, *map(abs, figures))


def _mark_of(row: Mapping[str, Any], doubts: Iterable[Doubt], *, network: bool) -> str:
    """Name the largest doubts that can move a row."""
    product = row.get("product")
    names = ("period", "previous", "before", "after")
    periods = [Period(row[name]) for name in names if row.get(name)]
    fits = [
        d for d in doubts
        if (network or product in (None, d.product))
        and (not periods or any(Period(d.period) in period for period in periods))
    ]  # fmt: skip
    for end, trader in (("consumer", "importer"), ("supplier", "exporter")):
        exact = [doubt for doubt in fits if not network and getattr(doubt, trader) == row.get(end)]
        fits = exact or fits
    fits = fits or list(doubts)
    rest = f"; and {len(fits) - IN_A_ROW} more" if len(fits) > IN_A_ROW else ""
    return "; ".join(doubt.words for doubt in fits[:IN_A_ROW]) + rest


def _in_order(rows: pa.Table, revised: pa.Table) -> pa.Table:
    """Order rows by what they are without the weights in doubt, those that are gone last."""
    keys = {_key(row) for row in revised.to_pylist()}
    mask = pa.array([_key(row) not in keys for row in rows.to_pylist()], pa.bool_())
    tables = [revised.select(rows.column_names), rows.filter(mask)]
    return pa.concat_tables(tables, promote_options="permissive")


def _those_of(rows: pa.Table, order: pa.Table) -> pa.Table:
    """Select the rows that stand in another table too, in its order."""
    positions = {_key(row): position for position, row in enumerate(rows.to_pylist())}
    keys = [key for key in map(_key, order.to_pylist()) if key in positions]
    return rows.take(pa.array([positions[key] for key in keys], pa.int64()))


def _ranked(rows: pa.Table, revised: pa.Table, *, by_weight: bool) -> pa.Table:
    """Give rows by weight the ranks that they have without the weights in doubt."""
    if not by_weight or "rank" not in rows.column_names:
        return rows
    ranks = {_key(row): row["rank"] for row in revised.to_pylist()}
    column = pa.array([ranks.get(_key(row)) for row in rows.to_pylist()], pa.int64())
    return rows.set_column(rows.column_names.index("rank"), rows.schema.field("rank"), column)


def _described(answer: Answer, rows: pa.Table) -> Answer:
    """Describe the added columns: where people read, the figure without comes first."""
    names = rows.column_names
    added = {name.removesuffix(WITHOUT) for name in names if name.endswith(WITHOUT)}
    headers, columns, shown_names = answer.headers, [], []
    for column in answer.columns:
        if column.name not in added:
            columns.append(column)
            continue
        doc = f"{column.doc or column.meaning}; without the weights in doubt"
        columns += [
            replace(column, name=column.name + WITHOUT, doc=doc),
            replace(column, header="as reported" if column.header else ""),
        ]
    for name in headers:
        shown_names += [name + WITHOUT, name] if name in added else [name]
    return replace(
        answer, rows=rows, columns=[*columns, DOUBT], shown=[*shown_names, DOUBT.name],
    )  # fmt: skip


def _with_notes(catalog: Catalog, answer: Answer, doubts: Sequence[Doubt]) -> Answer:
    """Add a note on each of the largest doubts, the sources that they cite, and what is missing.

    ``missing_flows`` in the coverage are those whose value is not known either.
    """
    totals: dict[tuple[str, str | None, str], float] = {}
    datasets = {series.dataset for series in answer.coverage.series}
    for row in catalog.links("COVERS", "dataset", "product", "hs", "period", "tonnes").to_pylist():
        if row["dataset"] in datasets and row["tonnes"]:
            totals[row["product"], row["hs"], row["period"]] = row["tonnes"]
    parts = {d: d.tonnes / total for d in doubts
             if (total := totals.get((d.product, d.hs, d.period)))}  # fmt: skip
    ordered = sorted(doubts, key=lambda d: (d.published_tonnes is None, -parts.get(d, 0.0), d.key))
    notes = [_note(catalog, doubt, parts.get(doubt)) for doubt in ordered[:NAMED]]
    if len(ordered) > NAMED:
        notes.append(
            Note(
                f"{len(ordered) - NAMED} more such flows: 'graphkit query outlier-masses --top 0' "
                "and 'graphkit query reviewed-weights --top 0'."
            )
        )
    cited = pa.table({"source": pa.array([d.source for d in ordered[:NAMED]], pa.string())})
    missing = tuple(MissingFlow(*doubt.key) for doubt in ordered if doubt.verdict == "missing")
    return replace(
        citing_too(answer, catalog.sources(cited)), notes=(*answer.notes, *notes),
        coverage=replace(answer.coverage, missing_flows=missing),
    )  # fmt: skip


def _note(catalog: Catalog, doubt: Doubt, part: float | None) -> Note:
    """Write the note on a doubt; ``part`` is that of its mass in all trade under its code."""
    code = f" (HS {doubt.hs})" if doubt.hs else ""
    trade = f"{catalog.materials.in_text(doubt.product)}{code} in {doubt.period}"
    pair = " to ".join(map(catalog.place_in_text, (doubt.exporter, doubt.importer)))
    comment = f" {doubt.note}" if doubt.note else ""
    if doubt.verdict == "too-heavy" and part is not None:
        weight = "It is too heavy for its value."
        if doubt.ratio is not None:
            weight = f"It is {doubt.ratio:,.0f} times as heavy per dollar as the others together."
        return Note(
            f"Weight in doubt: {100 * part:.0f} % of the tonnes of {trade}, of all countries, are "
            f"one flow, {pair} ({doubt.tonnes:,.0f} t). {weight}{comment}",
            (doubt.product,),
        )
    elsewhere = ""
    if doubt.published_tonnes is not None:
        elsewhere = f"; {doubt.source} gives {doubt.published_tonnes:,.0f} t"
    verdict = "is missing for the most part"
    if doubt.verdict != "missing":
        verdict = f"is {doubt.verdict.replace('-', ' ')} for its value"
    return Note(
        f"Weight in doubt: {pair}, {doubt.tonnes:,.0f} t of {trade}, "
        f"{verdict}{elsewhere}.{comment}",
        (doubt.product,),
    )
