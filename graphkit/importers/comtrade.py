"""Imports UN Comtrade as its API gives it: who reported stays with every flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.comtrade_files import PREVIEW, TOTALS, TYPES, read_comtrade
from graphkit.importers.comtrade_rows import (
    VALUATIONS,
    VALUE,
    only_totals,
    only_trade,
    valued,
    without_world,
)
from graphkit.importers.places import left_out, name_places, with_one_of
from graphkit.importers.reference import HS_CODE, Reference, Wanted
from graphkit.importers.report import Report
from graphkit.importers.writing import (
    SeedTable,
    all_or_nothing,
    check_draft,
    write_reference,
    write_rows,
    write_table,
)
from graphkit.schema import REVISIONS

SOURCE = "un-comtrade"
KEYS = (
    "product", "hs", "hs_revision", "period", "exporter", "importer", "reporter", "dataset",
)  # fmt: skip
"""What no two flows of a table have alike."""
TRUE = ("true", "True", "TRUE", "1")
NAMED = 3
"""The most reporters whose codes stand in the name of a table."""
CREDIT = """
United Nations, UN Comtrade Database; its terms restrict redistribution. Each flow as one side
reported it: exports as a rule free on board, imports as a rule with cost, insurance and freight;
re-exports and re-imports are in them. Net weight in kilograms, unknown where none is given."""
Progress = Callable[[str, int], None]


def import_comtrade(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    wanted: Wanted | None = None,
    name: str | None = None,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn answers of UN Comtrade's API into seeds of EXPORTS.

    Parameters
    ----------
    files : sequence of Path
        JSON of the API, or CSV with its names of columns; annual or monthly.
    folder : Path
        Folder of seeds; the reference seeds go into it too where it has none.
    reference : Reference
        Countries and products.
    wanted : Wanted, optional
        Which codes, years and countries (at either end) to keep.
    name : str, optional
        Of the table; otherwise by its reporters and years.
    max_unknown : float
        Refuse if more than this part of the value is of places that are not known.
    progress : callable, optional
        Called with a file's name and how many of its rows were read.

    Returns
    -------
    Report
        With warnings where totals had to be guessed, or partners do not add up to the world.

    Raises
    ------
    GraphkitError
        A file is no Comtrade or torn, or figures contradict each other; nothing is written.
    UnmappedError
        Too much of the value is of places that are not known; nothing is written.
    """
    wanted = wanted or Wanted()
    report = Report("USD")
    rows = _with_products(_read(files, report, progress), reference, wanted, report)
    rows = without_world(only_totals(only_trade(valued(rows), report), report), report)
    flows = _flows(_named(rows, reference, report), wanted, report)
    report.check(max_unknown)
    report.check_kept(len(flows), files)
    name = name or _name(flows)
    _check_kept(folder, name, flows)
    report.add("kept", f"in trade/{name}.parquet", len(flows), pc.sum(flows["usd"]).as_py())
    _write(flows, folder, name)
    return report


def _read(files: Sequence[Path], report: Report, progress: Progress) -> pa.Table:
    tables: list[pa.Table] = []
    marked: dict[tuple[str, ...], str] = {}
    for path in files:
        table = read_comtrade(path)
        progress(path.name, len(table))
        tables.append(table)
        if len(table):
            marked.setdefault(tuple(n for n in TOTALS if n in table.column_names), path.name)
        if len(table) == PREVIEW:
            report.warnings.append(
                f"{path.name} has exactly {PREVIEW} rows, where the API cuts off its preview"
            )
    if len(marked) > 1:
        said = "; ".join(f"{f} has {', '.join(n) or 'none'}" for n, f in marked.items())
        raise GraphkitError(f"files must have the same of {', '.join(TOTALS)}: {said}")
    rows = pa.concat_tables(tables, promote_options="default")
    report.add("read", "rows of all files", len(rows))
    for column in ("reporterCode", "partnerCode"):
        place = rows.column_names.index(column)
        rows = rows.set_column(place, column, rows[column].cast(pa.int32()))
    for column in ("netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue"):
        if column not in rows.column_names:
            rows = rows.append_column(column, pa.nulls(len(rows), TYPES[column]))
    return rows


