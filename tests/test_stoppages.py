"""The end of plants, companies and what a state can stop: worlds by hand and by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from random import Random
from typing import Any

import pytest
from saying import Naming
from test_ownership import COMPANIES as OWNERS
from test_ownership import PLANTS, SEATS, decided, hidden, walked
from test_ownership import world as true_owners
from test_supply_questions import CHAIN

from graphkit.analysis.ownership import Ownership
from graphkit.answers.coverage import Capacity
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.plants import company_outputs
from graphkit.questions.plants.capacity_coverage import Output, PlantOutput
from graphkit.questions.plants.facilities import Plants
from graphkit.questions.plants.stoppages import COMPANY, PLANT, SEAT, Market, Place, ended

TRADE = """\
kind: EXPORTS
defaults: {period: 2024, reporter: importer, dataset: test, source: customs, basis: gross}
rows:
  - {exporter: CHN, importer: JPN, product: ore, usd: 600, tonnes: 60}
  - {exporter: NOR, importer: JPN, product: ore, usd: 100, tonnes: 10}
  - {exporter: NOR, importer: KOR, product: ore, usd: 100, tonnes: 10}
  - {exporter: JPN, importer: KOR, product: ree-metals, usd: 400, tonnes: 4}
  - {exporter: CHN, importer: KOR, product: ree-metals, usd: 100, tonnes: 1}
"""
PRODUCTION = """\
kind: PRODUCES
defaults: {period: 2024, source: customs, basis: gross}
rows:
  - {country: CHN, product: ore, tonnes: 80}
  - {country: NOR, product: ore, tonnes: 20}
  - {country: JPN, product: ree-metals, tonnes: 10}
  - {country: WLD, product: ore, tonnes: 100}
"""
FACILITIES = """\
kind: Facility
defaults: {type: mine, country: CHN, source: customs}
rows:
  - {key: fjord, name: Fjord Mine, country: NOR}
  - {key: north, name: North Pit, aliases: [Old North]}
  - {key: south, name: South Pit}
  - {key: west, name: West Pit, part_of: [pits]}
  - {key: east, name: East Pit, part_of: [pits]}
  - {key: pits, name: "2 sites: East Pit, West Pit", type: group}
  - {key: still, name: Still Pit, country: NOR}
  - {key: onsan, name: Onsan Smelter, type: smelter, country: KOR}
  - {key: bare, name: Bare Pit}
"""
COMPANIES = """\
kind: Company
defaults: {type: company, source: customs}
rows:
  - {key: a, name: A Mining, seat: NOR, seat_source: customs}
  - {key: b, name: B Holding, seat: KOR, seat_source: customs}
  - {key: c, name: C Investment, seat: KOR, seat_source: customs}
  - {key: d, name: D Trading}
"""
OWNS = """\
kind: OWNS
defaults: {source: customs}
rows:
  - {owner: a, owned: fjord, share: 1.0}
  - {owner: a, owned: north, share: 0.6}
  - {owner: b, owned: north, share: 0.4}
  - {owner: b, owned: south, share: 0.4}
  - {owner: c, owned: south, share: 0.4}
  - {owner: d, owned: pits}
"""
CAN_MAKE = """\
kind: CAN_MAKE
defaults: {source: customs, product: ore, label: Ore, unit: t, basis: concentrate, as_of: 2024}
rows:
  - {facility: fjord, capacity: 20, tonnes: 20}
  - {facility: north, capacity: 20, tonnes: 20}
  - {facility: south, capacity: 16, tonnes: 16}
  - {facility: pits, capacity: 14, tonnes: 14}
  - {facility: onsan, product: ree-metals, label: Metal, capacity: 9, tonnes: 9, basis: metal}
