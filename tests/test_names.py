"""Short names of materials and stages: in the seeds, in six languages, and in answers."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from saying import Naming

import graphkit.names
from graphkit.answers.answer import Answer, name_cell
from graphkit.answers.columns import Column
from graphkit.answers.note import Note, Remark, words_of_notes
from graphkit.api import Session
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import LANGUAGES, in_other_languages
from graphkit.plot.pictures import picture
from graphkit.questions.question import remarks_on
from graphkit.render.answer import coverage_lines, lay_out
from graphkit.render.formats import answer_html, answer_text
from graphkit.render.json import as_object
from graphkit.stores.duck.store import DuckStore

SEEDS = Path(__file__).parents[1] / "seeds/reference"
KINDS = {"Element": "elements", "Product": "products", "Stage": "stages"}
SHORT, REMARK = 34, 48


def rows_of(kind: str) -> list[dict[str, Any]]:
    text = (SEEDS / f"{KINDS.get(kind, kind)}.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)["rows"]
    return rows


def label(row: dict[str, Any]) -> str:
    return str(row.get("short") or row["name"])


def folded(text: str) -> str:
    return graphkit.names.folded(text)


@pytest.fixture(scope="module")
def catalog(sliced_file: Path) -> Iterator[Catalog]:
    with DuckStore(sliced_file) as store:
        yield Catalog(store)


@pytest.fixture(scope="module")
def depends(ask: Session) -> Answer:
    return ask.depends("KOR", on="CHN", period="2024")


# --- seeds


def test_short_names_fit_a_table_and_stand_for_one_thing_each():
    labels = defaultdict(set)
    for row in rows_of("Product"):
        assert len(label(row)) <= SHORT, row["key"]
        labels[label(row)].add(row["key"])

    assert {text: keys for text, keys in labels.items() if len(keys) > 1} == {}


def test_a_key_of_two_kinds_has_one_short_name():
    labels = defaultdict(set)
    for kind in KINDS:
        for row in rows_of(kind):
            labels[row["key"]].add(label(row))

    assert {key: names for key, names in labels.items() if len(names) > 1} == {}


def test_remarks_are_short_and_cite_only_codes_of_their_product():
    codes = defaultdict(set)
    for row in rows_of("traded-as"):
        codes[row["product"]].add(str(row["code"]))
    for row in rows_of("Product"):
        remark = row.get("remark") or ""
        assert len(remark) <= REMARK, row["key"]
        for code in re.findall(r"HS ([\d.]+\d)", "" if "without polysilicon" in remark else remark):
            digits = code.replace(".", "")
            assert any(known.startswith(digits) for known in codes[row["key"]]), row["key"]


# --- languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_and_mineral_has_a_name_in_each_language(language):
    path = Path(graphkit.names.__file__).parent / "languages/materials.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    named = {row["key"] for row in rows if row["kind"] == "Element" and row[language]}

    assert {row["key"] for row in rows_of("Element")} - named == {"other-carbon"}
    assert all(row[language] for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_names_in_other_languages_are_of_the_seeds_and_mean_one_thing(kind):
    meanings = defaultdict(set)
    for key, names in in_other_languages(kind).items():
        for name in names:
            meanings[folded(name)].add(key)
    several = {name: keys for name, keys in meanings.items() if len(keys) > 1}

    assert {*in_other_languages(kind)} <= {row["key"] for row in rows_of(kind)}
    assert all(keys == {"battery-anode", "battery-cathode"} for keys in several.values())
    assert bool(several) == (kind == "Product")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Seltene Erden", "REE"), ("Kobalt", "Co"), ("Lithiumhydroxid", "lithium-hydroxide"),
        ("Magnete", "magnets-metal"), ("Legierungen", "alloy"), ("schwere seltene erden", "HREE"),
        ("tierras raras", "REE"), ("litio", "Li"), ("carbonato de litio", "lithium-carbonate"),
        ("imanes permanentes", "magnets-metal"), ("CARBON DE COQUE", "metallurgical-coal"),
        ("terres rares", "REE"), ("étain", "Sn"), ("etain", "Sn"),
        ("minerai de cuivre", "copper-ore"),
        ("aimant", "magnets-metal"), ("concentré", "concentrate"),
        ("レアアース", "REE"), ("黒鉛", "graphite"), ("水酸化リチウム", "lithium-hydroxide"),
        ("永久磁石", "magnets-metal"), ("精製", "separate"),
        ("흑연", "graphite"), ("희토류", "REE"), ("희토류 자석", "magnets-metal"),
        ("희토류자석", "magnets-metal"), ("수산화리튬", "lithium-hydroxide"), ("정제", "separate"),
        ("稀土", "REE"), ("石墨", "graphite"), ("氢氧化锂", "lithium-hydroxide"),
        ("稀土 永磁", "magnets-metal"), ("精炼", "separate"), ("镓", "Ga"),
    ],
)  # fmt: skip
def test_materials_are_found_in_other_languages(catalog, text, key):
    entity = catalog.materials.scope(text).entity

    assert entity is not None
    assert entity.key == key


@pytest.mark.parametrize("text", ["refined", "refining", "Refined compounds", "separate"])
def test_refined_is_the_stage_of_separation(catalog, text):
    assert catalog.stage(text).key == "separate"
    assert catalog.stage(text).label == "Refined material"


def test_an_english_name_of_any_kind_counts_before_one_of_another_language(catalog):
    """``fluorite`` is an alias of the product, and the French name of the mineral."""
    assert catalog.materials.scope("fluorite").entity.kind == "Product"
    assert catalog.materials.scope("Flussspat").entity.kind == "Element"


@pytest.mark.parametrize("text", ["battery", "batteries", "배터리", "Batterie", "baterías", "电池"])
def test_a_battery_is_refused_with_the_products_that_it_may_mean(catalog, text):
    with pytest.raises(UsageError, match=r"\(battery-anode\) or .* \(battery-cathode\)"):
        catalog.materials.scope(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [("Lithiumhydroxit", "lithium-hydroxide"), ("흑염", "graphite"), ("Seltene Erde", "REE"),
     ("metal magnet", None), ("metal magnetz", "magnets-metal"),
     ("antimon oxide", "antimony-oxides")],
)  # fmt: skip
def test_what_is_misspelled_is_suggested_in_any_language(catalog, text, near):
    if near is None:
        assert catalog.materials.scope(text).entity.key == "magnets-metal"
        return
    with pytest.raises(UsageError, match=re.escape(f"({near})")):
        catalog.materials.scope(text)


# --- answers


def test_keys_that_columns_hold_follow_from_their_names():
    assert Column("product").refers_to == "material"
    assert Column("traced_to").refers_to == "stage"
    assert Column("largest").refers_to == "place"
    assert Column("lost", type=Column("share").type).refers_to == "place"
    assert Column("maker", ref="place").refers_to == "place"
    assert Column("basis").refers_to == ""


def test_joined_keys_and_pools_are_named_each():
    names = {"CHN": "China", "dy-oxide": "Dysprosium oxide", "tb-oxide": "Terbium oxide"}

    assert name_cell("dy-oxide + tb-oxide", "material", names) == "Dysprosium oxide + Terbium oxide"
    assert name_cell(["CHN", "JPN"], "place", names) == ["China", "JPN"]
    chain = name_cell("CHN dy-oxide > JPN tb-oxide", "pool", names)
    assert chain == "China dysprosium oxide > JPN terbium oxide"


def test_an_answer_names_all_that_its_tables_hold(depends):
    keys = {*depends.rows["product"].to_pylist(), *depends.rows["stage"].to_pylist()}
    keys |= {series.product for series in depends.coverage.series}
    keys |= {*depends.coverage.without_trade}
    keys |= set(depends.claims["product"].to_pylist()) | set(depends.claims["element"].to_pylist())

    assert keys - {None} <= set(depends.names)
    assert depends.names["magnets-metal"] == "Metal magnets"
    assert depends.names["separate"] == "Refined material"
    assert depends.names["REE"] == "Rare earths"
    assert depends.names["KOR"] == "South Korea"


def test_tables_have_names_and_data_have_keys(depends):
    table = answer_text(depends)

    assert "Metal magnets" in table
    assert "magnets-metal" not in table.partition("Notes")[0].partition("\n")[2]
    assert "magnets-metal" in {row["product"] for row in as_object(depends)["rows"]}
    assert 'title="magnets-metal">Metal magnets</td>' in answer_html(depends)


def test_coverage_names_products_in_its_lists(depends):
    lines = "\n".join(coverage_lines(depends))

    assert "Metal magnets (HS 850511)" in lines
    assert "magnets-metal" not in lines


def test_notes_on_products_that_are_not_shown_are_left_out_by_key(ask):
    """Whatever their words are, and how these begin."""
    from graphkit.render.answer import View

    answer = ask.depends("KOR", on="CHN", period="2024")
    first = answer.rows["product"][answer.first_rows(1)[0]].as_py()
    other = next(key for key in answer.rows["product"].to_pylist() if key != first)
    of_all = Note(f"{answer.names[other]}: its code holds others too.")
    own = Note("One flow is in doubt.", (other, first))
    answer = replace(answer, notes=(Note("Its weight is in doubt.", (other,)), of_all, own))

    class Lines:
        width = None

        def __init__(self) -> None:
            self.all: list[str] = []

        def title(self, text: str) -> None: ...

        def text(self, text: str) -> None: ...

        def table(self, columns: Any) -> None: ...

        def lines(self, lines: Any) -> None:
            self.all += lines

    page = Lines()
    lay_out(answer, page, View(top=1))
    *_, whole, shown, hidden = page.all

    assert [whole, shown] == words_of_notes([of_all, own])
    assert hidden == Naming("1 note on other products")


def test_remarks_are_those_of_the_products_in_the_rows(ask):
    answer = ask.suppliers("KOR", scope="magnets")

    assert answer.product_remarks == {"magnets-metal": Remark("all metal magnets, not only NdFeB")}


@pytest.mark.long
def test_a_remark_on_trade_stands_without_saying_so_beside_trade_alone(ask):
    trade = ask.suppliers("KOR", scope="magnets")
    both = ask.spof("KOR", scope="magnets")
    remarks = {
        "fluorspar": Remark("acid grade only", "trade"),
        "gallium": Remark("primary", "production"),
        "rhenium": Remark("trade: one code for seven metals"),  # its words tell nothing
    }

    assert remarks_on(trade, remarks) == {
        "fluorspar": Remark("acid grade only"), "rhenium": remarks["rhenium"]
    }  # fmt: skip
    assert remarks_on(both, remarks) == remarks


def test_claims_read_in_names(ask):
    claims = ask.claims(of="KOR", scope="magnets")

    assert any(
        "South Korea from China, Metal magnets" in text for text in claims.rows["claim"].to_pylist()
    )


@pytest.mark.long
def test_pictures_name_products_and_stages(ask):
    points = json.dumps(picture(ask.spof("KOR", scope="rare earths")).option)
    stages = json.dumps(picture(ask.origins("KOR", scope="magnets-metal")).option)

    assert "Rare-earth metals" in points.replace("\\n", " ")
    assert "ree-metals" not in points
    assert "Refined material" in stages.replace("\\n", " ")