def _with_products(
    rows: pa.Table, reference: Reference, wanted: Wanted, report: Report
) -> pa.Table:
    """Rows of the years and codes asked for, with their products."""
    if wanted.years:
        years = pa.array([str(year) for year in sorted(wanted.years)], pa.string())
        kept = pc.is_in(pc.utf8_slice_codeunits(rows["period"], 0, 4), value_set=years)
        rows = left_out(rows, pc.invert(kept), "other years", None, report)
    revisions = {text: REVISIONS[int(text[1])] for text in rows["classificationCode"].unique()
                 .to_pylist()}  # fmt: skip
    found = {
        f"{text}|{code}": product
        for text, revision in sorted(revisions.items())
        for code, product in _codes(reference, revision, wanted).items()
    }
    if wanted.products and rows and not found:
        _codes(reference, REVISIONS[-1], wanted, strict=True)
    pairs = pc.binary_join_element_wise(rows["classificationCode"], rows["cmdCode"], "|")
    places = pc.index_in(pairs, value_set=pa.array(list(found), pa.string()))
    products = pc.take(pa.array(list(found.values()), pa.string()), places)
    rows = rows.append_column("product", products)
    wide = pc.not_equal(pc.utf8_length(rows["cmdCode"]), HS_CODE)
    rows = left_out(rows, wide, "other than six digits", None, report)
    return left_out(rows, pc.is_null(rows["product"]), "other HS codes", None, report)


def _codes(
    reference: Reference, revision: str, wanted: Wanted, *, strict: bool = False
) -> Mapping[str, str]:
    """The codes asked for in one revision; what another revision has is not missed in this one."""
    codes = reference.product_of_code(revision, proxies=wanted.proxies)
    if not wanted.products:
        return codes
    kept: dict[str, str] = {}
    for text in wanted.products:
        try:
            kept |= reference.products([text], codes)
        except UsageError:
            if strict:
                raise
    return kept


def _named(rows: pa.Table, reference: Reference, report: Report) -> pa.Table:
    """Rows with the keys of both places; groups, whose members are there too, are left out."""
    places = reference.by_comtrade_code()
    groups = reference.areas_of_type("world", "group", "rest")
    numbers = pa.array(sorted(n for n, key in places.items() if key in groups), pa.int32())
    either = pc.or_(
        *(pc.is_in(rows[n], value_set=numbers) for n in ("reporterCode", "partnerCode"))
    )
    rows = left_out(rows, either, "groups, counted by their members", None, report)
    ends = {"reporterCode": "by", "partnerCode": "with"}
    return name_places(rows, ends, places, VALUE, report)


def _flows(rows: pa.Table, wanted: Wanted, report: Report) -> pa.Table:
    """The columns of a seed, sorted: one flow for each side that reported it."""
    imports = pc.equal(rows["flowCode"], "M")
    year, month = (pc.utf8_slice_codeunits(rows["period"], *part) for part in ((0, 4), (4, 6)))
    monthly = pc.greater(pc.utf8_length(rows["period"]), 4)
    weight = pc.if_else(pc.greater(rows["netWgt"], 0), rows["netWgt"], None)
    estimated = pc.is_in(rows["isNetWgtEstimated"], value_set=pa.array(TRUE))
    estimated = pc.if_else(pc.is_valid(rows["isNetWgtEstimated"]), estimated, None)
    classes = [f"H{number}" for number in range(len(REVISIONS))]
    revision = pc.index_in(rows["classificationCode"], value_set=pa.array(classes))
    flows = pa.table({
        "product": rows["product"],
        "hs": rows["cmdCode"],
        "hs_revision": pc.take(pa.array(REVISIONS), revision),
        "period": pc.if_else(monthly, pc.binary_join_element_wise(year, month, "-"), year),
        "exporter": pc.if_else(imports, rows["with"], rows["by"]),
        "importer": pc.if_else(imports, rows["by"], rows["with"]),
        "reporter": pc.if_else(imports, "importer", "exporter"),
        "dataset": pc.if_else(monthly, "comtrade-monthly", "comtrade-annual"),
        "usd": rows[VALUE],
        "valuation": rows["valuation"],
        "tonnes": weight,
        "tonnes_estimated": pc.if_else(pc.is_valid(weight), estimated, None),
    })  # fmt: skip
    own = pc.equal(flows["exporter"], flows["importer"])
    flows = left_out(flows, own, "of a country with itself: returned goods", "usd", report)
    nothing = pc.and_(pc.is_null(flows["usd"]), pc.is_null(flows["tonnes"]))
    flows = left_out(flows, nothing, "without a value and a weight", "usd", report)
    return _summed(with_one_of(flows, wanted.countries, "usd", report))


