"""Pictures of answers: numbers of the option, text of the drawing, and what hostile data do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
from saying import Naming, words_around

from graphkit.answers.answer import Answer
from graphkit.api import Session
from graphkit.errors import GraphkitError, install
from graphkit.plot.drawing import (
    ASSETS,
    COUNTRIES,
    DARK,
    INK,
    MUTED,
    OTHER,
    PAPER,
    SHADES,
    ink_on,
    luminance,
    name_of,
)
from graphkit.plot.pictures import html_page, picture

BUILT = Path(__file__).parents[1] / "tools" / "echarts"
HOSTILE = '<script>alert(1)</script>"{b}&\x1b[31m\u202e</title>'
VISIBLE = '<script>alert(1)</script>"{b}&\\x1b[31m\\u202e</title>'
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def suppliers(ask: Session) -> Answer:
    return ask.suppliers("KOR", scope="rare earths", period="2024")


def texts(svg: str) -> list[str]:
    """The texts that a reader of an SVG sees and searches."""
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(TEXT)]


def series(answer: Answer, name: str) -> dict:
    """The series of a picture with a name."""
    (found,) = [one for one in picture(answer).option["series"] if one["name"] == name]
    return found


# --- shares by supplier


@pytest.mark.parametrize(
    ("name", "column"), [("by value", "share_usd"), ("by weight", "share_tonnes")]
)
def test_bars_are_the_shares_of_the_first_suppliers_of_each_product(suppliers, name, column):
    rows = suppliers.rows.to_pylist()
    by_product = [[r for r in rows if r["product"] == p] for p in
                  ("magnets-metal", "ree-compounds", "ree-metals")]  # fmt: skip
    wanted = [row[column] for group in by_product for row in group[:5]]

    bars = series(suppliers, name)["data"]

    assert [bar["value"] for bar in bars] == pytest.approx([100 * share for share in wanted])
    assert bars[0]["label"]["formatter"] == f"{100 * wanted[0]:.1f} %"


def test_a_claim_is_a_mark_in_the_row_of_all_that_it_counts(suppliers):
    """That of all rare earths is on no bar: none counts them all."""
    labels = picture(suppliers).option["yAxis"]["data"]
    points = [point["value"] for point in series(suppliers, "published claim")["data"]]
    (mark,) = [(labels[row], value) for value, row in points]

    assert mark[0].endswith(" · China")
    assert mark[1] == 80.0


def test_a_picture_says_what_it_leaves_out(suppliers):
    subtitle = words_around(picture(suppliers).option)

    assert subtitle == Naming(f"15 of {len(suppliers.rows)} rows")


def test_a_picture_has_headline_question_period_measure_data_set_and_source(suppliers):
    title, foot = picture(suppliers).option["title"]
    words = " ".join(foot["text"].split())

    assert title["text"].replace("\n", " ") == suppliers.headline
    assert title["subtext"] == Naming("2024 · imports by value (USD) … by mass (tonnes)", "CEPII")
    assert words == Naming(suppliers.question, "baci-hs17", "Sources: CEPII, BACI")


def test_a_country_has_its_colour_in_every_row(suppliers):
    drawn = picture(suppliers).option
    rows = zip(drawn["yAxis"]["data"], series(suppliers, "by value")["data"], strict=True)
    colours = {(label.split(" · ")[1], bar["itemStyle"]["color"]) for label, bar in rows}

    assert ("China", COUNTRIES["CHN"]) in colours
    assert ("Japan", COUNTRIES["JPN"]) in colours
    assert ("France", OTHER) in colours


@pytest.mark.parametrize(
    ("scope", "country"),
    [("copper", "CHL"), ("nickel", "IDN"), ("platinum", "ZAF"), ("boron", "TUR"),
     ("bauxite", "GIN"), ("cobalt", "COD")],
)  # fmt: skip
def test_who_leads_a_mineral_is_not_grey(ask, scope, country):
    answer = ask.concentration(scope=scope)
    colours = {bar["itemStyle"]["color"] for bar in series(answer, "the largest country")["data"]}

    assert country in answer.rows["top"].to_pylist()
    assert COUNTRIES[country] in colours


# --- drawing


def test_the_text_of_an_svg_can_be_searched(suppliers):
    found = texts(picture(suppliers).svg())

    assert suppliers.question in found
    assert "Rare-earth compounds · China" in found
    assert "47.0 %" in found


@pytest.mark.long
def test_two_drawings_are_the_same_bytes_in_any_thread(suppliers):
    drawn = [picture(suppliers).svg()]
    picture(suppliers).png()
    thread = Thread(target=lambda: drawn.append(picture(suppliers).svg()))
    thread.start()
    thread.join()

    assert drawn[1] == drawn[0] == picture(suppliers).svg()


@pytest.mark.long
def test_a_png_needs_neither_fonts_nor_programs_of_the_system(suppliers, tmp_path):
    drawn = picture(suppliers)
    code = (
        "import sys; from graphkit.plot.drawing import Picture; import json;"
        "sys.stdout.buffer.write(Picture(json.load(sys.stdin), int(sys.argv[1]), 0).png())"
    )
    alone = subprocess.run(
        [sys.executable, "-c", code, str(drawn.height)],
        input=json.dumps(drawn.option).encode(), capture_output=True, check=True,
        env={"PATH": "", "HOME": str(tmp_path), "FONTCONFIG_FILE": os.devnull},
    ).stdout  # fmt: skip
    without_text = json.loads(json.dumps(drawn.option))
    without_text["title"] = []

    assert alone[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(alone[16:20], "big") == 1600
    assert alone == drawn.png()
    assert alone != replace(drawn, option=without_text).png()


def test_a_narrow_picture_is_as_sharp_as_a_wide_one(suppliers):
    drawn = picture(suppliers, narrow=True)

    assert int.from_bytes(drawn.png()[16:20], "big") == 850
    assert 'width="340"' in drawn.svg()


def test_a_slide_is_1920_by_1080_pixels_and_leaves_rows_out_for_it(suppliers):
    drawn, nothing = (
        picture(answer, slide=True)
        for answer in (suppliers, replace(suppliers, rows=suppliers.rows.slice(0, 0)))
    )
    notes = drawn.option["title"][2]["text"].replace("\n", " ")

    assert [int.from_bytes(drawn.png()[at : at + 4], "big") for at in (16, 20)] == [1920, 1080]
    assert 'width="1920" height="1080" ' in nothing.svg()
    assert notes == Naming(f"{drawn.drawn} of {len(suppliers.rows)} rows")
    assert drawn.drawn < picture(suppliers).drawn


def test_an_answer_without_rows_says_so_in_one_line(suppliers):
    nothing = replace(suppliers, rows=suppliers.rows.slice(0, 0))

    assert Naming("no rows") in texts(picture(nothing).svg())
    assert picture(nothing).png()[:4] == b"\x89PNG"


def test_a_notebook_shows_an_svg_and_on_demand_a_page(suppliers, ask):
    drawn = ask.suppliers("KOR", scope="rare earths", period="2024").plot()

    assert drawn._repr_mimebundle_()["image/svg+xml"] == picture(suppliers).svg()
    assert "<iframe srcdoc=" in drawn.interactive()._repr_html_()


@pytest.mark.parametrize(
    ("module", "form", "package"),
    [("quickjs", "svg", "quickjs-ng"), ("resvg_py", "png", "resvg-py")],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    suppliers, monkeypatch, module, form, package
):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("graphkit.plot.drawing._OWN", type("Nothing", (), {})())

    with pytest.raises(GraphkitError, match=re.escape(package)) as raised:
        getattr(picture(suppliers), form)()
    assert install("plot") in str(raised.value)
    assert picture(suppliers).interactive().page.startswith("<!DOCTYPE html>")


# --- hostile data


@pytest.fixture(scope="module")
def hostile(suppliers: Answer) -> Answer:
    count = len(suppliers.rows)
    rows = suppliers.rows
    for name in ("supplier", "product", "dataset"):
        values = [f"{HOSTILE}{i}" for i in range(count)]
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(name), pa.array(values))
    return replace(suppliers, question=HOSTILE, rows=rows)


class Elements(HTMLParser):
    """The elements of a page, and the text of its title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.references: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.references += [value for name, value in attrs if name in ("src", "href")]


