"""Importer of the USGS Mineral Commodity Summaries: production, reserves and US balances."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError, UsageError
from graphkit.importers import (
    Report,
    UnmappedError,
    all_or_nothing,
    check_draft,
    write_new,
    write_reference,
    write_seed,
)
from graphkit.importers.reference import Reference
from graphkit.importers.usgs.layouts import Figure, Printed, Release, plain, read_release, tidy
from graphkit.importers.usgs.masses import (
    UNITS,
    WORLD,
    Meanings,
    Row,
    add_shares,
    check_totals,
    of_one_total,
    origin,
    production_rows,
    read_chapters,
    read_tables,
    reserve_rows,
    write_chapters,
)
from graphkit.schema import UNITS as FACTORS

Progress = Callable[[str, int], None]
MADE = "written by graphkit import usgs."
KINDS = {"production": "PRODUCES", "reserves": "HOLDS"}


@dataclass(frozen=True)
class _Tables:
    """Rows of a release on known products."""

    release: Release
    rows: Mapping[str, list[Row]]
    """Rows of ``production`` and ``reserves``."""
    balances: Sequence[Row]
    """Rows of the balance of the United States, and prices."""


def import_usgs(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn data releases into seeds of PRODUCES, HOLDS and REPORTS, one file per chapter.

    Parameters
    ----------
    files : sequence of Path
        The CSV files of the releases, in the layout of 2025 (wide) or of 2026 (long).
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries and areas.
    max_unknown : float
        Refuse if unknown places have more than this part of the tonnes of any table (a product,
        period and basis). Tonnes of different products are never added up.
    progress : callable, optional
        Called with a file's name and the number of rows read.

    Returns
    -------
    Report

    Raises
    ------
    GraphkitError
        A file is not a data release, is truncated or has unreadable figures; nothing is written.
    FailedCheck
        Countries miss a printed total by more than rounding, unknown places have too much, or the
        folder already has these figures; nothing is written.
    """
    chapters, left_out = read_chapters()
    report = Report("t")
    found: dict[int, _Tables] = {}
    for path in files:
        release = read_release(path, left_out)
        progress(path.name, release.rows)
        if release.year in found:
            raise UsageError(f"{path.name}: found the release of {release.year} twice")
        report.add("read", f"rows of {path.name}", release.rows)
        found[release.year] = _map(release, Meanings(chapters, reference.place_of), report)
    _check_places(found.values(), max_unknown, report)
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        for year, tables in sorted(found.items()):
            _write(tables, folder, draft)
            for name, rows in tables.rows.items():
                kept = [row for row in rows if row["country"]]
                periods = ", ".join(sorted({row["period"] for row in kept}))
                report.add("kept", f"{name} of {periods}, in {name}/*-mcs-{year}.yaml", len(kept))
            if tables.balances:
                why = f"balance of the United States and prices, in balances/*-mcs-{year}.yaml"
                report.add("kept", why, len(tables.balances))
        check_draft(draft, folder)
    return report


def _map(release: Release, meanings: Meanings, report: Report) -> _Tables:
    """Map a release to rows, check its totals, and count what is left out."""
    book = f"MCS {release.year}"
    end = "_2025" if release.wide else ""
    rows = {
        "production": production_rows(f"production{end}", _of(release, "production"), meanings),
        "reserves": reserve_rows(f"reserves{end}", _of(release, "reserves"), meanings),
    }
    checked = sum(check_totals(of, f"{book}, {name}") for name, of in rows.items())
    report.add("checked", f"tables of {book} that add up to their printed total", checked)
    series = Series()
    balances = balance_rows(_of(release, "salient"), series)
    others = sum(len(_of(release, name)) for name in ("net_import_reliance", "import_sources"))
    for why, count in (
        ("other tables than production, reserves and balances", release.other_tables + others),
        ("minerals that are not critical", release.other_minerals),
        *((f"blank cells, {year}", n) for year, n in sorted(release.blank.items())),
        *(
            (f"not among the known tables, {name}", n)
            for name, n in sorted({**meanings.unknown, **series.unknown}.items())
        ),
        *sorted(series.left_out.items()),
    ):
        if count:
            report.add("left out", f"{book}: {why}", count)
    return _Tables(release, rows, balances)


def _of(release: Release, table: str) -> Sequence[Printed]:
    return release.tables.get(table, ())


