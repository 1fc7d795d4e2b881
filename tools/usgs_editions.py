"""World production in the editions of 2022 to 2024 of the USGS Mineral Commodity Summaries.

Their releases have one file a chapter, each with columns of its own; the table that
``tools/build_usgs.py`` reads has one row for each cell of them. ``usgs_editions.yaml`` says what
their rows mean.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.report import FailedCheck
from graphkit.importers.seed_files import mapping, scalar
from graphkit.importers.usgs.figures import plain_text, read_figure, tidy
from graphkit.importers.usgs.layouts import Printed, read_notes
from graphkit.importers.usgs.masses import (
    WORLD,
    Meaning,
    Row,
    add_shares,
    check_totals,
    origin,
    read_tables,
    with_notes,
)
from graphkit.schema import UNITS as FACTORS

COLUMN = re.compile(
    r"Prod_(?:Sponge_)?(?P<unit>kg|kt|t)_(?P<estimate>est_)?(?P<year>\d{4})", re.IGNORECASE
)
NAMES = {"kg": "kilograms", "t": "metric tons", "kt": "thousand metric tons"}
FOOTNOTE = re.compile(r"(?<=\D)\d{1,2}$")
"""Number of a footnote at the end of a name."""
ESTIMATED = "e"
"""Letter of the footnote "estimated" at the end of a name or before a figure."""
SPELLINGS = {
    "Other": "Other countries",
    "New Caledonia (overseas territory of France)": "New Caledonia",
}
DETAILED = re.compile(r"(?P<country>[^,(]+?)(?:, (?P<comma>.+)| \((?P<brackets>.+)\))")
INCLUDED = re.compile(r"included with ", re.IGNORECASE)
ALSO_ESTIMATED = re.compile(
    r"(?:Also estimated in (?P<also>\d{4})|Production in (?P<year>\d{4}) is also estimated)\.?"
)
REPORTED = re.compile(r"Reported (?:data|quantity) in (?P<year>\d{4})\.?")
PROPERTIES = (
    "country", "product", "period", "tonnes", "low", "high", "share", "qualifier",
    "published_value", "estimated", "basis", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Edition:
    """Cells of world production in one edition, those on other minerals aside."""

    year: int
    printed: Sequence[Printed]
    blank: int
    """Number of cells without a figure, which may be zero or unknown."""
    left_out: Mapping[str, int]
    """Number of cells for each reason in ``usgs_editions.yaml``."""

    @property
    def source(self) -> str:
        """Key of the source."""
        return f"usgs-mcs-{self.year}"


def read_meanings(chapters: Mapping[str, Sequence[Meaning]]) -> list[Meaning]:
    """Read what the rows mean, with chapter and basis of their products in 2026."""
    of_product = {
        row["product"]: {name: row[name] for name in ("chapter", "basis")}
        for row in chapters["production"]
    }
    return [
        {**of_product[row["product"]], **row, "commodity": row["code"], "type": type_name}
        for row in read_tables(Path(__file__).with_name("usgs_editions.yaml"))["production"]
        for type_name in row["types"]
    ]


def read_editions(path: Path, place_of: Callable[[str], str | None]) -> list[Edition]:
    """Read every edition in the table; ``place_of`` finds the place of a name.

    Raises
    ------
    GraphkitError
        A cell is no figure, or a column has an unknown unit.
    """
    tables = read_tables(Path(__file__).with_name("usgs_editions.yaml"))
    other_chapters = frozenset(tables["other_chapters"])
    reasons = {
        (row["code"], plain_text(name)): row["why"]
        for row in tables["left_out"] for name in row["types"]
    }  # fmt: skip
    cells: dict[int, list[dict[str, str]]] = defaultdict(list)
    notes: dict[tuple[str, ...], str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["measure"] != "Prod" or row["chapter_code"] in other_chapters:
                continue
            if row["column"] == "Prod_note":
                notes[_row_of(row)] = tidy(row["value"])
            else:
                cells[int(row["release"].removeprefix("MCS"))].append(row)
    editions = []
    for year, rows in sorted(cells.items()):
        printed = []
        blank, left_out = 0, Counter[str]()
        for row in rows:
            if reason := reasons.get((row["chapter_code"], plain_text(row["type"]))):
                left_out[reason] += 1
            elif not row["value"].strip():
                blank += 1
            else:
                printed.append(_cell(row, notes.get(_row_of(row), ""), place_of))
        editions.append(Edition(year, printed, blank, left_out))
    return editions


def _row_of(cell: Mapping[str, str]) -> tuple[str, ...]:
    return cell["release"], cell["chapter_code"], cell["type"], cell["country"]


def _cell(row: Mapping[str, str], note: str, place_of: Callable[[str], str | None]) -> Printed:
    """Read a cell; letters and numbers of footnotes leave the name and the figure."""
    column = COLUMN.fullmatch(row["column"])
    place = (row["chapter_code"], tidy(row["type"]), tidy(row["country"]))
    if column is None:
        raise GraphkitError(f"{' | '.join(place)}: found the column {row['column']!r}")
    country, detail, is_estimate = _plain_name(place[2], place_of)
    text = tidy(row["value"])
    if text.startswith(ESTIMATED):
        text, is_estimate = text.removeprefix(ESTIMATED), True
    if INCLUDED.match(text):
        text, note = "s", f"{text[0].upper()}{text[1:]}. {note}".strip()
    is_reported = False
    if match := REPORTED.fullmatch(note):
        is_reported, note = match["year"] == column["year"], ""
    if match := ALSO_ESTIMATED.match(note):
        is_estimate |= column["year"] in match.groups()
        note = note[match.end() :].strip()
    try:
        figure = read_figure(text)
    except GraphkitError as error:
        raise GraphkitError(f"{' | '.join(place)} | {column['year']}: {error}") from None
    notes = read_notes("" if note == "Not applicable" else note)
    form = () if not detail or detail in place[1] else (f"{detail[0].upper()}{detail[1:]}.",)
    return Printed(
        place=place,
        country=country,
        period=column["year"],
        unit=NAMES[column["unit"].lower()],
        figure=figure,
        notes=("Reported.",) if is_reported else (*form, *notes),
        estimated=not is_reported and (is_estimate or bool(column["estimate"])),
        rounded="rounded" in row["country"],
    )


def _plain_name(text: str, place_of: Callable[[str], str | None]) -> tuple[str, str, bool]:
    """Split a printed name: the country, what its figure counts, and whether it is an estimate.

    Boron and manganese have the form of the product behind a comma.
    """
    name = FOOTNOTE.sub("", text)
    name = SPELLINGS.get(name, name)
    if name.startswith("World total"):
        total, excluded = re.subn(r", excluding (?:U\.S\. production|United States)$", "", name)
        return total, "excludes U.S. production" if excluded else "", False
    if place_of(name):
        return name, "", False
    if name.endswith(ESTIMATED) and place_of(name[:-1]):
        return name[:-1], "", True
    match = DETAILED.fullmatch(name)
    if match and place_of(match["country"]):
        return match["country"], match["comma"] or match["brackets"], False
    return name, "", False


def check_edition(edition: Edition, rows: Sequence[Row]) -> None:
    """Check printed totals; those that are known to be missed get their note.

    Raises
    ------
    FailedCheck
        A total is missed that is not known to be.
    GraphkitError
        A total that is said to be missed is met.
    """
    tables = read_tables(Path(__file__).with_name("usgs_editions.yaml"))
    missed = {
        (one["product"], one["period"]): one["note"]
        for one in tables["missed_totals"] if one["edition"] == edition.year
    }  # fmt: skip
    check_totals([r for r in rows if (r["product"], r["period"]) not in missed], edition.source)
    for (product, period), note in missed.items():
        table = [r for r in rows if (r["product"], r["period"]) == (product, period)]
        try:
            check_totals(table, edition.source)
        except FailedCheck:
            (world,) = [row for row in table if row["country"] == WORLD]
            world["notes"] = (*world["notes"], note)
        else:
            raise GraphkitError(
                f"usgs_editions.yaml: found no missed total of {product} in {period} in "
                f"{edition.source}; if the table has been corrected, delete it there"
            )


def write_edition(out: Path, edition: Edition, rows: Sequence[Row], program: str) -> int:
    """Write one table with all production of an edition; return the number of rows."""
    add_shares(rows)
    years = sorted({row["period"] for row in rows})
    name = f"mcs-{edition.year}"
    lines = [
        f"# World production, {', '.join(years)}, in an earlier edition; the last year: estimates.",
        f"# {origin(edition.source)}; {program}",
        "# A share is of the published world total (its note says what that leaves out), or of the "
        "sum of",
        "# the figures where that is larger. Masses are in tonnes.",
        "kind: PRODUCES",
        f"defaults: {mapping({'source': edition.source, 'observed': True})}",
        f"table: {name}.csv",
    ]
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ordered = sorted(
        with_notes([_in_tonnes(row) for row in rows]),
        key=lambda row: tuple(str(row[c]) for c in ("product", "country", "period", "basis")),
    )
    with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PROPERTIES)
        for row in ordered:
            values = [row.get(name) for name in PROPERTIES]
            writer.writerow(["" if value is None else _text(value) for value in values])
    return len(rows)


def _text(value: object) -> str:
    return value if isinstance(value, str) else scalar(value)


def _in_tonnes(row: Row) -> Row:
    factor = FACTORS["t"][row["unit"]]
    masses = {name: row[name] for name in ("tonnes", "low", "high")}
    return {
        **row, **{k: v if v is None else float(f"{v * factor:.12g}") for k, v in masses.items()}
    }  # fmt: skip
