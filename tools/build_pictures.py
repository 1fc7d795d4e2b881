r"""Builds what the pictures of graphkit are drawn with: ECharts, the world map and the fonts.

    uv run --with antimeridian --with fonttools python tools/build_pictures.py \
        --data FOLDER --fonts FOLDER

FOLDER of ``--data`` has ``reference/countries-110m.json`` (Natural Earth through world-atlas) and
``reference/country_centroids.csv``; FOLDER of ``--fonts`` has ``NotoSans-Regular.ttf``,
``NotoSans-Bold.ttf`` (Debian: fonts-noto-core) and their licence, ``OFL.txt``. It needs
npm. ``tools/echarts/built.json`` records the
hash of the bundle and of all it is built from.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from graphkit.plot.drawing import WEST, eastward
from graphkit.seeds.facts import read_seeds

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "graphkit" / "plot" / "assets"
ECHARTS = ROOT / "tools" / "echarts"
BUILT_FROM = ("package.json", "package-lock.json", "charts.js")
STYLES = ("Regular", "Bold")
CHARACTERS = (
    "U+0020-007E,U+00A0-024F,U+0370-03FF,U+0400-045F,U+1E00-1EFF,U+2010-2044,U+2070-209C,"
    "U+20AC,U+2190-2193,U+2212,U+2248,U+2264,U+2265,U+25A0-25CF,U+FFFD"
)
NAMES = {"BOL": "Bolivia", "COD": "DR Congo", "GBR": "United Kingdom", "IRN": "Iran",
         "LAO": "Laos", "PRK": "North Korea", "RUS": "Russia", "SYR": "Syria", "TZA": "Tanzania",
         "USA": "United States", "VEN": "Venezuela", "VNM": "Vietnam"}  # fmt: skip
"""Short names for labels, where the reference data have the official one."""
PLACES = {"HKG": [114.17, 22.32], "MAC": [113.55, 22.16]}
"""Longitude and latitude of places with neither a shape nor a point in the data (own reading)."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build_echarts() -> None:
    """Bundle ECharts with npm, and record the hashes."""
    bundle = ASSETS / "echarts.js"
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=ECHARTS, check=True)
    subprocess.run(
        ["npx", "esbuild", "charts.js", "--bundle", "--minify", "--format=iife", "--charset=utf8",
         "--global-name=echarts", "--target=es2020", "--legal-comments=none",
         f"--outfile={bundle}"],
        cwd=ECHARTS, check=True,
    )  # fmt: skip
    modules = ECHARTS / "node_modules"
    notices = [
        modules / "echarts" / "NOTICE",
        modules / "echarts" / "LICENSE",
        *sorted((modules / "echarts" / "licenses").iterdir()),
        modules / "zrender" / "LICENSE",
        modules / "tslib" / "LICENSE.txt",
    ]
    parts = [
        f"{path.relative_to(modules)}\n\n{path.read_text('utf-8').strip()}" for path in notices
    ]
    line = f"\n\n{'=' * 72}\n\n"
    (ASSETS / "echarts-licences.txt").write_text(line.join(parts) + "\n", encoding="utf-8")
    hashes = {name: digest(ECHARTS / name) for name in BUILT_FROM}
    hashes["echarts.js"] = digest(bundle)
    (ECHARTS / "built.json").write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


def build_fonts(fonts: Path) -> None:
    """Keep the characters of European languages, Greek letters, Cyrillic and the marks used."""
    for style in STYLES:
        subprocess.run(
            ["pyftsubset", fonts / f"NotoSans-{style}.ttf", f"--unicodes={CHARACTERS}",
             "--layout-features=kern,mark,mkmk,ccmp", "--no-hinting",
             f"--output-file={ASSETS / f'NotoSans-{style}.ttf'}"],
            check=True,
        )  # fmt: skip
    shutil.copy(fonts / "OFL.txt", ASSETS / "NotoSans-OFL.txt")
    widths = {style.lower(): advances(ASSETS / f"NotoSans-{style}.ttf") for style in STYLES}
    text = json.dumps(widths, ensure_ascii=False, separators=(",", ":"))
    (ASSETS / "widths.json").write_text(text + "\n", encoding="utf-8")


def advances(font: Path) -> dict[str, int]:
    """Read the width of each character, in thousandths of the font size."""
    from fontTools.ttLib import TTFont

    with TTFont(font) as read:
        size, glyphs = read["head"].unitsPerEm, read["hmtx"]
        return {chr(code): round(1000 * glyphs[name][0] / size)
                for code, name in read.getBestCmap().items()}  # fmt: skip