def _check_places(found: Iterable[_Tables], most: float, report: Report) -> None:
    """Count the tonnes of unknown places; refuse too large a part of any table."""
    worst: tuple[float, str, list[str]] = (0.0, "", [])
    for tables in found:
        for (product, period, basis), members in _of_all_totals(tables):
            scope = ", ".join(p for p in (product, period, basis, tables.release.source) if p)
            total = sum(_tonnes(row) for row in members if row["country"] != WORLD)
            lost = [row for row in members if row["country"] is None]
            for row in lost:
                name = f"{row['place']}: {scope}"
                report.unmapped[name] = _tonnes(row)
                report.shares[name] = _tonnes(row) / total if total else 0.0
            share = sum(map(_tonnes, lost)) / total if total else 0.0
            worst = max(worst, (share, scope, sorted(row["place"] for row in lost)))
    share, scope, places = worst
    if share > most:
        raise UnmappedError(
            f"unknown places have {100 * share:.1f} % of the tonnes of {scope}: "
            f"{', '.join(places)}; wanted at most {100 * most:g} % (--max-unknown). "
            "Nothing is written"
        )


def _of_all_totals(tables: _Tables) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    for rows in tables.rows.values():
        yield from of_one_total(rows).items()


def _tonnes(row: Row) -> float:
    return float(row["tonnes"] or 0.0) * FACTORS["t"][row["unit"]]


def _write(tables: _Tables, folder: Path, draft: Path) -> None:
    """Write a release: one file per chapter and kind, and its source if the folder lacks it."""
    release = tables.release
    source = {
        "key": release.source,
        "title": f"Mineral Commodity Summaries {release.year}",
        "publisher": "U.S. Geological Survey",
        "published": str(release.year),
        "edition_of": "usgs-mcs",
        "licence": "US public domain",
        "attribution": "U.S. Geological Survey",
    }
    about = "The data release that the files beside this one are taken from."
    write_new(f"{release.source}-source", "Source", [source], about, folder, draft, "production")
    for name, rows in tables.rows.items():
        kept = [row for row in rows if row["country"]]
        if name == "production":
            add_shares(kept)
        write_chapters(
            draft / name, KINDS[name], release.source, kept, made=MADE, end=f"-mcs-{release.year}"
        )
    write_balances(
        draft / "balances", release.source, tables.balances, MADE, end=f"-mcs-{release.year}"
    )


STATISTICS = {
    "Production": "production",
    "Import": "imports",
    "Export": "exports",
    "Consumption": "consumption",
    "Stock": "stocks",
    "Shipment": "stock-release",
    "Sold or used": "sales",
    "Sales": "sales",
    "Price": "price",
}
PRICES = {
    "dollars per metric ton": "USD/t",
    "dollars per kilogram": "USD/kg",
    "dollars per pound": "USD/lb",
    "cents per pound": "USc/lb",
    "dollars per troy ounce": "USD/ozt",
    "dollars per dry metric ton unit": "USD/mtu",
}
COLUMNS = (
    "element", "product", "statistic", "label", "period", "value", "low", "high", "unit",
    "qualifier", "published_value", "estimated", "basis", "balance", "note",
)  # fmt: skip
HALF_A_UNIT = re.compile(r"less than ½ unit", re.IGNORECASE)


class Series:
    """The known series of the salient statistics, and those that are kept out of the graph."""

    def __init__(self) -> None:
        tables = read_tables(Path(__file__).with_name("balances.yaml"))
        self._known: dict[tuple[str, ...], Mapping[str, Any]] = {
            self._place(row): row for row in tables["series"]
        }
        self._left_out = {
            (plain(row["chapter"]), plain(row["label"])): row["why"] for row in tables["left_out"]
        }
        self.unused = set(self._known)
        self.unknown: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    @staticmethod
    def _place(row: Mapping[str, str]) -> tuple[str, ...]:
        commodity = row.get("commodity", row["chapter"])
        return plain(row["chapter"]), plain(commodity), plain(row["label"])

    def find(self, one: Printed) -> Mapping[str, Any] | None:
        """Find the meaning of a figure; count one that is left out, remember an unknown one."""
        place = tuple(plain(part) for part in one.place)
        if place in self._known:
            self.unused.discard(place)
            return self._known[place]
        if why := self._left_out.get((place[0], place[2])):
            self.left_out[f"{one.place[0]}: {why}"] += 1
        else:
            self.unknown[" | ".join(map(tidy, one.place))] += 1
        return None

    def refuse_unknown(self) -> None:
        """Raise a GraphkitError that lists all unknown series."""
        if self.unknown:
            lines = "\n  ".join(sorted(self.unknown))
            raise GraphkitError(f"not in balances.yaml:\n  {lines}")


