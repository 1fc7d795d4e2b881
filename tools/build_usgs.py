"""Writes the USGS seeds: world production, reserves, US balances, prices and import claims.

``python tools/build_usgs.py --data FOLDER [--out seeds]`` reads the data releases, as published, in
``FOLDER/usgs``, and the world tables, balances and prices of the editions 2022 to 2024, cell by
cell, in ``FOLDER/usgs_editions``. What their rows mean in the graph is listed in ``chapters.yaml``
(world tables) and ``balances.yaml`` (US salient statistics) of the importer and, beside this file,
in ``usgs_claims.yaml`` (US imports), ``usgs_editions.yaml``, ``usgs_balances.yaml`` and
``usgs_prices.yaml`` (editions 2022 to 2024); what was corrected after the release in
``usgs_corrections.yaml``. What was written goes to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from usgs_balances import earlier_balances
from usgs_balances import write_balances as write_earlier
from usgs_editions import check_edition, read_editions, read_meanings, write_edition
from usgs_prices import price_rows, write_prices

from graphkit.errors import GraphkitError
from graphkit.importers.reference import read_reference
from graphkit.importers.seed_files import write_seed
from graphkit.importers.usgs import balances as balances_of
from graphkit.importers.usgs.balances import Series, balance_rows, write_balances
from graphkit.importers.usgs.figures import RELIANCE, Figure, plain_text, tidy
from graphkit.importers.usgs.layouts import Printed, Release, read_release
from graphkit.importers.usgs.masses import (
    BEFORE_2025,
    Meaning,
    Meanings,
    Row,
    add_shares,
    check_totals,
    origin,
    production_rows,
    read_chapters,
    read_tables,
    reserve_rows,
    write_chapters,
)

EDITIONS = "mcs2022_2024_world_long.csv"
BALANCES = Path(balances_of.__file__).with_name("balances.yaml")
EARLIER_SALIENT = "mcs2022_2024_us_salient_long.csv"
MADE = "written by tools/build_usgs.py: change that, not this file."


def reliance_rows(printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """Make the claims of US net import reliance, one per year."""
    rows = []
    for one in printed:
        meaning = meanings.find("net_import_reliance", one)
        if meaning is None:
            continue
        stated = meaning.get("statement")
        notes = [*one.notes, *([meaning["note"]] if "note" in meaning else [])]
        rows.append({
            "key": f"usgs-nir-{meaning['slug']}-{one.period}",
            **_subject(meaning),
            "period": one.period,
            **_share_of(one.figure),
            **_counted(meaning, one.notes),
            "basis": None if stated else RELIANCE.sub("", tidy(one.place[2])),
            "statement": stated,
            "note": " ".join(notes) or None,
        })  # fmt: skip
    return rows


def source_rows(printed: Iterable[Printed], meanings: Meanings, several: set[str]) -> list[Row]:
    """Make the claims of US import sources, one per supplier.

    ``several`` are names of several countries without a figure of their own.
    """
    rows = []
    for one in printed:
        meaning = meanings.find("import_sources", one)
        together = plain_text(one.country) in several
        supplier = None if together else meanings.area(one.country)
        if meaning is None:
            continue
        share = _share_of(one.figure)
        if together:  # No one of them has this share.
            printed_value = f"{tidy(one.country)}: {one.figure.printed}"
            share = {"qualifier": "not-available", "published_value": printed_value}
        end = f"-{supplier.lower()}" if supplier else ""
        rows.append({
            "key": f"usgs-src-{meaning['slug']}{end}",
            "supplier": supplier,
            **_subject(meaning),
            **share,
            **_counted({"counted_by": "mass", **meaning}, one.notes),
            "basis": tidy(one.place[2]),
            "note": " ".join(one.notes) or None,
        })  # fmt: skip
    return rows


def _subject(meaning: Meaning) -> Row:
    return {"product": meaning.get("product"), "element": meaning.get("element")}


def _counted(meaning: Meaning, notes: Sequence[str]) -> Row:
    """Return what a figure counts: its products, Hong Kong if a footnote says so, its measure."""
    hong_kong = ["HKG"] if any("Includes Hong Kong" in note for note in notes) else []
    return {
        "counted_by": meaning.get("counted_by"),
        "includes": [*meaning.get("includes", ()), *hong_kong] or None,
        "includes_other": meaning.get("includes_other"),
    }


def _share_of(figure: Figure) -> Row:
    """Convert a figure in percent to a share of 1."""
    percent = {"value": figure.value, "low": figure.low, "high": figure.high}
    shares: Row = {k: v if v is None else round(v / 100, 6) for k, v in percent.items()}
    return {**shares, "qualifier": figure.qualifier, "published_value": figure.published}


def correct(rows: Sequence[Row], corrections: Iterable[Meaning], table: str) -> list[Row]:
    """Replace what the publisher corrected after its data release.

    Raises
    ------
    GraphkitError
        A row or its printed figure is not in the release, which may have been corrected.
    """
    fixed = list(rows)
    for one in corrections:
        place = {name: one[name] for name in ("product", "country", "period")}
        at = [i for i, row in enumerate(fixed) if place.items() <= row.items()]
        printed, withdrawn = dict(one["printed"]), one["printed"].get("note")
        printed.pop("note", None)
        row = fixed[at[0]] if len(at) == 1 else {"notes": ()}
        if not printed.items() <= row.items() or (withdrawn and withdrawn not in row["notes"]):
            raise GraphkitError(
                f"usgs_corrections.yaml: found no {table} of {' '.join(place.values())} that is "
                f"printed as {one['printed']}; if the release has the correction, delete it there"
            )
        kept = tuple(note for note in row["notes"] if note != withdrawn)
        fixed[at[0]] = {**row, **one["corrected"], "notes": (*kept, one["note"])}
    return fixed


def write_claims(
    out: Path, name: str, what: str, rows: list[Row], source: str, defaults: Row
) -> int:
    """Write one file of claims; return the number of rows."""
    given = {"consumer": "USA", "unit": "share", "evidence": "read", "source": source}
    comment = f"{what}\n{origin(source)}; {MADE}"
    write_seed(
        out / f"{name}.yaml", comment, "Claim", rows, defaults={**defaults, **given}, sort=("key",)
    )
    return len(rows)


# --- all of it ------------------------------------------------------------------------------


def build(usgs: Path, out: Path) -> list[str]:
    """Write every USGS seed; returns a report, one line each.

    Raises a GraphkitError that names every critical row that the meanings do not have, or the
    totals that countries do not add up to.
    """
    chapters, left_out = read_chapters()
    claims = read_tables(Path(__file__).with_name("usgs_claims.yaml"))
    several = {plain_text(name) for name in claims.pop("together")}
    place_of = read_reference().place_of
    earlier = {BEFORE_2025: read_meanings(chapters)}
    meanings = Meanings({**chapters, **claims, **earlier}, place_of)
    new = read_release(usgs / "MCS2026_Commodities_Data.csv")
    old = read_release(usgs / "MCS2025_World_Data.csv", left_out)
    made = production_rows("production", new.tables["production"], meanings)
    made_before = production_rows("production_2025", old.tables["production"], meanings)
    editions = read_editions(usgs.with_name("usgs_editions") / EDITIONS, place_of)
    made_earlier = [production_rows(BEFORE_2025, e.printed, meanings) for e in editions]
    held = reserve_rows("reserves", new.tables["reserves"], meanings)
    reliance = reliance_rows(new.tables["net_import_reliance"], meanings)
    sources = source_rows(new.tables["import_sources"], meanings, several)
    meanings.refuse_unknown("chapters.yaml, tools/usgs_claims.yaml or tools/usgs_editions.yaml")
    corrections = read_tables(Path(__file__).with_name("usgs_corrections.yaml"))
    made = correct(made, corrections["production"], "production")
    held = correct(held, corrections["reserves"], "reserves")
    prices = price_rows(usgs.with_name("usgs_editions") / EARLIER_SALIENT, read_tables(BALANCES))
    earlier_balance, left_out_before = earlier_balances(
        usgs.with_name("usgs_editions") / EARLIER_SALIENT, read_tables(BALANCES)
    )
    series = Series()
    balances = balance_rows(new.tables["salient"], series)
    series.refuse_unknown()
    for release, rows in ((new, made), (old, made_before), (new, held)):
        check_totals(rows, release.source)
    for edition, rows in zip(editions, made_earlier, strict=True):
        check_edition(edition, rows)
    counts = {
        "PRODUCES, MCS 2026": _produced(out, new, made),
        "PRODUCES, MCS 2025": _produced(out, old, made_before, "-mcs-2025"),
        **{
            f"PRODUCES, MCS {edition.year}": write_edition(out / "production", edition, rows, MADE)
            for edition, rows in zip(editions, made_earlier, strict=True)
        },
        "HOLDS": write_chapters(out / "reserves", "HOLDS", new.source, held, program=MADE),
        "REPORTS": write_balances(out / "balances", new.source, balances, MADE),
        "REPORTS, MCS 2022 to 2024": write_earlier(out / "balances", earlier_balance, MADE),
        "REPORTS, prices of 2017 to 2020": write_prices(out / "balances", prices),
        "Claim, net import reliance": write_claims(
            out / "claims", "us-net-import-reliance", "US net import reliance, critical minerals.",
            reliance, new.source,
            {"kind": "net-import-reliance", "measure": "net import reliance"},
        ),
        "Claim, import sources": write_claims(
            out / "claims", "us-import-sources", "Whom the United States buys from, 2021 to 2024.",
            sources, new.source, {"kind": "share", "measure": "imports", "period": "2021-2024"},
        ),
    }  # fmt: skip
    lines = [f"{name}: {count} rows" for name, count in counts.items()]
    for year, blank in sorted(old.blank.items()):
        lines.append(f"left out, blank in MCS 2025: {blank} rows of {year}")
    for edition in editions:
        if edition.blank:
            lines.append(f"left out, blank in MCS {edition.year}: {edition.blank} figures")
        for why, count in sorted(edition.left_out.items()):
            lines.append(f"left out of MCS {edition.year}, {why}: {count} figures")
    lines += [
        f"left out of {why}: {count} figures" for why, count in sorted(left_out_before.items())
    ]
    lines += [f"left out, {why}: {count} rows" for why, count in sorted(series.left_out.items())]
    lines += [f"not in the data: series: {' | '.join(place)}" for place in sorted(series.unused)]
    unused = [f"not in the data: {table}: {' | '.join(p)}"
              for table, p in sorted(meanings.unused) if table != "reserves_2025"]  # fmt: skip
    return lines + unused


def _produced(out: Path, release: Release, rows: list[Row], end: str = "") -> int:
    add_shares(rows)
    return write_chapters(
        out / "production", "PRODUCES", release.source, rows, program=MADE, end=end
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds usgs/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args(arguments)
    try:
        report = build(options.data / "usgs", options.out)
    except GraphkitError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(report), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