def _summed(flows: pa.Table) -> pa.Table:
    """Two numbers of one place are one flow; a sum with an unknown part is not known."""
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    some = pc.ScalarAggregateOptions(skip_nulls=True)
    sums = flows.group_by(list(KEYS), use_threads=False).aggregate([
        ("usd", "sum", whole), ("tonnes", "sum", whole), ("valuation", "min", whole),
        ("valuation", "max", whole), ("tonnes_estimated", "any", some),
    ])  # fmt: skip
    lowest, highest = sums["valuation_min"], sums["valuation_max"]
    one = pc.if_else(pc.equal(lowest, highest), lowest, None)
    found = {
        **{name: sums[name] for name in KEYS},
        "usd": sums["usd_sum"],
        "valuation": pc.take(pa.array(VALUATIONS), one),
        "tonnes": sums["tonnes_sum"],
        "tonnes_estimated": sums["tonnes_estimated_any"],
    }
    return pa.table(found).sort_by([(name, "ascending") for name in KEYS]).combine_chunks()


# --- writing


def _name(flows: pa.Table) -> str:
    """Of a table: which reporters, and when."""
    exports = pc.equal(flows["reporter"], "exporter")
    reporters = pc.if_else(exports, flows["exporter"], flows["importer"]).unique().to_pylist()
    who = "-".join(sorted(reporters)) if len(reporters) <= NAMED else f"{len(reporters)}-reporters"
    periods = sorted(set(flows["period"].to_pylist()))
    span = periods[0] if len(periods) == 1 else f"{periods[0]}-{periods[-1]}"
    return f"comtrade-{who.lower()}-{span}"


def _check_kept(folder: Path, name: str, flows: pa.Table) -> None:
    """Refuse to write over a table that holds flows which these files do not have."""
    path = folder / "trade" / f"{name}.parquet"
    if not path.exists():
        return
    old = parquet.read_table(path, columns=list(KEYS))
    lost = len(old.join(flows.select(KEYS), keys=list(KEYS), join_type="left anti"))
    if lost:
        raise GraphkitError(
            f"{path} holds {lost:,} flows that these files do not have; give this import another "
            "--name, or remove that table"
        )


def _write(flows: pa.Table, folder: Path, name: str) -> None:
    guessed = pc.sum(flows["tonnes_estimated"].cast(pa.int64())).as_py() or 0
    about = (
        f"UN Comtrade: {len(flows):,} flows, {flows['tonnes'].null_count:,} of them without a "
        f"weight, {guessed:,} with one that UN Comtrade estimated.\n{CREDIT.strip()}"
    )
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        write_rows(
            "comtrade-source", "Source",
            [{
                "key": SOURCE, "title": "UN Comtrade Database", "publisher": "United Nations",
                "url": "https://comtradeplus.un.org",
                "licence": "terms of use of UN Comtrade; redistribution is restricted",
                "attribution": "United Nations, UN Comtrade Database",
            }],
            "The data set that the tables named comtrade-... are taken from.", draft / "trade",
        )  # fmt: skip
        defaults = {"basis": "gross", "source": SOURCE}
        write_table(
            SeedTable(name, "EXPORTS", flows, defaults, {"tonnes": "kg"}, about), draft / "trade"
        )
        check_draft(draft, folder)
