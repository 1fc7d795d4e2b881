"""Single points of failure by share, and what is known of sole producers."""

from __future__ import annotations

import pyarrow as pa
import pytest
from supply_cases import flows, makes, network

from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.removal import domestic_points, share_points
from graphkit.errors import GraphkitError

# --- share


def test_the_verdict_says_how_sure_the_share_is():
    net = network(flows("A 3 B metal", "C 1 B metal", "D 5 C oxide"),
                  makes("A 75% metal", "C 25% metal", "D 100% oxide"))  # fmt: skip
    points = share_points(look_through(net, consumers=["B"]), threshold=0.5)
    found = {(r["supplier"], r["definition"], r["stage"]): r["verdict"] for r in points.to_pylist()}
    assert found == {
        ("A", "face value", None): "certain",
        ("A", "looked through", "metal"): "certain",
        ("D", "looked through", "separate"): "possible",
    }


@pytest.mark.parametrize(
    ("low", "share", "high", "verdict"),
    [
        (0.5, 0.6, 0.7, "certain"), (0.4, 0.5, 0.6, "as traced"), (0.3, 0.4, 0.5, "possible"),
        (0.2, 0.3, 0.4, None),
    ],
)  # fmt: skip
def test_a_share_that_just_reaches_the_threshold_counts(low, share, high, verdict):
    traced = pa.table({
        "consumer": ["KOR"], "product": ["ore"], "stage": ["mine"], "origin": ["CHN"],
        "share": [share], "face_value": [share], "low": [low], "high": [high],
    })  # fmt: skip
    found = share_points(traced, threshold=0.5).to_pylist()

    looked = [r["verdict"] for r in found if r["definition"] == "looked through"]
    assert looked == ([verdict] if verdict else [])
    assert len(found) - len(looked) == (share >= 0.5)


def test_a_consumer_is_not_its_own_supplier():
    net = network(flows("A 1 B"), makes("A 2", "B 9"))
    points = share_points(look_through(net, base="supply"), threshold=0.5)
    assert points.to_pylist() == []


# --- one producer in a country


def test_only_a_source_can_say_that_a_country_has_one_producer():
    made = pa.table({
        "country": ["USA", "CHN", "USA", "BRA"], "product": ["Be", "REE", "REE", "REE"],
        "period": ["2024"] * 4, "tonnes": [180.0, 270000.0, 45500.0, 0.0], "source": ["usgs"] * 4,
    })  # fmt: skip
    claims = pa.table({
        "key": ["usa-zr", "x"], "consumer": ["USA", "USA"], "product": [None, None],
        "element": ["Zr", "Ni"], "period": ["2025", "2025"],
        "measure": ["sole domestic producer", "imports"], "source": ["ofr", "ofr"],
    })  # fmt: skip
    rows = [(r["country"], r["product"] or r["element"], r["verdict"], r["producing_countries"])
            for r in domestic_points(made, claims).to_pylist()]  # fmt: skip
    assert rows == [
        ("USA", "Zr", "published", None),
        ("USA", "Be", "one producing country", 1),
        ("CHN", "REE", "cannot be told", 2),
        ("USA", "REE", "cannot be told", 2),
    ]


def test_who_makes_nothing_is_not_a_producer_however_that_is_told():
    made = pa.table({
        "country": ["USA", "CHN", "BRA"], "product": ["Be"] * 3, "period": ["2024"] * 3,
        "tonnes": [180.0, 0.0, None], "share": [None, None, 0.0], "source": ["usgs"] * 3,
    })  # fmt: skip

    assert domestic_points(made)["verdict"].to_pylist() == ["one producing country"]


def test_a_threshold_is_a_share():
    with pytest.raises(GraphkitError, match=r"threshold of 0, .*more than 0"):
        share_points(look_through(network(flows("A 1 B"))), threshold=0)
