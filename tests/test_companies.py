"""What companies made: ranges that hold the truth, figures that add up once, and a floor."""

from __future__ import annotations

from math import inf
from random import Random
from typing import Any

import companies_page
import pytest
from saying import Naming
from seed_texts import SMALL

from graphkit.analysis.company_output import Made, Output, Reported, made_in, without_parts
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.plants.company_outputs import behind, figures_of_companies, told_once
from graphkit.questions.plants.facilities import elements_of, known_plants

WORLD = {
    "facilities.yaml": """\
kind: Facility
defaults: {type: mine, source: customs}
rows:
  - {key: near, name: Near Mine, country: KOR}
  - {key: far, name: Far Mine, country: NOR}
  - {key: pit, name: Pit, country: KOR}
""",
    "companies.yaml": """\
kind: Company
defaults: {type: company, source: customs}
rows:
  - {key: big, name: Big Mining, seat: CHN, seat_source: customs}
  - {key: group, name: Group, seat: NOR, seat_source: customs}
  - {key: part, name: Part of Group}
  - {key: partner, name: Partner, seat: JPN, seat_source: customs}
""",
    "handles.yaml": """\
kind: HANDLES
defaults: {source: customs, label: dysprosium, element: Dy}
rows:
  - {facility: near}
  - {facility: far}
  - {facility: pit}
""",
    "owns.yaml": """\
kind: OWNS
defaults: {source: customs}
rows:
  - {owner: big, owned: near, share: 0.8}
  - {owner: group, owned: pit, share: 1}
  - {owner: group, owned: far, share: 0.6}
  - {owner: group, owned: part, share: 0.9}
""",
    "made.yaml": """\
kind: MADE
defaults: {element: Dy, product: ree-metals, label: metal, period: 2024, unit: t, basis: content,
           scope: whole, source: customs}
rows:
  - {company: big, value: 110000, tonnes: 110000, content_tonnes: 110000}
  - {company: group, value: 40000, tonnes: 40000, content_tonnes: 40000}
  - {company: group, plant: pit, value: 27000, tonnes: 27000, content_tonnes: 27000}
  - {company: part, value: 9000, tonnes: 9000, content_tonnes: 9000}
  - {company: partner, scope: equity, value: 22000, tonnes: 22000, content_tonnes: 22000}
  - {company: big, period: 2023, value: 10, tonnes: 10, content_tonnes: 10}
""",
    "produces.yaml": """\
kind: PRODUCES
defaults: {product: ree-metals, basis: content, source: customs}
rows:
  - {country: KOR, period: 2024, tonnes: 220000}
  - {country: WLD, period: 2024, tonnes: 290000}
  - {country: KOR, period: 2023, tonnes: 170000}
  - {country: WLD, period: 2023, tonnes: 230000}
""",
}


def rows(answer: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.rows.to_pylist()]


def test_a_company_s_own_figure_is_of_a_country_where_all_its_plants_are(graph_of):
    answer = graph_of(WORLD).companies("KOR", scope="dysprosium", period="2024")

    assert rows(answer, "name", "counts", "tonnes_low", "tonnes_high", "share_low")[:2] == [
        ("Big Mining", "whole", 110000, 110000, 0.5),
        ("Group", "whole", 27000, 40000, pytest.approx(27 / 220)),
    ]
    assert answer.headline == Naming(
        "Big Mining made 50 % … South Korea … rare-earth metals … 2024"
    )
    assert {"customs"} <= {*answer.sources["key"].to_pylist()}


def test_a_smelter_elsewhere_may_make_what_a_company_s_own_figure_counts(graph_of):
    """Big has Near Mine here, and a plant in Norway with a capacity for another product."""
    world = {
        **WORLD,
        "products.yaml": SMALL["products.yaml"] + "  - {key: alloy, name: Alloy, stage: metal}\n",
        "contains.yaml": SMALL["contains.yaml"] + "  - {product: alloy, element: Dy, role: main}\n",
        "facilities.yaml": WORLD["facilities.yaml"]
        + "  - {key: melt, name: Smelter, type: smelter, country: NOR}\n",
        "owns.yaml": WORLD["owns.yaml"] + "  - {owner: big, owned: melt, share: 1}\n",
        "can-make.yaml": """\
kind: CAN_MAKE
rows:
  - {facility: melt, product: alloy, label: alloy, capacity: 9, tonnes: 9, unit: t,
     basis: product, as_of: 2024, source: customs}
""",
    }
    answer = graph_of(world).companies("KOR", scope="dysprosium", period="2024")
    (big, *_) = [row for row in rows(answer, "name", "tonnes_low") if row[0] == "Big Mining"]
    assert big == ("Big Mining", 0)


