"""A company as a buyer: its list of purchases, and what stands behind its sellers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from chance import SEED
from supply_cases import flows, makes
from supply_cases import network as network_of
from test_supply_questions import CHAIN
from test_supply_truth import COUNTRIES, SEEDS, Stop, chain, followed, hidden, named, network

from graphkit.analysis.supply.look_through import passed_shares
from graphkit.analysis.supply.spending import spending_shares
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, SeedError, UsageError
from graphkit.importers.table.parts import read_parts
from graphkit.importers.table.purchases import read_purchases

ERP = """\
Einkaufsbericht Musterwerk GmbH
Stand: 31.12.2024;;;;;

Lieferant;Lieferland;Warennummer;Nettowert EUR;Menge kg;Währung
Ningbo Magnetics;VR China;85051110;1.234.567,50;12.500,0;EUR
Tokyo Jishaku KK;Japan;85051110;432.100,00;3.200,5;EUR
Baotou Oxide;Volksrepublik China;28469040;88.000,00;900,0;EUR
Irgendwer;Wakanda;85051110;1.000,00;5,0;EUR
Summe;;;1.755.667,50;16.605,5;
"""
"""An export as a German program of purchases writes it."""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a list of purchases."""

    def written(text: str, name: str = "purchases.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


# --- the measure


def exposed(net, weights: dict[str, float], product: str = "ore") -> dict[str, tuple[float, ...]]:
    rows = spending_shares(net, product, weights).to_pylist()
    return {row["country"]: (row["share"], row["low"], row["high"]) for row in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_firm_with_the_mix_of_a_country_gets_the_answer_of_that_country(seed):
    truth = chain(seed)
    net = network(truth, hidden(truth, seed, 0.5))
    bought: dict[str, dict[str, float]] = {}
    for row in truth.sold.to_pylist():
        if row["product"] == "magnet" and row["tonnes"]:
            bought.setdefault(row["consumer"], {})[row["supplier"]] = row["tonnes"]
    for consumer, sellers in bought.items():
        whole = sum(sellers.values())
        found = exposed(net, {seller: t / whole for seller, t in sellers.items()}, "magnet")
        for country in net.countries:
            rows = passed_shares(
                net, country, [country], consumers=[consumer], products=["magnet"]
            ).to_pylist()
            wanted = [(r["share"], r["low"], r["high"]) for r in rows] or [(0.0, 0.0, 0.0)]
            assert found[country] == pytest.approx(wanted[0], abs=1e-12), (consumer, country)


@pytest.mark.parametrize("part", [0.5, pytest.param(1.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_range_of_a_firm_holds_the_truth_whatever_is_hidden(seed, part):
    truth = chain(seed)
    makes_some = {(r["country"], r["product"]) for r in truth.made.to_pylist() if r["tonnes"]}
    makes_some |= {(r["consumer"], r["product"]) for r in truth.sold.to_pylist() if r["tonnes"]}
    sellers = [name for name in COUNTRIES if (name, "magnet") in makes_some]
    drawn = np.random.default_rng(SEED + seed).dirichlet(np.ones(len(sellers)))
    weights = dict(zip(sellers, drawn.tolist(), strict=True))
    for figures in (truth.made, hidden(truth, seed, part), named(truth, seed, part)):
        found = exposed(network(truth, figures), weights, "magnet")
        for country in COUNTRIES:
            pools, _ = followed(truth, Stop(removed=(country,)))
            share = sum(w * pools["magnet"][COUNTRIES.index(s)] for s, w in weights.items())
            point, low, high = found.get(country, found["any other country"])
            assert low - 1e-9 <= share <= high + 1e-9, country
            if figures is truth.made:
                assert point == pytest.approx(share, abs=1e-9)
        three = sorted({*found} & {*COUNTRIES}, key=lambda country: -found[country][0])[:3]
        [stop] = spending_shares(
            network(truth, figures), "magnet", weights, {"three": three}
        ).to_pylist()[:1]
        pools, _ = followed(truth, Stop(removed=tuple(three)))
        share = sum(w * pools["magnet"][COUNTRIES.index(s)] for s, w in weights.items())
        assert stop["low"] - 1e-9 <= share <= stop["high"] + 1e-9, three


def test_a_firm_with_one_seller_has_what_that_seller_sells():
    net = network_of(flows("A 6 B", "A 1 C", "B 4 C"), makes("A 9", "B 2"))

    assert exposed(net, {"B": 1.0})["A"] == pytest.approx((0.75,) * 3)
    assert exposed(net, {"B": 1.0})["B"] == (1.0, 1.0, 1.0)
    assert exposed(net, {"A": 1.0})["B"] == (0.0, 0.0, 0.0)


def test_behind_a_seller_that_no_data_know_anybody_may_stand():
    net = network_of(flows("A 6 B"), makes("A 9"))
    found = exposed(net, {"A": 0.75, "Z": 0.25})

    assert found["Z"] == (0.25, 0.25, 0.25)
    assert found["A"] == pytest.approx((0.75, 0.75, 1.0))
    assert found["any other country"] == pytest.approx((0.0, 0.0, 0.25))


def test_countries_that_stop_together_count_each_purchase_once():
    net = network_of(flows("A 6 B", "B 4 C"), makes("A 9", "B 2"))
    rows = spending_shares(net, "ore", {"A": 0.25, "B": 0.75}, {"A+B": ["A", "B"]}).to_pylist()

    assert (rows[0]["bought"], rows[0]["share"]) == (1.0, 1.0)


# --- the list of purchases


def test_an_export_of_a_german_program_is_read_as_it_comes(write):
    listed = read_purchases(write(ERP))

    assert [row.amount for row in listed.rows] == [1234567.5, 432100.0, 88000.0, 1000.0]
    assert listed.rows[0].seller == "VR China"
    assert listed.totals == (9,)
    assert listed.columns["seller"] == "Lieferland"
    assert read_purchases(write(ERP), measure="weight").rows[1].amount == 3200.5


def test_the_country_of_the_seller_comes_before_the_seller_and_an_origin(write):
    text = "Supplier,Origin,Country,Product,Spend\nAcme,Norway,Japan,magnets-metal,5\n"

    assert read_purchases(write(text)).rows[0].seller == "Japan"


def test_a_workbook_is_read_as_a_text_is(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Country", "Commodity code", "Amount"], ["Japan", 85051110, 12.5]):
        book.active.append(row)
    book.save(tmp_path / "purchases.xlsx")

    [row] = read_purchases(tmp_path / "purchases.xlsx").rows
    assert (row.seller, row.goods, row.amount) == ("Japan", "85051110", 12.5)


def test_a_workbook_of_suppliers_with_a_title_and_a_sum_is_answered_as_it_comes(ask, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Spend report 2024"], [], ["Vendor", "Vendor country", "Commodity code", "Spend (USD)"],
        ["Ningbo", "PR China", "8505.11", 600_000], ["Jishaku", "Japan", "8505.11", 400_000],
        ["Nobody", "Atlantis", "8505.11", 5], ["Total", None, None, 1_000_005],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "suppliers.xlsx")
    answer = ask.exposure(tmp_path / "suppliers.xlsx")

    bought = {row["origin"]: row["bought"] for row in answer.rows.to_pylist()}
    assert (bought["CHN"], bought["JPN"]) == pytest.approx((0.6, 0.4))
    assert [row["line"] for row in answer.scope.as_object()["unplaced"]] == [6]


def test_a_number_that_may_be_two_is_refused_with_its_row_until_the_mark_is_set(write):
    path = write("Land;Produkt;Wert EUR\nJapan;magnets-metal;1.234\nNorwegen;magnets-metal;5.678\n")
    with pytest.raises(SeedError, match=r"purchases\.csv:2"):
        read_purchases(path)

    assert [row.amount for row in read_purchases(path, decimal=",").rows] == [1234.0, 5678.0]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("Country,Product\nJapan,magnets\n", GraphkitError, "value or weight"),
        ("Product,Amount\nmagnets,1\n", GraphkitError, "the country of the seller"),
        ("Country,Product,Amount,Currency\nJapan,m,1,EUR\nChina,m,1,USD\n", UsageError, "EUR, USD"),
        ("Country,Product,Amount\nJapan,m,a lot\n", SeedError, "a lot"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_purchases_is_refused(write, text, error, message):
    with pytest.raises(error, match=message):
        read_purchases(write(text))


# --- the answer

FIRM = """\
Country,Product,Spend EUR
Japan,magnets,700
Norway,ree-metals,200
China,ree-metals,100
Atlantis,magnets,1000
"""


@pytest.fixture
def world(embedded_of: Callable[..., Session]) -> Session:
    return embedded_of(CHAIN)


def test_purchases_of_several_products_add_up_by_what_was_spent(world, write):
    answer = world.exposure(write(FIRM))
    rows = {row["origin"]: row for row in answer.rows.to_pylist()}

    assert rows["JPN"]["bought"] == pytest.approx(0.7)
    assert rows["NOR"]["bought"] == pytest.approx(0.2)
    assert rows["CHN"]["bought"] == pytest.approx(0.1)
    for row in rows.values():
        assert row["bought"] - 1e-12 <= row["low"] <= row["high"] <= 1
    scope = answer.scope.as_object()
    assert scope["placed_share"] == pytest.approx(0.5)
    assert scope["by_product"] == pytest.approx({"magnets": 0.7, "ree-metals": 0.3})
    assert scope["one_source"] == ["magnets"]
    assert [(row["line"], row["amount"]) for row in scope["unplaced"]] == [(5, 1000.0)]
    assert "could be placed (50.0 % of their value)" in answer.headline or "50 %" in answer.headline


BOM = """\
Teil;Element;kg min;kg max;Stück pro Jahr
Rotor;Dysprosium;0,09;0,14;100.000
Rotor;Neodym;1,2;1,3;100.000
Sensor;Dysprosium;;;5.000
Gehäuse;Kunststoff;2,0;2,0;100.000
"""


def test_a_bill_of_materials_gives_the_need_beside_the_purchases(ask, write):
    answer = ask.exposure(write(ERP), parts=write(BOM, "bom.csv"))
    needed = answer.scope.as_object()
    needs = {row["material"]: row for row in needed["needs"]}

    assert (needs["Dy"]["low"], needs["Dy"]["high"]) == (pytest.approx(9.0), None)
    assert needs["Dy"]["unknown_rows"] == [4]
    assert (needs["Nd"]["low"], needs["Nd"]["high"]) == pytest.approx((120.0, 130.0))
    assert 0 < needs["Nd"]["bought_share"] <= 1
    assert needed["unknown_materials"] == [5]
    assert "at least 9 t (none in row 4) of dysprosium" in answer.caption
    assert "120 t to 130 t of neodymium" in answer.caption


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("Material,Share,kg per unit,Units a year\nDysprosium,5 %,2,1000\n", 0.1),
        ("Material,kg per unit,Units a year\nDysprosium,0.5,2000\nTotal,0.5,2000\n", 1.0),
    ],
)
def test_the_need_of_a_part_is_its_mass_times_share_and_units(write, text, tonnes):
    [row] = read_parts(write(text)).rows
    assert (row.low, row.high) == pytest.approx((tonnes, tonnes))


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("Material,Weight,Units a year\nNd,1,2\n", GraphkitError, "kg a unit"),
        ("Material,kg min,kg max,Units a year\nNd,2,1,9\n", SeedError, "lower end"),
        ("Material,kg per unit,Units a year\nNd,-2,9\n", SeedError, "no less than 0"),
    ],
)
def test_what_is_no_bill_of_materials_is_refused(write, text, error, message):
    with pytest.raises(error, match=message):
        read_parts(write(text))


def test_one_screen_has_what_a_buyer_asks_first(world, write):
    """The three largest at once, what has one source, and the rows that are not in the shares."""
    text = FIRM + "".join(f"Atlantis,magnets,{n}\n" for n in range(1, 5))
    answer = world.exposure(write(text))

    first = answer.rows.to_pylist()[0]
    assert first["origin"].count("+") in (1, 2)
    assert first["share"] == max(row["share"] or 0.0 for row in answer.rows.to_pylist())
    for words in ("reader's own figures", "one country alone: ", "(Japan)", "row 5: ", "row 7: ",
                  "2 more rows"):  # fmt: skip
        assert words in answer.caption
    named = " ".join(words_of_notes(answer.notes))
    assert "row 8: " in named
    assert "row 9: " in named


def test_a_currency_changes_no_share_and_sellers_of_one_country_add_up(world, write):
    text = "Country,Product,Spend USD\nJapan,magnets,500\nJapan,magnets,900\nChina,ree-metals,600\n"
    other = "Country,Product,Spend JPY\nJapan,magnets,140\nChina,ree-metals,60\n"

    assert world.exposure(write(text)).rows == world.exposure(write(other, "other.csv")).rows


def test_what_was_given_back_is_taken_off(world, write):
    text = "Country,Product,Spend\nJapan,magnets,900\nJapan,magnets,-200\nChina,ree-metals,300\n"
    rows = {r["origin"]: r["bought"] for r in world.exposure(write(text)).rows.to_pylist()}
    assert rows["JPN"] == pytest.approx(0.7)

    with pytest.raises(UsageError, match="given back"):
        world.exposure(write("Country,Product,Spend\nJapan,magnets,-1\n"))


def test_a_list_of_which_no_row_can_be_placed_says_why(world, write):
    with pytest.raises(GraphkitError, match=r"row 2: .*Atlantis"):
        world.exposure(write("Country,Product,Spend\nAtlantis,magnets,1\n"))


def test_asking_for_a_firm_changes_no_other_answer_by_a_bit(world, write):
    before = world.origins("KOR", scope="magnets")
    world.exposure(write(FIRM))
    after = world.origins("KOR", scope="magnets")

    assert after.rows == before.rows
    assert after.scope.as_object() == before.scope.as_object()
    assert after.coverage.as_object() == before.coverage.as_object()


def test_the_purchases_reach_no_network_and_no_file(world, write, tmp_path):
    path = write(FIRM)
    world.exposure(path)
    events: list[tuple[str, object]] = []
    watching = True

    def watch(event: str, args: tuple[object, ...]) -> None:
        if watching and event.startswith("socket."):
            events.append((event, args))
        writes = event == "open" and isinstance(args[1], str) and {*args[1]} & {*"wax+"}
        if watching and (writes or event in ("os.rename", "os.mkdir", "shutil.copyfile")):
            events.append((event, args))

    sys.addaudithook(watch)
    world.exposure(path)
    watching = False

    assert events == []
    assert [entry.name for entry in tmp_path.glob("purchases*")] == ["purchases.csv"]


def test_pages_pictures_and_citations_say_that_they_hold_own_figures(ask, write, tmp_path):
    answer = ask.exposure(write(ERP, "erp.csv"), parts=write(BOM, "bom.csv"))

    assert [row["key"] for row in answer.sources.to_pylist() if row["own"]] == [
        "erp.csv",
        "bom.csv",
    ]
    assert answer.cite().count(", own facts, ") == 2
    for name in ("page.html", "page.md", "picture.svg"):
        answer.write(tmp_path / name)
        text = " ".join((tmp_path / name).read_text(encoding="utf-8").split())
        assert "own facts" in text, name


def test_the_command_prints_the_answer_of_python(graphkit, ask, write):
    path = write(ERP, "erp.csv")
    code, out, error = graphkit("exposure", str(path), "--format", "json")

    assert code == 0, error
    assert json.loads(out)["headline"] == ask.exposure(path).headline
    assert graphkit("exposure", str(path), "--by", "price")[0] == 2


def test_the_page_shows_the_list_of_the_made_up_firm():
    folder = Path(__file__).parent
    page = (folder.parent / "docs/own.md").read_text(encoding="utf-8")

    for name in ("musterwerk.csv", "musterwerk-teile.csv"):
        assert f"```\n{(folder / 'data' / name).read_text(encoding='utf-8')}```" in page