def balance_rows(printed: Iterable[Printed], series: Series) -> list[Row]:
    """Map figures of known series to REPORTS rows, masses in tonnes and prices as printed.

    Raises
    ------
    GraphkitError
        A unit is not known.
    """
    rows = []
    for one in printed:
        meaning = series.find(one)
        if meaning is None:
            continue
        unit = meaning.get("unit") or PRICES.get(tidy(one.unit)) or "t"
        figure = _in_tonnes(_half_a_unit(one), _factor(one)) if unit == "t" else one.figure
        known = any(n is not None for n in (figure.value, figure.low, figure.high))
        rows.append({
            "chapter": one.place[0],
            "statistic": STATISTICS[one.statistic],
            "label": tidy(meaning["label"]),
            "period": one.period,
            "value": figure.value, "low": figure.low, "high": figure.high,
            "unit": unit,
            "qualifier": figure.qualifier,
            "published_value": figure.published,
            "estimated": True if one.estimated and known else None,
            **{n: meaning.get(n) for n in ("element", "product", "basis", "balance")},
            "notes": tuple(n for n in one.notes if n != "Estimated."),
        })  # fmt: skip
    return rows


def _factor(one: Printed) -> float:
    """Return the tonnes in the printed unit of a mass."""
    unit = UNITS.get(tidy(one.unit))
    if unit is None:
        place = " | ".join((*one.place, one.period))
        raise GraphkitError(
            f"{place}: found the unit {one.unit!r}, wanted one of {', '.join([*UNITS, *PRICES])}"
        )
    return FACTORS["t"][unit]


def _half_a_unit(one: Printed) -> Figure:
    """Read the ``s`` of a figure that is less than half of its unit."""
    if one.figure.printed != "s" or not any(HALF_A_UNIT.search(note) for note in one.notes):
        return one.figure
    return Figure("s", high=0.5, qualifier="less-than")


def _in_tonnes(figure: Figure, factor: float) -> Figure:
    value, low, high = (
        None if n is None else float(f"{n * factor:.12g}")
        for n in (figure.value, figure.low, figure.high)
    )
    return Figure(figure.printed, value, low, high, figure.qualifier)


def write_balances(out: Path, source: str, rows: Sequence[Row], made: str, *, end: str = "") -> int:
    """Write one file per chapter; return the number of rows."""
    chapters = defaultdict(list)
    for row in rows:
        chapters[row["chapter"]].append(row)
    for chapter, members in sorted(chapters.items()):
        name = re.sub(r"[^a-z0-9]+", "-", chapter.lower()).strip("-")
        kept = _noted(members)
        same = {
            c: kept[0][c]
            for c in ("element", "product")
            if kept[0][c] and len({row[c] for row in kept}) == 1
        }
        years = sorted({row["period"] for row in members})
        write_seed(
            out / f"{name}{end}.yaml",
            f"{chapter}: balance of the United States and prices, {years[0]} to {years[-1]}; "
            "masses in tonnes.\n"
            f"{origin(source)}; {made}\n"
            "A note that stands on every year of a series stands here on its last year only.",
            "REPORTS",
            [{c: row[c] for c in COLUMNS if c not in same} for row in kept],
            defaults={"country": "USA", "source": source, **same},
            sort=("element", "product", "statistic", "label", "period"),
        )
    return len(rows)


def _noted(rows: Sequence[Row]) -> list[Row]:
    """Add the note to rows; what every year of a series says stays on its last year only."""
    series = defaultdict(list)
    for row in rows:
        series[row["element"], row["product"], row["statistic"], row["label"]].append(row)
    out = []
    for years in series.values():
        common = set.intersection(*(set(row["notes"]) for row in years))
        last = max(row["period"] for row in years)
        for row in years:
            kept = [n for n in row["notes"] if n not in common or row["period"] == last]
            out.append({**row, "note": " ".join(kept) or None})
    return out