def test_what_a_group_s_figure_counts_is_not_counted_again(graph_of):
    answer = graph_of(WORLD).companies(scope="dysprosium", period="2024")
    (known,) = answer.coverage.as_object()["products"]

    assert known["known_tonnes"] == 150000
    assert (known["coverage_low"], known["output_tonnes_low"]) == (
        pytest.approx(150 / 290), 290000,
    )  # fmt: skip
    others = [
        row for row in rows(answer, "name", "counts") if row[0] in ("Part of Group", "Partner")
    ]
    assert others == [("Part of Group", "whole"), ("Partner", "equity")]


def test_by_seat_of_those_in_control(graph_of):
    answer = graph_of(WORLD).companies(scope="dysprosium", by="seat", period="2024")
    assert rows(answer, "seat", "tonnes_low", "companies")[:2] == [
        ("CHN", 110000, ["Big Mining"]), ("NOR", 40000, ["Group"]),
    ]  # fmt: skip


def test_below_half_known_nobody_is_the_first(graph_of):
    answer = graph_of(WORLD).companies(scope="dysprosium", period="2023")
    assert answer.headline == Naming(
        "Who made most … the world … 2023 … cannot be told", "than 1 %"
    )


def test_without_a_year_the_newest_of_which_half_is_known(graph_of):
    world = {**WORLD, "made.yaml": WORLD["made.yaml"] + (
        "  - {company: big, period: 2025, value: 5, tonnes: 5, content_tonnes: 5}\n"
    )}  # fmt: skip
    answer = graph_of(world).companies("KOR", scope="dysprosium")
    assert {*answer.rows["period"].to_pylist()} == {"2024"}


def test_a_profile_says_what_a_company_made_and_of_what_it_is_a_part(graph_of):
    world = graph_of(WORLD)
    made = rows(world.show("Big Mining"), "fact", "as_of", "published", "share_low")
    assert ("made", "2024", "110,000 t", pytest.approx(11 / 29)) in made
    assert not any(row[1] == "2023" for row in made)
    assert world.show("Big Mining").headline == Naming(
        "Big Mining, seated in China, made 38 % … the world’s output of rare-earth metals in 2024"
    )
    assert world.show("Pit").headline == Naming(
        "Pit in South Korea made 12 % … South Korea’s … 2024"
    )


def test_a_status_is_in_one_set_of_words(ask: Session):
    words = {*ask.plants("COD", scope="cobalt").rows["status"].to_pylist()}
    assert "assumed to run" in words
    assert "Assumed Active" not in words
    mutanda = ask.show("Mutanda Mine")
    assert [row for row in rows(mutanda, "fact", "element") if row[0] == "handles"] == []
    assert "2026-02: runs" in mutanda.caption
    assert "2018: assumed to run" in ask.show("SOMIKA Mine").caption


def test_bad_arguments_and_unknown_output_are_one_line(ask: Session):
    with pytest.raises(UsageError, match=r"`by`: found 'country', .*company, seat"):
        ask.companies("COD", scope="cobalt", by="country")
    with pytest.raises(GraphkitError, match=r"no output of a company .*gallium"):
        ask.companies(scope="gallium")


def test_ranges_hold_what_was_made_on_random_companies():
    """Published figures of random plants, some left out, in three countries."""
    random = Random(20261202)
    for _ in range(2000):
        country_of = {f"p{i}": random.choice("ABC") for i in range(random.randint(1, 5))}
        truth = {plant: float(random.randint(0, 50)) for plant in country_of}
        figures = [Reported("c", truth[plant], plant) for plant in truth if random.random() < 0.5]
        if random.random() < 0.5:
            figures.append(Reported("c", sum(truth.values())))
        if not figures:
            continue
        places = random.choice([None, {"A"}, {"A", "B"}])
        made = made_in(figures, country_of, places, country_of)
        real = sum(t for p, t in truth.items() if places is None or country_of[p] in places)
        assert made.low <= real <= made.high


def test_shares_of_an_output_with_an_unknown_rest():
    output = Output({"a": Made(60.0, 60.0), "b": Made(10.0, inf)}, 100.0, 110.0)
    assert output.known == 70
    assert output.coverage() == (pytest.approx(70 / 110), pytest.approx(0.7))
    assert output.share("a") == (pytest.approx(60 / 110), pytest.approx(0.6))
    assert output.share("b") == (pytest.approx(10 / 110), pytest.approx(0.5))


