"""Countries that are looked at together: a group of the graph, or some named with a plus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.errors import GraphkitError
from graphkit.questions.facts import Facts


def bloc(facts: Facts, text: str) -> tuple[str, list[str]]:
    """The name and the countries of a bloc: ``EU27``, ``CHN+HKG``, ``china``.

    Raises
    ------
    UsageError
        A part of it is no country and no group of countries.
    """
    parts = [facts.place(part.strip()) for part in text.split("+")]
    countries = [
        country
        for place in parts
        for country in (facts.members(place) if place.is_group else [place.key])
    ]
    return "+".join(place.key for place in parts), list(dict.fromkeys(countries))


def in_network(
    network: SupplyNetwork, blocs: Mapping[str, Iterable[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """The members of each bloc that trade or make anything, and a note on those that do not.

    Raises
    ------
    GraphkitError
        A bloc has none that does.
    """
    found, notes = {}, []
    for name, countries in blocs.items():
        there = [country for country in countries if country in network.countries]
        if not there:
            raise GraphkitError(
                f"{name}: neither trade nor production of {', '.join(network.products)} is known"
            )
        found[name] = there
        if lacking := [country for country in countries if country not in there]:
            notes.append(f"{name}: nothing is known of {', '.join(lacking)} in this chain.")
    return found, notes