def build_world(data: Path) -> None:
    """Write a name, a point and the shape of countries by ISO code, the Pacific in the middle."""
    from antimeridian import fix_shape
    from shapely.geometry import shape as geometry

    facts = read_seeds(ROOT / "seeds" / "reference")
    countries = facts["Country"].to_pylist()
    by_number = {int(row["m49"]): row["iso3"] for row in countries if row["m49"]}
    by_iso2 = {row["iso2"]: row["iso3"] for row in countries if row["iso2"]}
    topology = json.loads((data / "reference" / "countries-110m.json").read_text("utf-8"))
    arcs = absolute_arcs(topology)
    features = []
    for shape in topology["objects"]["countries"]["geometries"]:
        key = by_number.get(int(shape["id"])) if "id" in shape else None
        if key == "ATA":
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        found = {
            "type": "MultiPolygon",
            "coordinates": [rings(polygon, arcs) for polygon in polygons],
        }
        cut = fix_shape(found, fix_winding=True) if crosses(found) else found
        name = key or shape["properties"]["name"]
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": rounded(cut)})
    features.sort(key=lambda feature: feature["properties"]["name"])
    with (data / "reference" / "country_centroids.csv").open(encoding="utf-8-sig") as file:
        points = {
            by_iso2[row["ISO"]]: [
                round(float(row["longitude"]), 2),
                round(float(row["latitude"]), 2),
            ]
            for row in csv.DictReader(file)
            if row["ISO"] in by_iso2
        }
    for feature in features:
        middle = geometry(feature["geometry"]).centroid
        points.setdefault(feature["properties"]["name"], rounded([middle.x, middle.y]))
    points |= PLACES
    # Trade statistics of the United Nations do not name it.
    points["S19"] = points["TWN"]
    points = {key: [eastward(east), north] for key, (east, north) in points.items()}
    for feature in features:
        feature["geometry"] = rounded(pacific(feature["geometry"]))
    names = {row["iso3"]: NAMES.get(row["iso3"], row["name"]) for row in countries}
    names |= {row["iso3"]: row["name"] for row in facts["Area"].to_pylist() if row["one_country"]}
    world = {
        "names": names,
        "points": dict(sorted(points.items())),
        "shapes": {"type": "FeatureCollection", "features": features},
    }
    text = json.dumps(world, ensure_ascii=False, separators=(",", ":"))
    (ASSETS / "world.json").write_text(text + "\n", encoding="utf-8")


def pacific(shape: dict[str, Any]) -> dict[str, Any]:
    """Cut a shape at the western edge of the map, and move what is west of it to the east."""
    from shapely import MultiPolygon, box, union_all
    from shapely.affinity import translate
    from shapely.geometry import mapping
    from shapely.geometry import shape as geometry

    whole = geometry(shape)
    west, _, east, _ = whole.bounds
    if west >= WEST:
        return shape
    if east < WEST:
        return dict(mapping(translate(whole, 360)))
    whole = whole.buffer(0)
    right, left = (whole & box(WEST, -90, 180, 90)), (whole & box(-180, -90, WEST, 90))
    parts = union_all([right, translate(left, 360)])
    if (west, east) == (-180, 180):
        # Pieces at the date line come together across the rounding of their ends.
        parts = parts.buffer(0.02, join_style="mitre").buffer(-0.02, join_style="mitre")
    return dict(mapping(MultiPolygon([parts]) if parts.geom_type == "Polygon" else parts))


def absolute_arcs(topology: dict[str, Any]) -> list[list[list[float]]]:
    """Decode the arcs of a TopoJSON file into degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append([x * sx + tx, y * sy + ty])
        decoded.append(points)
    return decoded


def rings(polygon: Iterable[list[int]], arcs: list[list[list[float]]]) -> list[list[list[float]]]:
    """Join the arcs of each ring; a negative number is an arc walked backwards."""
    joined = []
    for numbers in polygon:
        ring: list[list[float]] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            ring += arc if not ring else arc[1:]
        joined.append(ring)
    return joined


def crosses(shape: dict[str, Any]) -> bool:
    """Check for a line that jumps from one end of the map to the other."""
    return any(
        abs(a[0] - b[0]) > 180
        for polygon in shape["coordinates"]
        for ring in polygon
        for a, b in pairwise(ring)
    )


def rounded(shape: Any) -> Any:
    """Round coordinates to hundredths of a degree."""
    if isinstance(shape, dict):
        return {key: rounded(value) for key, value in shape.items()}
    if isinstance(shape, list | tuple):
        return [rounded(value) for value in shape]
    return round(shape, 2) if isinstance(shape, float) else shape


def main() -> None:
    """Build all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, required=True)
    given = parser.parse_args()
    ASSETS.mkdir(exist_ok=True)
    build_echarts()
    build_fonts(given.fonts)
    build_world(given.data)


if __name__ == "__main__":
    main()
