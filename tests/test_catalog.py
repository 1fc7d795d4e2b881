"""Names that people type, and what they stand for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from databases import until
from long_cases import others_long
from reference_names import AMBIGUOUS
from saying import unsaid

from graphkit.answers.answer import Answer
from graphkit.answers.note import words_of_notes
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Materials
from graphkit.catalog.tables import DERIVED, RECENT
from graphkit.errors import UsageError
from graphkit.names import Names, in_other_languages
from graphkit.queries import Reading, noted_readings
from graphkit.questions.claims.claim_checks import claims_check
from graphkit.questions.dependence.depends import depends
from graphkit.questions.supply.disruptions import disrupt
from graphkit.stores.duck.identity import is_settled
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.results import Result

PLACES = ("Country", "Area")


@pytest.fixture(scope="module")
def store(sliced_file: Path) -> Iterator[DuckStore]:
    until(lambda: is_settled(sliced_file))  # nothing is kept of a file that may yet change unseen
    with DuckStore(sliced_file) as store:
        yield store


@pytest.fixture(scope="module")
def places(store: DuckStore) -> Names:
    return Catalog(store).places


@pytest.fixture(scope="module")
def materials(store: DuckStore) -> Materials:
    return Catalog(store).materials


@pytest.mark.parametrize(
    ("ask", "most"),
    [
        (lambda c: depends(c, "KOR", on="CHN"), 6),
        (lambda c: depends(c, "KOR", on="CHN", period="2024"), 4),
        (lambda c: depends(c, "EU27", scope="magnets", period="2024"), 4),
        (lambda c: claims_check(c, of="KOR"), 16),
    ],
)
def test_an_answer_asks_few_statements_and_none_twice(
    store: DuckStore,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[Catalog], Answer],
    most: int,
) -> None:
    run, asked = store.run, []

    def counted(statement: str, parameters: Mapping[str, Any] | None = None) -> Result:
        asked.append((statement, str(parameters)))
        return run(statement, parameters)

    monkeypatch.setattr(store, "run", counted)
    ask(Catalog(store))

    assert len(set(asked)) == len(asked) <= most


def place(places: Names, text: str) -> str:
    return places.find(text, "country", PLACES).key


@pytest.mark.parametrize(
    "text",
    ["KOR", "kor", "KR", "kr", "korea", "KOREA", "South Korea", "south-korea", " South  Korea ",
     "Korea, Republic of", "korea (republic of)", "Republic of Korea", "the Republic of Korea",
     "S. Korea", "ＫＯＲ"],
)  # fmt: skip
def test_south_korea_is_found_under_every_name(places, text):
    assert place(places, text) == "KOR"


@pytest.mark.parametrize(
    ("text", "key"),
    [("NO", "NOR"), ("no", "NOR"), ("Norway", "NOR"), ("IN", "IND"), ("DE", "DEU"),
     ("Côte d'Ivoire", "CIV"), ("COTE D’IVOIRE", "CIV"), ("cote divoire", "CIV"),
     ("Türkiye", "TUR"), ("turkiye", "TUR"), ("Turkey", "TUR"), ("Viet Nam", "VNM"),
     ("USA", "USA"), ("U.S.", "USA"), ("the United States", "USA"), ("842", "USA"),
     ("Czech Republic", "CZE"), ("EU", "EU27"), ("eu27", "EU27"), ("DRC", "COD"),
     ("Trinidad & Tobago", "TTO"), ("Réunion", "REU"), ("reunion", "REU"), ("USSR", "SUN")],
)  # fmt: skip
def test_countries_are_found_in_any_case_with_or_without_accents(places, text, key):
    assert place(places, text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [("Deutschland", "DEU"), ("SÜDKOREA", "KOR"), ("Suedkorea", None), ("대한민국", "KOR"),
     ("한국", "KOR"), ("북한", "PRK"), ("韓国", "KOR"), ("韩国", "KOR"), ("Corée du Sud", "KOR"),
     ("coree du sud", "KOR"), ("Corea del Sur", "KOR"), ("Estados Unidos", "USA"),
     ("美国", "USA"), ("アメリカ合衆国", "USA"), ("États-Unis", "USA"),
     ("Vereinigte Staaten", "USA"),
     ("Niederlande", "NLD"), ("Kongo-Kinshasa", "COD"), ("香港", "HKG"), ("대만", "TWN"),
     ("netherland", "NLD")],
)  # fmt: skip
def test_countries_are_found_in_other_languages(places, text, key):
    if key is None:
        with pytest.raises(UsageError, match=r"Suedkorea.*South Korea \(KOR\)"):
            place(places, text)
    else:
        assert place(places, text) == key


def test_no_name_in_another_language_means_two_countries_or_another_one_in_english(sliced_graph):
    table = next(p.table for p in sliced_graph.parts if p.kind.name == "Country")
    rows = table.rename_columns(["key" if n == "iso3" else n for n in table.column_names])
    english = Names({"Country": lambda: rows})
    translated = Names(
        {"Country": lambda: rows}, {"Country": partial(in_other_languages, "Country")}
    )
    names = in_other_languages("Country")
    known = set(rows["key"].to_pylist())

    assert len(names) > 240
    assert {key for key in names if key in known and len(names[key]) < 6} == set()
    for key, texts in names.items():
        for text in set(texts) - AMBIGUOUS:
            if key in known:
                assert translated.find(text, "country", ("Country",)).key == key
                assert {e.key for e in english.all(text, ("Country",))} <= {key}


@pytest.mark.parametrize("text", ["Atlantis", "Mordor"])
def test_nothing_is_suggested_for_what_is_near_nothing(places, text):
    with pytest.raises(UsageError, match="nothing is near it"):
        place(places, text)


def test_north_korea_is_not_south_korea(places):
    assert {place(places, t) for t in ("PRK", "North Korea", "DPRK", "Korea, North")} == {"PRK"}


def test_china_and_its_regions_stay_apart(places):
    names = ("China", "Hong Kong", "China, Hong Kong SAR", "Taiwan, China", "Macao")
    assert [place(places, name) for name in names] == ["CHN", "HKG", "HKG", "TWN", "MAC"]


def test_every_key_stands_for_itself_in_any_case(places, sliced_graph):
    kinds = {p.kind.name: p.table for p in sliced_graph.parts if p.kind.name in PLACES}
    keys = [key for table in kinds.values() for key in table["iso3"].to_pylist()]

    assert len(keys) > 250
    assert [place(places, key) for key in keys] == keys
    assert [place(places, key.lower()) for key in keys] == keys


def test_every_name_and_alias_of_a_country_is_unambiguous(places, sliced_graph):
    table = next(p.table for p in sliced_graph.parts if p.kind.name == "Country")
    for row in table.select(["iso3", "name", "iso2", "aliases"]).to_pylist():
        for text in {row["name"], row["iso2"], *(row["aliases"] or ())} - {None} - AMBIGUOUS:
            assert place(places, text) == row["iso3"]


@pytest.mark.parametrize("text", ["Congo", "the Congo", "congo"])
def test_a_name_of_two_countries_is_refused_with_both(places, text):
    both = r"Congo \(Kinshasa\) \(COD\) or Congo \(Brazzaville\) \(COG\); give its key"
    with pytest.raises(UsageError, match=both):
        place(places, text)


BARE = re.compile(r"(?<!\b[Tt]he )\b(?:European Union|United States|Netherlands|Philippines)\b")


@pytest.mark.parametrize(
    ("verb", "given"),
    others_long([
        ("depends", {"consumer": "EU27", "on": "USA"}),
        ("origins", {"consumer": "USA+NLD", "largest": True}),
        ("suppliers", {"consumer": "EU27"}),
        ("dependents", {"supplier": "EU27"}),
        ("origins", {"consumer": "USA", "without": "NLD"}),
        ("spof", {"consumer": "PHL"}),
        ("disrupt", {"who": "USA", "of": "NLD"}),
        ("reliance", {"consumer": "EU27"}),
        ("concentration", {"consumer": "NLD"}),
        ("trend", {"country": "EU27"}),
        ("controls", {"country": "USA"}),
        ("prices", {"of": "PHL"}),
    ], 4),
)  # fmt: skip
def test_names_stand_in_sentences_with_their_article(ask, verb, given):
    answer = getattr(ask, verb)(**{"scope": "magnets-metal", **given})
    said = [
        answer.question,
        str(answer.scope.as_object().get("measure")),
        answer.caption,
        *words_of_notes(answer.notes),
    ]

    assert [text for text in said if BARE.search(text)] == []
    assert any(re.search(r"\bthe (?:European|United|Neth|Phil)", text) for text in said)


def test_korea_is_the_south(places):
    assert place(places, "Korea") == "KOR"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("Koreaa", "South Korea (KOR)"), ("Chnia", "China (CHN)"), ("Germny", "Germany (DEU)")],
)
def test_an_unknown_country_comes_with_near_names(places, text, nearest):
    with pytest.raises(UsageError) as caught:
        place(places, text)
    assert unsaid(str(caught.value), f"country … {text!r} … {nearest}") == []


@pytest.mark.parametrize("text", ["", " ", "-", "xqzw", "ⵣ", "\x1b[31m", "\udcff", "KOR\x00"])
def test_what_names_nothing_is_an_error_that_a_terminal_can_show(places, text):
    with pytest.raises(UsageError, match="no country is called") as caught:
        place(places, text)
    assert str(caught.value).isprintable()


def test_an_absurdly_long_name_is_refused_at_once_and_in_short(places):
    start = time.process_time()
    with pytest.raises(UsageError) as caught:
        place(places, "ab" * 60_000)
    assert len(str(caught.value)) < 300
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CMOC", ["CMOC Group (china-molybdenum)", "company", "graphkit show CMOC"]),
        ("BHP", ["BHP Group (bhp-billiton)", "company", "graphkit show BHP"]),
        ("Weda Bay", ["Weda Bay Nickel mine", "plant", "graphkit show 'Weda Bay'"]),
        ("CHN+Norilsk", ["'Norilsk'", "plant", "MMC Norilsk Nickel", "company"]),
        ("Kamoa", ["Kamoa-Kakula", "Kamoa Copper", "Samoa (WSM)"]),
    ],
)
def test_a_maker_in_the_place_of_a_country_is_named_with_what_shows_it(store, text, parts):
    with pytest.raises(UsageError, match="no country is called") as caught:
        Catalog(store).place(text)
    assert unsaid(str(caught.value), *parts) == []
    assert "Bahrain" not in str(caught.value)  # near BHP, which is a company's whole name


@pytest.mark.parametrize("text", ["Molycorp", "Katanga", "", "\x1b CMOC", "ab" * 60_000])
def test_a_name_of_no_maker_or_of_several_is_refused_as_that_of_no_country(store, text):
    with pytest.raises(UsageError, match="nothing is near it"):
        Catalog(store).place(text)


def test_two_things_of_one_name_are_both_named():
    table = pa.table({
        "key": ["AAA", "BBB", "CCC"], "name": ["Upper Land", "Lower Land", "Land"],
        "aliases": [["the land", "islands"], ["Islands"], None],
    })  # fmt: skip
    names = Names({"Country": lambda: table})

    assert names.find("land", "country", ("Country",)).key == "CCC"  # a name before an alias
    with pytest.raises(UsageError) as caught:
        names.find("islands", "country", ("Country",))
    assert (
        unsaid(str(caught.value), "'islands'", "Upper Land (AAA)", "Lower Land (BBB)", "key") == []
    )
    assert "CCC" not in str(caught.value)


# --- elements, products, stages


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [("Dy", "Element", "Dy"), ("dy", "Element", "Dy"), ("dysprosium", "Element", "Dy"),
     ("In", "Element", "In"), ("in", "Element", "In"), ("Co", "Element", "Co"),
     ("aluminium", "Element", "Al"), ("wolfram", "Element", "W"), ("NO", None, None),
     ("rare earths", "Element", "REE"), ("Rare-Earth Elements", "Element", "REE"),
     ("heavy rare earths", "Element", "HREE"), ("metal", "Stage", "metal"),
     ("Mine", "Stage", "mine"), ("magnets", "Product", "magnets-metal"),
     ("magnet", "Product", "magnets-metal"), ("ndfeb", "Product", "magnets-metal"),
     ("rare earth", "Element", "REE"),
     ("magnets-metal", "Product", "magnets-metal"), ("Dy2O3", "Product", "dy-oxide"),
     ("rare earth metals", "Product", "ree-metals"), ("spodumene", "Product", "lithium-minerals")],
)  # fmt: skip
def test_materials_are_found_by_symbol_name_and_alias(materials, text, kind, key):
    if kind is None:
        with pytest.raises(UsageError):
            materials.scope(text)
        return
    entity = materials.scope(text).entity
    assert (entity.kind, entity.key) == (kind, key)


@pytest.mark.parametrize("text", ["gallium", "Gallium", "GALLIUM", "Ga"])
def test_a_name_of_element_and_product_is_the_element_in_any_case(materials, text):
    scope = materials.scope(text)

    assert (scope.entity.kind, scope.entity.key) == ("Element", "Ga")
    assert scope.products == ("gallium", "minor-metals")


def test_the_product_alone_is_one_prefix_away_and_a_note_says_so(materials):
    scope = materials.scope("silver")
    assert scope.products == ("precious-metal-scrap", "silver", "silver-ore")
    [note] = words_of_notes(scope.notes)
    assert (
        unsaid(note, "'silver' … Silver (Ag)", "Silver metal (silver) … `scope=product:silver`")
        == []
    )
    assert materials.scope("product:silver").products == ("silver",)
    assert materials.scope("Product: silver ").products == ("silver",)
    assert materials.scope("Silver metal").products == ("silver",)
    assert materials.scope("Ag").notes == ()


def test_every_product_can_be_asked_for_alone(materials):
    for key, row in materials.products.items():
        assert materials.scope(f"product:{key}").products == (key,)
        assert key in materials.scope(key).products
        assert key in materials.scope(row["name"]).products


@pytest.mark.parametrize("text", ["barite", "fluorspar"])
def test_a_mineral_that_is_one_product_needs_no_note(materials, text):
    scope = materials.scope(text)
    assert (scope.products, scope.notes) == ((text,), ())


def test_graphite_is_the_mineral_in_every_product(materials):
    assert set(materials.scope("graphite").products) == {
        "natural-graphite", "spherical-graphite", "artificial-graphite", "battery-anode",
        "carbon-preparations",
    }  # fmt: skip


def test_a_prefix_allows_only_its_kind(materials):
    assert materials.scope("stage:metal").stage == "metal"
    assert materials.scope("mineral:graphite").entity.key == "graphite"
    with pytest.raises(UsageError, match="'magnets'"):
        materials.scope("element:magnets")
    with pytest.raises(UsageError, match="'metal'"):
        materials.scope("product:metal")


def test_an_unknown_material_comes_with_near_names(materials):
    with pytest.raises(UsageError) as caught:
        materials.scope("disprosium")
    kinds = ("element", "mineral", "product", "stage", "HS code")
    near = "'disprosium' … Dysprosium (Dy) … Dysprosium oxide (dy-oxide)"
    assert unsaid(str(caught.value), *kinds, near) == []
    with pytest.raises(
        UsageError, match=r"'dysprosium sputtering targets'.* Dysprosium \(Dy\)\W*$"
    ):
        materials.scope("dysprosium sputtering targets")


def test_a_group_of_elements_holds_its_members_and_inner_groups(materials):
    rare_earths = materials.scope("rare earths").elements
    assert {"REE", "LREE", "HREE", "Dy", "La", "Y"} <= rare_earths
    assert "Sc" not in rare_earths
    assert "REE" not in materials.scope("HREE").elements
    assert materials.scope("Dy").elements == {"Dy"}


# --- HS codes


@pytest.mark.parametrize("text", ["280530", "2805.30", "28.05.30", "hs 280530", "HS:2805.30"])
def test_an_hs_code_is_read_with_or_without_dots(materials, text):
    scope = materials.scope(text)
    assert scope.code == "280530"
    assert "ree-metals" in scope.products
    assert scope.meaning == "HS 280530 (rare-earth metals)"


def test_the_beginning_of_codes_stands_for_all_of_them(materials):
    scope = materials.scope("2846")
    assert scope.holds("ree-compounds", "284610")
    assert scope.holds("ree-compounds", "284690")
    assert not scope.holds("ree-metals", "280530")


@pytest.mark.parametrize("text", ["284699", "9999", "2", "1"])
def test_a_code_that_no_product_travels_under_is_an_error(materials, text):
    with pytest.raises(UsageError, match=f"product.* HS code '{text}'"):
        materials.scope(text)


def test_a_near_code_is_named(materials):
    with pytest.raises(UsageError, match=r"there are .*284690"):
        materials.scope("284699")


@pytest.mark.parametrize("text", ["²", "٢٨٠٥٣٠", "28a530", "-280530", ".", "hs"])
def test_what_is_not_a_code_is_tried_as_a_name(materials, text):
    with pytest.raises(UsageError, match="is called"):
        materials.scope(text)


@pytest.mark.parametrize("text", ["dysprosium,gallium", "Dy, Ga", "gallium,Dy,gallium"])
def test_several_elements_are_one_scope_of_what_is_bought_for_any(materials, text):
    scope, apart = materials.scope(text), [materials.scope("Dy"), materials.scope("Ga")]

    assert set(scope.products) == {product for one in apart for product in one.products}
    assert scope.elements == apart[0].elements | apart[1].elements
    assert scope.mixed["minor-metals"] == ("Ge", "Hf", "In", "Nb", "Re", "V")


def test_several_products_are_one_scope(materials):
    scope = materials.scope("magnets-metal,product:gallium")

    assert (set(scope.products), scope.elements) == ({"magnets-metal", "gallium"}, frozenset())


@pytest.mark.parametrize("text", ["dysprosium,magnets-metal", "280530,2846", "Dy,280530"])
def test_scopes_of_unlike_kinds_do_not_go_together(materials, text):
    with pytest.raises(UsageError, match="both"):
        materials.scope(text)


def test_places_joined_by_plus_are_one_group(store):
    catalog = Catalog(store)
    place = catalog.place("china+Hong Kong")

    assert (place.key, place.is_group) == ("CHN+HKG", True)
    assert catalog.members(place) == ["CHN", "HKG"]
    assert len(catalog.members(catalog.place("EU27+NOR"))) == 28


def test_several_countries_with_commas_are_refused_with_what_to_write(store):
    with pytest.raises(UsageError, match=r"'KOR,JPN'.* one .*\+"):
        Catalog(store).place("KOR,JPN")
    assert Catalog(store).place("Korea, Republic of").key == "KOR"


def test_rows_of_the_last_questions_are_kept_and_older_ones_read_again(ask):
    def rows(product: str) -> pa.Table:
        return ask.catalog.rows("imports", consumers=["KOR"], products=[product], periods=["2024"],
                        dataset="")  # fmt: skip

    first = rows("magnets-metal")
    assert rows("magnets-metal") is first
    for number in range(RECENT):
        rows(f"product-{number}")
    assert rows("magnets-metal") is not first
    assert rows("magnets-metal").equals(first)


def test_a_supply_network_is_kept_with_its_readings(store):
    catalog = Catalog(store)

    def ask(**numbers: float) -> tuple[Answer, list[Reading]]:
        with noted_readings() as readings:
            answer = disrupt(catalog, "CHN", scope="magnets-metal", period="2024", **numbers)
        return answer, readings

    _, first = ask(loss=0.5)
    answer, again = ask(loss=1.0)
    assert sorted(map(repr, again)) == sorted(map(repr, first))
    assert answer.rows.equals(
        disrupt(Catalog(store), "CHN", scope="magnets-metal", period="2024").rows
    )


def test_only_the_last_derived_results_are_kept(store):
    catalog = Catalog(store)
    made = [catalog.derived(str(number), object) for number in range(DERIVED + 1)]

    assert catalog.derived(str(DERIVED), object) is made[-1]
    assert catalog.derived("0", object) is not made[0]


def test_a_data_set_that_was_chosen_before_is_not_read_again(store):
    catalog = Catalog(store)
    first = catalog.using("baci-hs92")
    traded = first.traded

    assert catalog.using("baci-hs17").using("baci-hs92") is first
    assert first.traded is traded
    assert set(traded["dataset"].to_pylist()) == {"baci-hs92"}


def test_trade_in_all_bituminous_coal_is_a_basket_for_coal_for_coke(materials):
    scope = materials.scope("metallurgical-coal")
    goods = [("bituminous-coal", "270112")]

    assert scope.mixed == {"bituminous-coal": ("thermal-coal",)}
    assert materials.fits(scope, goods) == {"bituminous-coal": "basket"}
    assert materials.fits(materials.scope("bituminous-coal"), goods) == {"bituminous-coal": "exact"}