"""
WORLD = {
    **CHAIN, "trade.yaml": TRADE, "production.yaml": PRODUCTION, "facilities.yaml": FACILITIES,
    "companies.yaml": COMPANIES, "owns.yaml": OWNS, "can-make.yaml": CAN_MAKE,
    "claims.yaml": None,
}  # fmt: skip
"""China makes 80 t of ore, of which plants of 50 t are known; Norway has one mine, of all 20 t."""


@pytest.fixture
def world(graph_of: Callable[..., Session]) -> Session:
    return graph_of(WORLD)


def of(answer: Any, *names: str, **where: str) -> list[tuple[Any, ...]]:
    return [
        tuple(pytest.approx(row[n]) if isinstance(row[n], float) else row[n] for n in names)
        for row in answer.rows.to_pylist() if all(row[n] == text for n, text in where.items())
    ]  # fmt: skip


LOSS = ("consumer", "product", "lost_share", "low", "high", "lost_imports")


# --- disrupt


def test_a_country_s_only_plant_is_a_stop_of_its_exports(world):
    plain = world.disrupt("NOR", scope="ore")
    plant = world.disrupt("fjord", scope="ore")

    assert of(plain, *LOSS, "direct", "indirect")
    assert of(plant, *LOSS, "direct", "indirect") == of(plain, *LOSS, "direct", "indirect")
    assert of(world.disrupt("A Mining", scope="ore", view="equity"), "consumer")
    half = world.disrupt("NOR", scope="ore", loss=0.5)
    assert of(world.disrupt("fjord", scope="ore", loss=0.5), *LOSS) == of(half, *LOSS)


def test_a_plant_takes_from_its_part_of_output_to_its_part_of_what_is_known(world):
    """20 t of 80 that were made, and of 50 that are known; Japan buys 60 of its 70 t there."""
    answer = world.disrupt("Old North", scope="ore")

    assert of(answer, "lost_share", "low", "high", consumer="JPN", product="ore") == [
        (60 / 70 * 20 / 80, 60 / 70 * 20 / 80, 60 / 70 * 20 / 50)
    ]
    assert answer.scope.as_object()["stops"] == [
        {"country": "CHN", "product": "ore", "low": 20 / 80, "high": 20 / 50}
    ]
    assert answer.coverage.capacity == (Capacity(
        "CHN", "ore", "concentrate", capacity_tonnes=50, coverage_low=50 / 80,
        coverage_high=50 / 80, capacity_as_of="2024", output_tonnes_low=80, output_tonnes_high=80,
        output_period="2024", output_source="customs",
    ),)  # fmt: skip
    assert "customs" in answer.sources["key"].to_pylist()
    assert answer.headline == Naming(
        "North Pit … Japan … 150 USD … 21 and 35 % … imports of ore in 2024 … estimate: 21 %"
    )
    assert Naming("62 % … in 2024") in words_of_notes(answer.notes)


def test_under_half_of_what_was_made_is_said_first(graph_of):
    less = PRODUCTION.replace("CHN, product: ore, tonnes: 80", "CHN, product: ore, tonnes: 200")
    less = less.replace("WLD, product: ore, tonnes: 100", "WLD, product: ore, tonnes: 220")
    answer = graph_of({**WORLD, "production.yaml": less}).disrupt("North Pit", scope="ore")

    assert answer.headline == Naming("under half … capacity")
    assert Naming("less than half") in words_of_notes(answer.notes)


def test_a_member_of_a_group_takes_at_most_the_group_s_part(world):
    answer = world.disrupt("West Pit", scope="ore")

    assert answer.scope.as_object()["stops"] == [
        {"country": "CHN", "product": "ore", "low": 0, "high": 14 / 50}
    ]
    assert of(answer, "lost_share", "low", "high", consumer="JPN", product="ore") == [
        (None, 0, 60 / 70 * 14 / 50)
    ]


def test_months_follow_what_is_known_and_are_refused_where_nothing_is(world):
    answer = world.stocks("fjord", scope="ore", of="KOR", months=3, stock_days=0)
    plain = world.stocks("NOR", scope="ore", of="KOR", months=3, stock_days=0)
    names = ("product", "month", "uncovered", "uncovered_low", "uncovered_high")

    assert of(plain, *names)
    assert of(answer, *names) == of(plain, *names)
    with pytest.raises(GraphkitError, match="no month"):
        world.stocks("West Pit", months=3)


def test_control_stops_whole_plants_and_equity_parts_of_them(world):
    """A has 60 % of North; B and C, both of Korea, have 80 % of South between them."""
    parts = {
        (name, view): world.disrupt(f"{kind}:{name}", scope="ore", view=view).scope.as_object()[
            "stops"
        ][0]
        for kind, name in (("company", "a"), ("company", "b"), ("seat", "KOR"))
        for view in ("control", "equity")
    }
    ends = {key: (part["low"], part["high"]) for key, part in parts.items()
            if part["country"] == "CHN"}  # fmt: skip

    assert ends["a", "control"] == (20 / 80, 1)
    assert ends["b", "control"] == (0, pytest.approx((16 + 14) / 50))
    assert ends["a", "equity"] == (pytest.approx(12 / 80), pytest.approx(29.2 / 50))
    assert ends["b", "equity"] == (pytest.approx(14.4 / 80), pytest.approx((14.4 + 17.2) / 50))
    assert ends["KOR", "control"] == (16 / 80, pytest.approx((16 + 14) / 50))
    assert ends["KOR", "equity"] == (pytest.approx(20.8 / 80), pytest.approx((20.8 + 17.2) / 50))


OUTPUTS = """\
kind: MADE
defaults: {element: Dy, product: ore, label: ore, unit: t, basis: gross, period: 2024,
           scope: whole, source: customs}