def test_markup_in_names_is_text_in_an_svg(hostile):
    svg = picture(hostile).svg()
    names = {node.tag.partition("}")[2] for node in ElementTree.fromstring(svg).iter()}

    assert VISIBLE in texts(svg)
    assert names <= {"svg", "title", "style", "rect", "g", "path", "text", "defs"}


def test_markup_in_names_is_text_in_a_page(hostile, suppliers):
    page, harmless = (html_page(picture(answer)) for answer in (hostile, suppliers))

    assert Elements(page).names == Elements(harmless).names
    assert Elements(page).names.count("script") == 2
    assert "<script>alert" not in page


def test_a_page_asks_for_nothing_outside(suppliers):
    page = html_page(picture(suppliers))

    assert Elements(page).references == []
    assert "default-src 'none'" in page


# --- the command line

ASKED = ("depends", "KOR", "--on", "CHN", "--for", "rare earths", "--period", "2024")


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_a_file_ending_chooses_the_format_of_the_picture(graphkit, tmp_path, ending):
    path = tmp_path / f"picture.{ending}"

    assert graphkit(*ASKED, "-o", str(path)) == (0, "", "")
    start = {"svg": b"<svg ", "png": b"\x89PNG", "html": b"<!DOCTYPE html>"}[ending]
    assert path.read_bytes().startswith(start)


