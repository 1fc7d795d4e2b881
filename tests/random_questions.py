"""Questions made by chance over all verbs, with the places, goods and periods of a graph."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from graphkit.api import Session
from graphkit.questions.registry import PARAMETERS
from graphkit.verbs.parameter import Parameter

Question = tuple[str, dict[str, Any]]
OFTEN = ("CHN", "KOR", "JPN", "USA", "DEU", "EU27", "AUS", "CHL", "COD", "IND", "S19")
"""Places that have more data than most."""
GIVEN = 0.2
"""Part of the questions that give an option, of those that are not on a place or on goods."""
TECHNOLOGIES = ("wind, direct drive", "NMC 622", "Wind-Gearbox")
SENTENCES = (
    "China mined 69 % of rare earths in 2024",
    "South Korea bought 80 % of its magnets from China",
    "Chile refined 90 % of the world's lithium", "Congo produces over half of cobalt",
)  # fmt: skip
NUMBERS: dict[str, tuple[float, ...]] = {
    "mw": (1.0, 10_000.0), "gwh": (0.5, 100.0), "min_flow": (0.0, 1e6), "top": (1, 3, 10),
    "until": (2027, 2030), "months": (1, 6, 12), "restart": (2, 5), "stock_days": (9.0, 100.0),
    "slack": (0.0, 0.1, 0.5), "growth": (0.0, 0.05), "min_share": (0.01, 0.2, 0.5, 0.9),
    "min_loss": (0.0, 0.2), "min_link": (0.0, 0.1), "spread": (0.0, 0.5),
}  # fmt: skip
SHARES = (0.05, 0.3, 0.5, 0.65, 0.8, 1.0)


class RandomQuestions:
    """Questions of every function, each with parameters that the graph of a session has."""

    def __init__(self, session: Session, random: Random) -> None:
        catalog = session.catalog
        self.random = random
        covered = catalog.traded.to_pylist()
        self.years = sorted({row["period"] for row in covered})
        self.goods = [
            *sorted({row["product"] for row in covered}),
            *sorted({row["hs"] for row in covered if row["hs"]}),
            *catalog.nodes("Element")["key"].to_pylist(),
            "rare earths", "magnets", "graphite", "lithium", "cobalt", "stage:metal",
        ]  # fmt: skip
        self.countries = catalog.nodes("Country")["key"].to_pylist()
        self.areas = catalog.nodes("Area")["key"].to_pylist()
        self.datasets = catalog.rows("datasets")["dataset"].to_pylist()
        self.sources = catalog.nodes("Source")["key"].to_pylist()
        self.plants = sorted({*session.plants().rows["plant"].to_pylist()} - {None})
        self.owners = sorted({*session.owners().rows["company"].to_pylist()} - {None})
        self.acts = sorted({*session.controls().rows["key"].to_pylist()})
        self.functions = sorted(PARAMETERS)

    def next(self) -> Question:
        """Draw a question: the name of a session's method, and its arguments."""
        path = self.random.choice(self.functions)
        arguments = {}
        for parameter in PARAMETERS[path]:
            if self.random.random() < self._part(parameter):
                value = self._value(path, parameter)
                if value is not None:
                    arguments[parameter.name] = value
        return path, arguments

    @staticmethod
    def _part(parameter: Parameter) -> float:
        """Return the part of the questions that give a parameter."""
        if parameter.default is ...:
            return 1.0
        if parameter.name == "scope":
            return 0.85
        return {
            "country": 0.7,
            "consumer": 0.7,
            "exporter": 0.8,
            "who": 0.8,
            "on": 0.4,
            "period": 0.4,
        }.get(parameter.name, GIVEN)

    def _value(self, path: str, parameter: Parameter) -> Any:
        """Draw a value of a parameter; None if the graph has none."""
        draw: dict[str, Callable[[], Any]] = {
            "scope": self._some_goods, "dataset": lambda: self.random.choice(self.datasets),
            "source": lambda: self.random.choice(self.sources),
            "restriction": lambda: self.random.choice(self.acts),
            "technology": lambda: self.random.choice(TECHNOLOGIES),
            "name": self._any_name,
            "stage": lambda: self.random.choice(("mine", "separate", "metal", "component")),
            "that": lambda: self.random.choice(SENTENCES), "who": self._who,
        }  # fmt: skip
        if parameter.name in draw:
            return draw[parameter.name]()
        if parameter.type == "switch":
            return True
        if parameter.type == "names":
            return (self.random.choice(parameter.allowed),)
        if parameter.allowed:
            return self.random.choice(parameter.allowed)
        if parameter.type in ("period", "periods"):
            return self._period(several=parameter.type == "periods")
        if parameter.type == "date":
            return f"{self.random.randint(2022, 2026)}-{self.random.randint(1, 12):02}-15"
        if parameter.type in ("number", "count"):
            return self.random.choice(NUMBERS.get(parameter.name, SHARES))
        if parameter.type == "list":
            return [self._place()]
        if parameter.name == "partner":
            return self.random.choice(("supplier", "consumer"))
        if parameter.type == "places" and self.random.random() < 0.15:
            return [self._place(), self._place()]
        return self._place()

    def _any_name(self) -> str:
        draws = (self._plant, self._owner, self._place, self._some_goods,
                 lambda: self.random.choice(self.acts))  # fmt: skip
        return str(self.random.choice(draws)())

    def _who(self) -> str:
        chance = self.random.random()
        if chance < 0.6:
            return self._place()
        if chance < 0.8:
            return str(self.random.choice([*self.plants, *self.owners]))
        seat = f"seat:{self.random.choice(OFTEN)}"
        return seat if chance < 0.95 else f"{self._place()}+{seat}"

    def _place(self) -> str:
        chance = self.random.random()
        if chance < 0.5:
            return self.random.choice(OFTEN)
        if chance < 0.9:
            return str(self.random.choice(self.countries))
        if chance < 0.95:
            return str(self.random.choice(self.areas))
        return "+".join(self.random.sample([key for key in OFTEN if len(key) == 3], 2))

    def _some_goods(self) -> str:
        return str(self.random.choice(self.goods))

    def _period(self, *, several: bool) -> Any:
        chance = self.random.random()
        year = str(self.random.choice(self.years) if chance < 0.5 else
                   self.random.choice(self.years[-5:]))  # fmt: skip
        if several and chance > 0.9:
            return [year, "2024"] if year != "2024" else year
        return year

    def _plant(self) -> Any:
        return self.random.choice(self.plants)

    def _owner(self) -> Any:
        return self.random.choice(self.owners)