rows:
  - {company: a, value: 40, tonnes: 40, content_tonnes: 40}
  - {company: a, plant: fjord, value: 18, tonnes: 18, content_tonnes: 18}
"""


def test_a_company_s_own_output_bounds_all_that_it_can_stop(graph_of):
    """A made 40 t, of which 18 t in Norway; China made 80 t, of which North may be all of 22 t."""
    world = graph_of({**WORLD, "made.yaml": OUTPUTS})
    ends = {
        (name, place["country"]): (place["low"], place["high"])
        for name in ("a", "b")
        for place in world.disrupt(f"company:{name}", scope="ore").scope.as_object()["stops"]
    }

    assert ends["a", "CHN"] == pytest.approx((20 / 80, 22 / 80))
    assert ends["a", "NOR"] == pytest.approx((18 / 20, 18 / 20))
    assert ends["b", "CHN"] == pytest.approx((0, (16 + 14) / 50))
    notes = words_of_notes(world.disrupt("company:a", scope="ore").notes)
    assert Naming("A Mining … all its plants anywhere … 40 t in 2024") in notes
    other = graph_of({**WORLD, "made.yaml": OUTPUTS.replace("2024", "2023")})
    stops = other.disrupt("company:a", scope="ore").scope.as_object()["stops"]
    assert stops[0] == {"country": "CHN", "product": "ore", "low": 20 / 80, "high": 1}


def test_the_output_of_a_subsidiary_is_no_most_of_its_owner(graph_of):
    owns = OWNS + "  - {owner: a, owned: d, share: 0.9}\n"
    made = OUTPUTS.replace("company: a, value: 40, tonnes: 40, content_tonnes: 40",
                           "company: d, value: 2, tonnes: 2, content_tonnes: 2")  # fmt: skip
    world = graph_of({**WORLD, "owns.yaml": owns, "made.yaml": made})
    (stop, _) = world.disrupt("company:a", scope="ore").scope.as_object()["stops"]
    assert (stop["country"], stop["low"], stop["high"]) == ("CHN", 20 / 80, 1)


def test_a_state_s_exports_and_its_owners_plants_stop_together(world):
    both = world.disrupt("NOR+seat:NOR", scope="ore")
    abroad = world.disrupt("seat:NOR", scope="ore")

    assert of(both, "low", consumer="JPN", product="ore") == [(10 / 70 + 60 / 70 * 20 / 80,)]
    assert of(abroad, "low", consumer="JPN", product="ore") == [(10 / 70 + 60 / 70 * 20 / 80,)]
    assert both.scope.as_object()["exporters"] == ["NOR"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"who": "fjord", "to": "JPN"}, "plants … sell to nobody"),
        ({"who": "Fjord Mina"}, "Fjord Mine (fjord)?"),
        ({"who": "company:nobody"}, "no company … 'nobody'"),
        ({"who": "seat:WLD"}, "wanted a country"),
        ({"who": "bare"}, "no capacity of Bare Pit … tonnes a year"),
        ({"who": "seat:JPN"}, "no capacity … owners … Japan"),
        ({"who": "plant:fjord", "scope": "magnets"}, "no mine or plant … magnets"),
    ],
)
def test_what_cannot_stop_is_said_in_one_line(world, asked, message):
    with pytest.raises((UsageError, GraphkitError)) as error:
        world.disrupt(**asked)
    assert str(error.value) == Naming(message)
    assert "\n" not in str(error.value)


# --- single points below countries


def test_plants_are_ranked_by_what_their_end_costs(world):
    answer = world.spof("JPN", scope="ore", level="plant")

    assert of(answer, "name", "loss", "low", "high", "coverage_low", "verdict", product="ore") == [
        ("North Pit", 60 / 70 * 20 / 80, 60 / 70 * 20 / 80, 60 / 70 * 20 / 50, 0.625, "certain"),
        ("South Pit", 60 / 70 * 16 / 80, 60 / 70 * 16 / 80, 60 / 70 * 16 / 50, 0.625, "certain"),
        ("2 sites: East Pit, West Pit", 60 / 70 * 14 / 80, 60 / 70 * 14 / 80, 60 / 70 * 14 / 50,
         0.625, "certain"),
        ("Fjord Mine", 10 / 70, 10 / 70, 10 / 70, 1.0, "certain"),
    ]  # fmt: skip
    assert of(answer, "unknown", product="ore") == [(60 / 70 * 30 / 80,)] * 4
    assert answer.headline == Naming(
        "North Pit … Japan … 21 and 35 % … imports of ore in 2024 … estimate: 21 %"
    )


def test_a_country_s_only_plant_is_the_country_removed(world):
    country = world.spof("KOR", scope="ore", definition="structural", threshold=0.01)
    plant = world.spof("KOR", scope="ore", level="plant", threshold=0.01)
    names = ("product", "loss", "low", "high", "chain")

    assert of(country, *names, removed="NOR")
    assert of(plant, *names, point="fjord") == of(country, *names, removed="NOR")


def test_a_state_stops_its_territory_and_its_owners_plants_elsewhere(world):
    """Of Japan's ore, Korea can stop that of South Pit in China, which two of its owners have."""
    answer = world.spof("JPN", scope="ore", level="controller")
    names = ("point", "loss", "territory", "plants")

    assert of(answer, *names, product="ore") == [
        ("CHN", 60 / 70, 60 / 70, None),
        ("NOR", 10 / 70 + 60 / 70 * 20 / 80, 10 / 70, 2),
        ("KOR", 60 / 70 * 16 / 80, 0, 1),
    ]
    without = world.spof("JPN", scope="ore", definition="structural", threshold=0.01)
    assert of(without, "loss", removed="NOR", product="ore") == [(10 / 70,)]