def test_the_picture_of_a_phone_is_asked_for_by_name(graphkit, ask):
    code, text, _ = graphkit(*ASKED, "--format", "echarts", "--narrow")
    answer = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")

    assert code == 0
    assert json.loads(text) == picture(answer, narrow=True).option != picture(answer).option


def test_a_slide_is_asked_for_by_name(graphkit, ask, tmp_path):
    path = tmp_path / "slide.html"
    answer = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")
    drawn = picture(answer, slide=True)

    assert graphkit(*ASKED, "--slide", "-o", str(path)) == (0, "", "")
    assert f'"width": {drawn.width}, "height": {drawn.height}' in path.read_text("utf-8")


def test_a_table_is_not_laid_out_for_a_phone(graphkit):
    code, out, err = graphkit(*ASKED, "--format", "csv", "--narrow")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err == Naming("--narrow … csv … svg, png, html, echarts")


def test_a_page_has_the_answer_below_its_picture(graphkit):
    code, page, _ = graphkit(*ASKED, "--format", "html")

    assert code == 0
    assert "<th>Product</th>" in page
    assert page.index('id="picture"') < page.index("Published claims in this scope")


def test_the_option_is_the_json_of_format_echarts(graphkit, ask):
    code, text, _ = graphkit(*ASKED, "--format", "echarts")
    answer = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")

    assert code == 0
    assert json.loads(text) == picture(answer).option


def test_a_folder_that_is_missing_is_one_line(graphkit, tmp_path):
    path = tmp_path / "missing" / "picture.png"

    code, out, err = graphkit(*ASKED, "-o", str(path))

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err == Naming(f"{path} … No such file")


def test_a_table_has_no_picture(graphkit):
    code, _, errors = graphkit("query", "sources", "--format", "svg")

    assert code == 2
    assert errors.count("\n") == 1
    assert errors == Naming("pictures … table, json, ndjson, csv, markdown, parquet")


# --- colours and files of the package

# Machado, Oliveira and Fernandes (2009), A Physiologically-based Model for Simulation of Color
# Vision Deficiency, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of a colour as somebody with a kind of colour vision sees it."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = TO_XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0, 1) / (0.95047, 1, 1.08883)
    x, y, z = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(("dark", "least"), [({}, 16), (DARK, 10)], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_colours_of_countries_differ_for_every_colour_vision(vision, dark, least):
    colours = [dark.get(colour, colour) for colour in (*COUNTRIES.values(), OTHER)]
    differences = [
        np.linalg.norm(lab(a, vision) - lab(b, vision)) for a, b in combinations(colours, 2)
    ]

    # 2.3 is just noticeable.
    assert min(differences) > least


def contrast(colour: str, paper: str) -> float:
    """Contrast of two colours as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [*COUNTRIES.values(), OTHER])
def test_colours_of_countries_stand_out_on_light_and_on_dark_paper(colour):
    assert contrast(colour, PAPER) >= 3
    assert contrast(DARK.get(colour, colour), DARK[PAPER]) >= 3


@pytest.mark.parametrize("colour", [*COUNTRIES.values(), OTHER, *SHADES])
def test_text_in_bars_and_cells_is_readable_on_light_and_on_dark_paper(colour):
    ink = ink_on(colour)

    assert contrast(ink, colour) >= 4.5
    assert contrast(ink, DARK.get(colour, colour)) >= 4.5


@pytest.mark.parametrize("ink", [INK, MUTED])
def test_text_is_readable_on_light_and_on_dark_paper(ink):
    assert contrast(ink, PAPER) >= 4.5
    assert contrast(DARK[ink], DARK[PAPER]) >= 4.5


def test_the_bundle_of_echarts_is_the_one_that_was_built_from_the_locked_packages():
    """``tools/build_pictures.py`` builds it and records the hashes."""
    import hashlib

    wanted = json.loads((BUILT / "built.json").read_text("utf-8"))
    files = {name: BUILT / name for name in wanted} | {"echarts.js": ASSETS / "echarts.js"}

    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert found == wanted


def test_the_map_has_no_line_across_it():
    shapes = json.loads((ASSETS / "world.json").read_text("utf-8"))["shapes"]["features"]
    rings = [ring for shape in shapes for polygon in shape["geometry"]["coordinates"]
             for ring in polygon]  # fmt: skip
    steps = [abs(a[0] - b[0]) for ring in rings for a, b in pairwise(ring)]

    assert len(shapes) > 170
    assert max(steps) < 180


def test_countries_have_short_names_and_all_else_its_key():
    assert [name_of(key) for key in ("KOR", "COD", "EU27")] == ["South Korea", "DR Congo", "EU27"]