def test_nobody_made_more_than_the_place_did():
    """The output is 100 to 110 t; a may have made 108, and b is published to have made more."""
    output = Output({"a": Made(90.0, 108.0)}, 100.0, 110.0)
    assert output.share("a") == (pytest.approx(90 / 110), 1.0)
    assert Output({"b": Made(120.0, 120.0)}, 100.0, 110.0).share("b") == (1.0, 1.0)


def test_a_part_of_a_part_is_left_out_too():
    made = {key: Made(1.0, 1.0) for key in "abc"}
    above = {"a": {"a"}, "b": {"a", "b"}, "c": {"a", "b", "c"}}
    assert list(without_parts(made, above)) == ["a"]


JOINT = {
    **WORLD,
    "facilities.yaml": WORLD["facilities.yaml"] + "  - {key: shaft, name: Shaft, country: KOR}\n",
    "companies.yaml": WORLD["companies.yaml"] + "  - {key: venture, name: Venture}\n",
    "owns.yaml": WORLD["owns.yaml"]
    + """\
  - {owner: partner, owned: shaft, share: 0.5}
  - {owner: group, owned: shaft, share: 0.5}
""",
}
"""Venture runs Shaft, which belongs to Partner and Group in halves."""


def joint(*figures: str) -> dict[str, str]:
    amounts = ", value: 9000, tonnes: 9000, content_tonnes: 9000}\n"
    return JOINT | {
        "made.yaml": WORLD["made.yaml"] + "".join(f"  - {{{f}{amounts}" for f in figures)
    }


def test_a_plant_s_output_that_two_companies_publish_is_one(graph_of):
    """Partner's figure of Shaft is that of the venture, which is no owner."""
    graph = graph_of(joint("company: venture, plant: shaft", "company: partner, plant: shaft"))
    made = {row[0]: row[1:] for row in rows(
        graph.companies("KOR", scope="dysprosium", period="2024"), "name", "tonnes_low", "source"
    )}  # fmt: skip
    assert made["Venture"][0] == 9000
    assert "Partner" not in made


def test_an_output_of_a_shared_plant_is_not_added_to_that_of_an_owner(graph_of):
    """Group's 40,000 t may count the half that it has in Shaft."""
    graph = graph_of(joint("company: venture, plant: shaft"))
    answer = graph.companies(scope="dysprosium", period="2024")
    (known,) = answer.coverage.as_object()["products"]
    assert known["known_tonnes"] == 150000
    assert ("Venture", 9000, "figures of plants alone; may be counted with Group") in rows(
        answer, "name", "tonnes_low", "why"
    )


def test_what_an_owner_made_of_other_plants_takes_nothing_away():
    """Known of b are its other plants alone."""
    made = {"a": Made(9.0, inf), "b": Made(5.0, inf), "c": Made(0.0, 7.0)}
    assert [*without_parts(made, {"a": {"a", "b", "c"}})] == ["a", "b", "c"]


def test_no_tonne_is_counted_twice_through_parents(ask: Session):
    """Each plant has one maker, and nobody behind it has a figure as a whole that counts it too."""
    catalog = ask.catalog
    goods = catalog.materials.scope(None)
    owners = known_plants(catalog, goods, None).owners
    figures = told_once(figures_of_companies(catalog, elements_of(catalog, goods)), owners)
    makers: dict[str, set[str]] = {}
    for row in figures:
        if row["plant"] and row["scope"] == "whole":
            makers.setdefault(row["plant"], set()).add(row["company"])
    assert {plant: some for plant, some in makers.items() if len(some) > 1} == {}
    behind_plants = {plant: behind(owners, plant) for plant in makers}
    for answer in (ask.companies(), ask.companies(period="2024"), ask.companies("COD")):
        counted: dict[tuple[str, str], set[str]] = {}
        for row in answer.rows.to_pylist():
            if row["counts"] == "whole" and row["company"] and row["share_low"] is not None:
                counted.setdefault((row["product"], row["period"]), set()).add(row["company"])
        for market, companies in counted.items():
            some = [
                r for r in figures if (r["product"], r["period"], r["scope"]) == (*market, "whole")
            ]
            groups = {r["company"] for r in some if r["plant"] is None}
            for row in some:
                if row["plant"] and row["company"] in companies - groups:
                    controlled = owners.control(row["plant"]).parts == {row["company"]: 1.0}
                    assert controlled or not behind_plants[row["plant"]] & groups & companies, row


@pytest.mark.long
def test_the_page_of_known_output_is_what_the_tool_writes(ask: Session):
    text = companies_page.PAGE.read_text(encoding="utf-8")
    assert companies_page.page(text, ask) == text