def test_companies_with_unknown_shares_are_possible_only(world):
    sure = world.spof("JPN", scope="ore", level="company")
    every = world.spof("JPN", scope="ore", level="company", possible=True)

    assert of(sure, "point", product="ore") == [("a",)]
    assert set(of(every, "point", product="ore")) == {("a",), ("b",), ("c",), ("d",)}
    assert any("D Trading" in note for note in words_of_notes(sure.notes))
    both = world.spof("JPN", scope="ore", level="company", view="equity")
    assert set(of(both, "point", product="ore")) == {("a",), ("b",), ("c",)}


def test_all_consumers_are_added_up_and_each_lists_them(world):
    answer = world.spof(scope="ore", level="plant")
    each = world.spof(scope="ore", level="plant", each=True)

    assert of(answer, "consumers", "importers", "at_stake", name="Fjord Mine", product="ore") == [
        (2, 2, 20 / 80)
    ]
    assert set(of(each, "consumer", name="Fjord Mine", product="ore")) == {("JPN",), ("KOR",)}


@pytest.mark.parametrize("more", [{"definition": "domestic"}, {"min_link": 0.1}])
def test_what_does_not_belong_to_a_level_is_refused(world, more):
    with pytest.raises(UsageError, match="level"):
        world.spof("KOR", level="plant", **more)


