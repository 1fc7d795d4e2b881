"""National balances and prices in the USGS tables."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import write_seed
from graphkit.importers.usgs.figures import Figure, plain_text, tidy
from graphkit.importers.usgs.layouts import Printed
from graphkit.importers.usgs.masses import UNITS, Row, origin, read_tables
from graphkit.schema import UNITS as FACTORS

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
BALANCE_COLUMNS = (
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
            (plain_text(row["chapter"]), plain_text(row["label"])): row["why"]
            for row in tables["left_out"]
        }
        self.unused = set(self._known)
        self.unknown: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    @staticmethod
    def _place(row: Mapping[str, str]) -> tuple[str, ...]:
        commodity = row.get("commodity", row["chapter"])
        return plain_text(row["chapter"]), plain_text(commodity), plain_text(row["label"])

    def find(self, cell: Printed) -> Mapping[str, Any] | None:
        """Find the meaning of a figure; count one that is left out, remember an unknown one."""
        place = tuple(plain_text(part) for part in cell.place)
        if place in self._known:
            self.unused.discard(place)
            return self._known[place]
        if reason := self._left_out.get((place[0], place[2])):
            self.left_out[f"{cell.place[0]}: {reason}"] += 1
        else:
            self.unknown[" | ".join(map(tidy, cell.place))] += 1
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
    for cell in printed:
        meaning = series.find(cell)
        if meaning is None:
            continue
        unit = meaning.get("unit") or PRICES.get(tidy(cell.unit)) or "t"
        figure = in_tonnes(_half_a_unit(cell), _factor(cell)) if unit == "t" else cell.figure
        has_number = any(n is not None for n in (figure.value, figure.low, figure.high))
        rows.append({
            "chapter": cell.place[0],
            "statistic": STATISTICS[cell.statistic],
            "label": tidy(meaning["label"]),
            "period": cell.period,
            "value": figure.value, "low": figure.low, "high": figure.high,
            "unit": unit,
            "qualifier": figure.qualifier,
            "published_value": figure.published,
            "estimated": True if cell.estimated and has_number else None,
            **{n: meaning.get(n) for n in ("element", "product", "basis", "balance")},
            "notes": tuple(n for n in cell.notes if n != "Estimated."),
        })  # fmt: skip
    return rows


def _factor(cell: Printed) -> float:
    """Return the tonnes in the printed unit of a mass."""
    unit = UNITS.get(tidy(cell.unit))
    if unit is None:
        place = " | ".join((*cell.place, cell.period))
        raise GraphkitError(
            f"{place}: found the unit {cell.unit!r}, wanted one of {', '.join([*UNITS, *PRICES])}"
        )
    return FACTORS["t"][unit]


def _half_a_unit(cell: Printed) -> Figure:
    """Read the ``s`` of a figure that is less than half of its unit."""
    if cell.figure.printed != "s" or not any(HALF_A_UNIT.search(note) for note in cell.notes):
        return cell.figure
    return Figure("s", high=0.5, qualifier="less-than")


def in_tonnes(figure: Figure, factor: float) -> Figure:
    """Convert a figure to tonnes, of which its unit has ``factor``."""
    value, low, high = (
        None if n is None else float(f"{n * factor:.12g}")
        for n in (figure.value, figure.low, figure.high)
    )
    return Figure(figure.printed, value, low, high, figure.qualifier)


def write_balances(
    out: Path, source: str, rows: Sequence[Row], author: str, *, end: str = ""
) -> int:
    """Write one file per chapter; return the number of rows."""
    chapters = defaultdict(list)
    for row in rows:
        chapters[row["chapter"]].append(row)
    for chapter, members in sorted(chapters.items()):
        name = re.sub(r"[^a-z0-9]+", "-", chapter.lower()).strip("-")
        noted_rows = _noted(members)
        same = {
            c: noted_rows[0][c]
            for c in ("element", "product")
            if noted_rows[0][c] and len({row[c] for row in noted_rows}) == 1
        }
        years = sorted({row["period"] for row in members})
        write_seed(
            out / f"{name}{end}.yaml",
            f"{chapter}: balance of the United States and prices, {years[0]} to {years[-1]}; "
            "masses in tonnes.\n"
            f"{origin(source)}; {author}\n"
            "A note that stands on every year of a series stands here on its last year only.",
            "REPORTS",
            [{c: row[c] for c in BALANCE_COLUMNS if c not in same} for row in noted_rows],
            defaults={"country": "USA", "source": source, **same},
            sort=("element", "product", "statistic", "label", "period"),
        )
    return len(rows)


def _noted(rows: Sequence[Row]) -> list[Row]:
    """Add the note to rows; what every year of a series says stays on its last year only."""
    series = defaultdict(list)
    for row in rows:
        series[row["element"], row["product"], row["statistic"], row["label"]].append(row)
    noted_rows = []
    for years in series.values():
        common = set.intersection(*(set(row["notes"]) for row in years))
        last = max(row["period"] for row in years)
        for row in years:
            notes = [n for n in row["notes"] if n not in common or row["period"] == last]
            noted_rows.append({**row, "note": " ".join(notes) or None})
    return noted_rows
