"""Writes the USGS seeds: world production, reserves, US net import reliance and import sources.

``python tools/build_usgs.py --data FOLDER [--out seeds]`` reads the tables in ``FOLDER/usgs``. What
their rows mean in the graph is listed in ``usgs_products.yaml``. What was written, and what looks
odd in it, goes to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from seedfile import write_seed
from usgs_masses import (
    MADE,
    MCS_2025,
    MCS_2026,
    ORIGIN,
    Row,
    add_shares,
    production_rows,
    reserve_rows,
    write_chapters,
)
from usgs_meanings import Meaning, Meanings
from usgs_tables import RELIANCE, Figure, Printed, read_mcs2025, read_release, tidy


def reliance_rows(printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """Claims of the US net import reliance, one a year."""
    rows = []
    for one in printed:
        meaning = meanings.find("net_import_reliance", one)
        if meaning is None:
            continue
        words = tidy(one.place[2])
        quoted = meaning.get("quote_detail")
        notes = [*one.notes, *([meaning["note"]] if "note" in meaning else [])]
        rows.append({
            "key": f"usgs-nir-{meaning['slug']}-{one.period}",
            **_subject(meaning),
            "period": one.period,
            **_share_of(one.figure),
            "basis": None if quoted else RELIANCE.sub("", words),
            "quote": words if quoted else None,
            "note": " ".join(notes) or None,
        })  # fmt: skip
    return rows


def source_rows(printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """Claims of whom the US buys from, one a supplier."""
    rows = []
    for one in printed:
        meaning = meanings.find("import_sources", one)
        together = meanings.together_as_one(one.country)
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
            "basis": tidy(one.place[2]),
            "note": " ".join(one.notes) or None,
        })  # fmt: skip
    return rows


def _subject(meaning: Meaning) -> Row:
    return {"product": meaning.get("product"), "element": meaning.get("element")}


def _share_of(figure: Figure) -> Row:
    """A figure in percent as a share of 1."""
    percent = {"value": figure.value, "low": figure.low, "high": figure.high}
    shares: Row = {k: v if v is None else round(v / 100, 6) for k, v in percent.items()}
    return {**shares, "qualifier": figure.qualifier, "published_value": figure.published}


def write_claims(out: Path, name: str, what: str, rows: list[Row], defaults: Row) -> int:
    """Write one file of claims; returns how many rows there are."""
    given = {"consumer": "USA", "unit": "share", "evidence": "read", "source": MCS_2026}
    comment = f"{what}\n{ORIGIN[MCS_2026]}; {MADE}"
    write_seed(
        out / f"{name}.yaml", comment, "Claim", rows, defaults={**defaults, **given}, sort=("key",)
    )
    return len(rows)


# --- all of it ------------------------------------------------------------------------------


def build(usgs: Path, out: Path) -> list[str]:
    """Write every USGS seed; returns a report, one line each.

    Raises a ValueError that names every critical row that ``usgs_products.yaml`` does not have.
    """
    meanings = Meanings(Path(__file__).with_name("usgs_products.yaml"))
    made = production_rows(
        "production", read_release(usgs / "mcs2026_world_production.csv"), meanings
    )
    old, blank = read_mcs2025(
        usgs / "MCS2025_World_Data.csv", meanings.left_out, meanings.left_out_types
    )
    made_2023 = production_rows("production_2025", old, meanings)
    held = reserve_rows(read_release(usgs / "mcs2026_world_reserves.csv"), meanings)
    reliance = reliance_rows(read_release(usgs / "mcs2026_us_net_import_reliance.csv"), meanings)
    sources = source_rows(read_release(usgs / "mcs2026_us_import_sources.csv"), meanings)
    meanings.refuse_unknown()
    odd = [f"{line} ({MCS_2026})" for line in add_shares(made)]
    odd += [f"{line} ({MCS_2025})" for line in add_shares(made_2023)]
    counts = {
        "PRODUCES, MCS 2026": write_chapters(out / "production", "PRODUCES", MCS_2026, made),
        "PRODUCES, MCS 2025": write_chapters(
            out / "production", "PRODUCES", MCS_2025, made_2023, "-2023"
        ),
        "HOLDS": write_chapters(out / "reserves", "HOLDS", MCS_2026, held),
        "Claim, net import reliance": write_claims(
            out / "claims", "us-net-import-reliance", "US net import reliance, critical minerals.",
            reliance, {"kind": "net-import-reliance", "measure": "net import reliance"},
        ),
        "Claim, import sources": write_claims(
            out / "claims", "us-import-sources", "Whom the United States buys from, 2021 to 2024.",
            sources, {"kind": "share", "measure": "imports", "period": "2021-2024"},
        ),
    }  # fmt: skip
    lines = [f"{name}: {count} rows" for name, count in counts.items()]
    lines.append(f"left out, blank in MCS 2025: {blank} rows of 2023")
    unused = [f"not in the data: {table}: {' | '.join(p)}" for table, p in sorted(meanings.unused)]
    return lines + odd + unused


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds usgs/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args(arguments)
    try:
        report = build(options.data / "usgs", options.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(report), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