# --- worlds by chance


@dataclass(frozen=True)
class Sites:
    """Plants with owners whose whole truth is known, and what is published of both."""

    owners: Ownership
    place_of: Mapping[str, Place]
    tonnes: Mapping[str, float]
    """Tonnes that each plant makes."""
    plants: Plants
    markets: Sequence[Market]

    @property
    def outputs(self) -> dict[Place, float]:
        """Tonnes that each place makes."""
        outputs: dict[Place, float] = defaultdict(float)
        for plant, place in self.place_of.items():
            outputs[place] += self.tonnes[plant]
        return outputs

    @property
    def shown(self) -> set[str]:
        """The plants with a published capacity."""
        return {row["plant"] for market in self.markets for row in market.capacities}

    def parts(
        self, plants: Collection[str], level: str, view: str
    ) -> dict[str, dict[Place, float]]:
        """Part of what each place makes, of some plants, by who can stop them."""
        parts: dict[str, dict[Place, float]] = defaultdict(lambda: defaultdict(float))
        outputs = self.outputs
        for plant in sorted(plants):
            place = self.place_of[plant]
            for key, part in held(self.owners, plant, level, view).items():
                parts[key][place] += part * self.tonnes[plant] / outputs[place]
        return parts


def sites(random: Random, outputs: Mapping[Place, float], seats: Sequence[str] = SEATS) -> Sites:
    """Draw plants that make all of some outputs, and hide a part of what is known of them.

    All run, so that a place makes what they can; some capacities are not published. Others are
    old, and the plants larger by now; of some it is known what they made, and of some companies
    what all the plants made on which they decide.
    """
    true = true_owners(random)
    seat_of = {owner: seats[SEATS.index(str(seat))] for owner, seat in true.seat_of.items()}
    true = replace(true, seat_of=seat_of)
    known = hidden(true, random)
    places = sorted(outputs)
    place_of = {plant: random.choice(places) for plant in PLANTS}
    weight = {plant: random.randint(1, 90) for plant in PLANTS}
    tonnes = {
        plant: outputs[place] * weight[plant] / fsum(weight[p] for p in PLANTS
                                                     if place_of[p] == place)
        for plant, place in place_of.items()
    }  # fmt: skip
    shown = [plant for plant in PLANTS if random.random() < 0.7]
    markets = []
    for place in sorted({*place_of.values()}):
        made = outputs[place]
        published = Output(made * random.choice((0.9, 1)), made * random.choice((1.2, 1)), "2", "s")
        beside = published if random.random() < 0.8 else None
        rows = [
            {"plant": p, "name": p, "tonnes": tonnes[p] * random.choice((0.2, 1)), "as_of": "1"}
            if beside and random.random() < 0.5
            else {"plant": p, "name": p, "tonnes": tonnes[p], "as_of": "2"}
            for p in shown if place_of[p] == place
        ]  # fmt: skip
        rows = [{**row, "status": None, "source": "s"} for row in rows]
        of_plants = {
            p: {"2": PlantOutput(tonnes[p] * 0.9, tonnes[p], frozenset("s"))}
            for p in PLANTS if place_of[p] == place and random.random() < 0.3
        }  # fmt: skip
        markets += [Market(*place, "metal", rows, beside, of_plants)] if rows else []
    markets = beside_companies(markets, true, known, place_of, tonnes, random)
    return Sites(true, place_of, tonnes, Plants([], [], {}, known, {}, {}, ()), markets)


