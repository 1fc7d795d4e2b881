"""Writes the reference seeds that are generated: countries, elements and HS codes.

The hand-written seeds beside them are read, not written: areas.yaml and groups.yaml (names already
taken) and traded-as.yaml (which codes are in use).

    python tools/build_reference.py --data FOLDER [--out seeds]
"""

from __future__ import annotations

import argparse
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import reference_names as given
import yaml
from country_boxes import BOXES

from graphkit.importers.seed_files import write_seed

Row = dict[str, Any]

BACI_TABLE = "baci/baci_country_codes_V202401b.csv"
LAST_YEAR = re.compile(r"\s*\(\.\.\.(\d{4})\)$")
EU_SUPPLY_RISK, EU_ECONOMIC_IMPORTANCE = 1.0, 2.8
"""At and above both, a material is critical (European Commission, 2017, methodology)."""


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read all rows as text, so that Namibia's code NA and leading zeros of HS codes survive."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a seed file, every scalar as text."""
    rows: list[Row] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["rows"]
    return rows


def mended(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1.

    >>> mended("Côte d'Ivoire".encode().decode("latin-1")), mended("Türkiye")
    ("Côte d'Ivoire", 'Türkiye')
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def plain_name(text: str) -> str:
    """Strip a United Nations name of its article and footnote marks.

    >>> plain_name("Holy See (the) *"), plain_name("the Kingdom of Norway")
    ('Holy See', 'Kingdom of Norway')
    """
    text = re.sub(r"\s*\*+$", "", text.strip())
    text = re.sub(r"\s*\(the\)$", "", text)
    return re.sub(r"^the ", "", text)


def ascii_name(text: str) -> str:
    """Replace accents and typographic apostrophes.

    >>> ascii_name("Côte d’Ivoire")
    "Cote d'Ivoire"
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def display_name(iso3: str, cldr: str) -> str:
    """Return the display name: CLDR's, without its abbreviations.

    >>> display_name("LCA", "St. Lucia"), display_name("USA", "US")
    ('Saint Lucia', 'United States')
    """
    spelled = re.sub(r"\bSt\. ", "Saint ", cldr).replace(" & ", " and ")
    return given.COUNTRY_NAMES.get(iso3, spelled)


def name_list(name: str, candidates: Iterable[str]) -> list[str]:
    """Candidates and their ASCII spellings, each once, without the name itself and blanks."""
    found: dict[str, str] = {}
    for candidate in candidates:
        for spelling in (candidate, ascii_name(candidate)):
            found.setdefault(spelling.casefold(), spelling)
    found.setdefault(ascii_name(name).casefold(), ascii_name(name))
    return [v for k, v in found.items() if v and k != name.casefold()]


def baci_names(table: Sequence[Mapping[str, str]]) -> dict[str, list[tuple[str, str, int | None]]]:
    """Of each ISO code: BACI's codes, names, and the last year of those that ended."""
    names: dict[str, list[tuple[str, str, int | None]]] = {}
    for row in table:
        name = mended(row["country_name"])
        ended = LAST_YEAR.search(name)
        year = int(ended[1]) if ended else None
        entry = (row["country_code"], LAST_YEAR.sub("", name), year)
        names.setdefault(row["country_iso3"], []).append(entry)
    return names


def present_country(row: Mapping[str, str], baci: Sequence[tuple[str, str, int | None]]) -> Row:
    """One country or territory of ISO 3166-1."""
    iso3 = row["ISO3166-1-Alpha-3"]
    name = display_name(iso3, row["CLDR display name"])
    m49 = row["M49"].zfill(3)
    current = next((code for code, _, ended in baci if ended is None), None)
    candidates = [row["CLDR display name"], plain_name(row["official_name_en"])]
    candidates += [plain_name(row[f"UNTERM English {form}"]) for form in ("Short", "Formal")]
    candidates += [spelling for _, spelling, _ in baci] + given.COMMON_NAMES.get(iso3, [])
    candidates += [code for code, _, _ in baci if code.zfill(3) != m49]
    return {
        "iso3": iso3,
        "name": name,
        "type": "country" if row["is_independent"] == "Yes" else "territory",
        "iso2": row["ISO3166-1-Alpha-2"],
        "m49": m49,
        "baci_code": current,
        "region": row["Region Name"],
        "subregion": row["Sub-region Name"],
        "aliases": name_list(name, candidates),
    }


def other_country(iso3: str, code: str, spelling: str, last_year: int | None) -> Row:
    """One former state or statistical territory that only BACI's table names."""
    name = given.COUNTRY_NAMES.get(iso3, spelling)
    return {
        "iso3": iso3,
        "name": name,
        "type": "former" if last_year else "territory",
        "baci_code": code,
        "last_year": last_year,
        "aliases": name_list(name, [spelling, *given.COMMON_NAMES.get(iso3, []), code]),
        "source": "cepii-baci-hs92",
    }


def without_ambiguous(rows: Sequence[Row], areas: Sequence[Row]) -> list[Row]:
    """Drop every alias that is a name or code of another row, an alias of two, or the key.

    Names that people type for either of two stay with both.
    """
    owner: dict[str, str] = {}
    for row in (*rows, *areas):
        for column in ("iso3", "name", "iso2", "m49"):
            if row.get(column):
                owner.setdefault(row[column].casefold(), row["iso3"])
    uses = Counter(a.casefold() for row in (*rows, *areas) for a in row.get("aliases") or ())

    def clear(row: Row, alias: str) -> bool:
        owned = owner.get(alias.casefold())
        if owned:
            return owned == row["iso3"] and alias != owned
        return uses[alias.casefold()] == 1 or alias in given.AMBIGUOUS

    return [{**row, "aliases": [a for a in row["aliases"] if clear(row, a)]} for row in rows]


def countries(data: Path, areas: Sequence[Row]) -> list[Row]:
    """Every country, territory and former state."""
    baci = baci_names(read_csv(data / BACI_TABLE))
    iso = read_csv(data / "reference/country-codes.csv")
    rows = [present_country(row, baci.get(row["ISO3166-1-Alpha-3"], [])) for row in iso]
    box_of = {
        row.pop("m49"): {end: float(degrees) for end, degrees in row.items()}
        for row in read_csv(BOXES)
    }
    rows = [row | box_of.get(row["m49"], {}) for row in rows]
    known = {row["iso3"] for row in (*rows, *areas)}
    rows += [other_country(iso3, *baci[iso3][0]) for iso3 in sorted(set(baci) - known)]
    return without_ambiguous(rows, areas)


def material_keys(material: str, symbols: Mapping[str, str]) -> list[str]:
    """Elements, minerals or groups that a material of the EU study is; none for stone or wood."""
    if material in given.MATERIALS:
        return given.MATERIALS[material]
    return [symbols[material]] if material in symbols else []


def eu_critical(results: Iterable[Mapping[str, str]], symbols: Mapping[str, str]) -> set[str]:
    """Keys of what the EU rule calls critical, with the strategic additions and group members."""
    critical = set(given.EU_ADDED)
    for row in results:
        high_risk = float(row["SR"]) >= EU_SUPPLY_RISK
        if high_risk and float(row["EI"]) >= EU_ECONOMIC_IMPORTANCE:
            critical.update(material_keys(row["material"], symbols))
    for group in sorted(critical & set(given.GROUPS)):
        critical.update(given.GROUPS[group].members)
    if {"LREE", "HREE"} <= critical:
        critical.add("REE")
    return critical - given.EU_UNASSESSED


def named(key: str, name: str, kind: str, eu: set[str]) -> Row:
    """Make the common part of the rows of elements, minerals and groups."""
    flag = {} if key in given.EU_UNASSESSED else {"eu_2023": key in eu}
    us = {} if key in given.GROUPS else {"us_2025": key in given.US_2025}
    aliases, note = given.ELEMENT_ALIASES.get(key), given.ELEMENT_NOTES.get(key)
    short = given.ELEMENT_SHORT.get(key)
    return {
        "key": key,
        "name": name,
        "short": short,
        "type": kind,
        **us,
        **flag,
        "aliases": aliases,
        "note": note,
    }


def elements(data: Path) -> list[Row]:
    """Every element, mineral and group that a list, the EU study, a product or a group names."""
    periodic = {row["symbol"]: row for row in read_csv(data / "reference/elements.csv")}
    symbols = {row["name"]: symbol for symbol, row in periodic.items()}
    results = read_csv(data / "eu/crm2023_sr_ei.csv")
    eu = eu_critical(results, symbols)
    assessed = {key for row in results for key in material_keys(row["material"], symbols)}
    members = {member for group in given.GROUPS.values() for member in group.members}
    wanted = (given.US_2025 | eu | assessed | members) & set(periodic)
    rows = []
    for symbol in wanted:
        of = periodic[symbol]
        member_of = [name for name, group in given.GROUPS.items() if symbol in group.members]
        row = named(symbol, of["name"], "element", eu)
        row |= {"atomic_number": int(of["z"]), "atomic_weight": float(of["atomic_weight"])}
        rows.append(row | {"member_of": member_of, "source": "mendeleev"})
    rows += [named(key, name, "mineral", eu) for key, name in given.MINERALS.items()]
    rows += [named(key, group.name, "group", eu) for key, group in given.GROUPS.items()]
    order = ("key", "name", "short", "type", "atomic_number", "atomic_weight", "us_2025", "eu_2023")
    last = ("member_of", "aliases", "note", "source")
    return [{name: row.get(name) for name in (*order, *last)} for row in rows]


def codes(data: Path, used: Iterable[str]) -> Iterator[Row]:
    """Describe every code in use: by HS 2022, else by an earlier or national list."""
    table = read_csv(data / "reference/harmonized-system.csv")
    current = {row["hscode"]: row["description"] for row in table}
    for code in sorted(set(used)):
        if code in current:
            yield {"code": code, "description": current[code]}
        else:
            description, source = given.EARLIER_CODES[code]
            yield {"code": code, "description": description, "source": source}


COUNTRIES = """\
Countries and territories of ISO 3166-1, and the former states of trade statistics.
From DataHub country-codes and, for BACI's codes, spellings and former states, from CEPII BACI's
country code table V202401b. A country is what the data set calls independent; all else of ISO
3166-1, also what it calls in contention, is a territory. A former state keeps BACI's code. BACI
counts a few under a present code: Belgium-Luxembourg (58) as BEL, the Federal Republic of Germany
(280) as DEU, Sudan before 2012 (736) as SDN. An alias that could mean two is no alias of either,
but for Congo, which stands with both, so that a question about it is refused and names them.
West, south, east and north: the box of its shape in Natural Earth 4.1 (public domain), islands and
overseas parts too, by tools/country_boxes.py; over the 180th meridian west is beyond east.
Written by tools/build_reference.py."""
ELEMENTS = """\
Chemical elements, minerals and groups of them; numbers and weights from mendeleev.
Every one that a list, the EU study, a product or a group names.
us_2025: on the US list of critical minerals of 2025, which names members, not groups.
eu_2023: critical for the EU in 2023: supply risk of at least 1.0 and economic importance of at
least 2.8 in the study's results (source eu-crm-2023), plus copper and nickel, which are listed as
strategic; a group that is listed stands for its members. REE has no scandium, as USGS counts;
LREE and HREE are the EU's of 2023.
Written by tools/build_reference.py."""
CODES = """\
The codes of the Harmonized System that traded-as.yaml uses, with their descriptions in HS 2022
(DataHub). Codes of earlier revisions and of 8 or 10 digits are described by graphkit in short.
Written by tools/build_reference.py."""


def write_all(data: Path, out: Path) -> None:
    """Write the three generated seed files."""
    folder = out / "reference"
    areas = [*read_rows(folder / "areas.yaml"), *read_rows(folder / "groups.yaml")]
    nations = countries(data, areas)
    used = (row["code"] for row in read_rows(folder / "traded-as.yaml"))
    for name, comment, kind, rows, source, key in (
        ("countries", COUNTRIES, "Country", nations, "datahub-country-codes", "iso3"),
        ("elements", ELEMENTS, "Element", elements(data), "graphkit", "key"),
        ("codes", CODES, "Code", codes(data, used), "un-hs2022", "code"),
    ):
        path = folder / f"{name}.yaml"
        write_seed(path, comment, kind, rows, defaults={"source": source}, sort=(key,))


def main() -> None:
    """Read the options and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the source tables")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args()
    write_all(options.data, options.out)


if __name__ == "__main__":
    main()
