"""Writes graphkit/cldr/names.csv, the names of countries in six languages.

They are those of Unicode's Common Locale Data Repository, as the package ``babel`` (2.19.0 was
used) carries them, and the short names of everyday speech in ``SPOKEN``. The licence of the
repository stands beside the file.

    uv run --with babel python tools/country_names.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import yaml
from babel import Locale

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "graphkit/cldr/names.csv"
LANGUAGES = ("de", "es", "fr", "ja", "ko", "zh")
SPOKEN = {
    "ko": {
        "KOR": "한국",
        "PRK": "북한",
        "HKG": "홍콩",
        "MAC": "마카오",
        "COD": "콩고민주공화국",
        "CHN": "중화인민공화국",
    },
    "ja": {
        "USA": "米国",
        "GBR": "英国",
        "PRK": "北朝鮮",
        "HKG": "香港",
        "COD": "コンゴ民主共和国",
        "CHN": "中華人民共和国",
    },
    "zh": {"HKG": "香港", "MAC": "澳门", "COD": "刚果民主共和国", "CHN": "中华人民共和国"},
    "de": {
        "USA": "USA",
        "GBR": "Großbritannien",
        "HKG": "Hongkong",
        "NLD": "Holland",
        "CHN": "VR China|PR China|Volksrepublik China",
    },
    "fr": {"GBR": "Grande-Bretagne", "KOR": "Corée", "CHN": "République populaire de Chine"},
    "es": {
        "USA": "EE. UU.",
        "GBR": "Gran Bretaña",
        "KOR": "Corea",
        "CHN": "República Popular China",
    },
}
"""Names in use that the repository does not give; several with a bar."""


def main() -> None:
    """Write a row for each country and a column for each language, several names with a bar."""
    countries = yaml.safe_load((ROOT / "seeds/reference/countries.yaml").read_text("utf-8"))
    territories = {language: Locale(language).territories for language in LANGUAGES}
    with PAGE.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["iso3", *LANGUAGES])
        for country in countries["rows"]:
            names = [
                [translated.get(country.get("iso2")), SPOKEN[language].get(country["iso3"])]
                for language, translated in territories.items()
            ]
            if any(some[0] for some in names):
                rows.writerow([country["iso3"], *("|".join(filter(None, some)) for some in names)])


if __name__ == "__main__":
    main()