def beside_companies(
    markets: Sequence[Market], true: Ownership, known: Ownership, place_of: Mapping[str, Place],
    tonnes: Mapping[str, float], random: Random,
) -> list[Market]:  # fmt: skip
    """Publish what some companies made of each product anywhere, with all their plants on a list.

    A company's figure counts the plants on which it decides, whoever decides on the company.
    """
    figures: dict[str, list[dict[str, Any]]] = defaultdict(list)
    listed: dict[str, set[str]] = {}
    for company in OWNERS:
        alone = Ownership({**true.stakes, company: []}, true.seat_of)
        own = {plant for plant in PLANTS if decided(alone, plant) == {company: 1.0}}
        named = {p for p in PLANTS for s in known.stakes[p] if company in known.above(s.owner)}
        listed[company] = own | named
        for product in sorted({place_of[plant][1] for plant in own}):
            some = sorted(plant for plant in own if place_of[plant][1] == product)
            total = fsum(tonnes[plant] for plant in some)
            amounts = [(None, total), (None, total * random.choice((0.9, 1.1)))]
            amounts += [(plant, tonnes[plant]) for plant in some if random.random() < 0.3]
            if random.random() < 0.6:
                figures[product] += [
                    {"company": company, "plant": plant, "content_tonnes": amount, "source": "s",
                     "bought": random.random() < 0.1}
                    for plant, amount in amounts
                ]  # fmt: skip
    plants = company_outputs.Sites({plant: place_of[plant][0] for plant in PLANTS}, listed)
    return [
        replace(market, companies=plants.outputs(figures[market.product], market.country))
        if market.output else market
        for market in markets
    ]  # fmt: skip


def held(owners: Ownership, plant: str, level: str, view: str) -> dict[str, float]:
    """Parts of a plant by who can stop them, slowly, of a world without unknown shares."""
    if level == PLANT:
        return {plant: 1.0}
    parts: dict[str, float] = defaultdict(float)
    if level == SEAT and view == "control":
        for stake in owners.stakes[plant]:
            [top] = decided(owners, stake.owner)
            parts[str(owners.seat_of[top])] += stake.share or 0.0
        return {seat: 1.0 for seat, part in parts.items() if part > 0.5 + 1e-9}
    for end, part in (decided if view == "control" else walked)(owners, plant).items():
        parts[str(owners.seat_of[end]) if level == SEAT else end] += part
    return parts


@pytest.mark.parametrize("view", ["control", "equity"])
@pytest.mark.parametrize("level", [PLANT, COMPANY, SEAT])
@pytest.mark.parametrize("seed", range(40))
def test_a_part_s_range_holds_the_truth_of_hidden_owners_and_capacities(seed, level, view):
    one = sites(Random(seed), {("X", "ore"): 200.0, ("Y", "ore"): 90.0})
    every = ended(one.plants, one.markets, level, view)
    unknown = every.unknown(one.outputs)
    truth = one.parts(PLANTS, level, view)

    for place in one.outputs:
        rest = unknown[place].high if place in unknown else 0.0
        for key in {*truth, *every.stoppages}:
            stop = every.stoppages.get(key)
            low, high = stop.parts.get(place, (0.0, 0.0)) if stop else (0.0, 0.0)
            part = truth[key][place]
            assert low - 1e-9 <= part <= high + rest + 1e-9, (place, key)
            if level == PLANT and key in one.shown:
                assert part <= high + 1e-9
