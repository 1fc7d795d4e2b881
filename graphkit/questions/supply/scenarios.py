"""Scenarios: files that say who stops selling what, how much and when, and what follows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphkit.answers.answer import Answer, side_by_side
from graphkit.answers.columns import Column
from graphkit.answers.note import Note
from graphkit.answers.sentence import Sentence
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, Problem, ScenarioError, UsageError
from graphkit.files.folders import shipped
from graphkit.headlines.wording import LONGEST
from graphkit.period import Period
from graphkit.questions.shared.blocs import bloc
from graphkit.questions.supply.stocks import YEAR, stocks
from graphkit.questions.supply.terms import Played
from graphkit.seeds.text import YamlText, read_yaml, shown

REQUIRED = ("title", "sources", "events")
FIELDS = (
    *REQUIRED,
    "note",
    "period",
    "by",
    "of",
    "months",
    "slack",
    "stocks",
    "substitution",
)
OF_EVENTS = ("who", "what", "to", "restriction", "loss", "from", "until")
OF_SUBSTITUTION = ("share", "source")
PLAIN = ("period", "by", "of")
"""Fields that are parameters of the question as they stand."""
SCENARIO = Column("scenario", "Scenario", "name of the scenario's file", rank=0)
_DAYS = re.compile(r"(\d+(?:\.\d+)?) days")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) %")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_EVENT = ("events", 0)
_Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Scenario:
    """A checked scenario file, as the disruption that it describes."""

    name: str
    title: str
    sources: Sequence[str]
    note: str
    digest: str
    """SHA-256 of the file."""
    arguments: Mapping[str, Any]
    yaml: YamlText

    def ask(self, catalog: Catalog) -> Answer:
        """Ask what follows; what cannot be asked is a problem of the event, with its place."""
        try:
            answer = stocks(catalog, **self.arguments)
        except GraphkitError as error:
            if type(error) not in (GraphkitError, UsageError):
                raise
            places = [(*_EVENT, name) for name in ("what", "restriction", "who")]
            raise ScenarioError([self.yaml.problem(str(error), *places, _EVENT)]) from error
        names = [self.name] * len(answer.rows)
        rows = answer.rows.add_column(0, SCENARIO.described, [names])
        note = f" {self.note}" if self.note else ""
        return replace(
            answer, rows=rows, columns=(SCENARIO, *answer.columns),
            question=f"{self.title}: {answer.question}",
            scope=answer.scope.after(Played(self.name, self.digest)),
            notes=(Note(f"{self.title}. Sources: {', '.join(self.sources)}.{note}"), *answer.notes),
            grouped_by=(SCENARIO.name, "consumer", "product"),
        )  # fmt: skip


def scenario_names() -> list[str]:
    """List the scenarios that ship."""
    return sorted(path.stem for path in shipped("scenarios").glob("*.yaml"))


def play(catalog: Catalog, *scenarios: str | Path) -> Answer:
    """Play scenarios, several side by side.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    *scenarios : str or Path
        Files, or names of scenarios that ship.

    Returns
    -------
    Answer
        As of :func:`~graphkit.questions.supply.stocks.stocks`, with the ``scenario`` of each row.

    Raises
    ------
    ScenarioError
        A file is no scenario; every problem has its line.
    UsageError
        No scenario, or one twice.
    """
    if not scenarios:
        raise UsageError("found no scenario, wanted files or names of scenarios that ship")
    read = [read_scenario(catalog, scenario) for scenario in scenarios]
    names = [scenario.name for scenario in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"found the scenario {twice!r} twice, wanted each once")
    answers = {scenario.name: scenario.ask(catalog) for scenario in read}
    first, *others = answers.values()
    if not others:
        return first
    joined = side_by_side(answers)
    rest = f"; {len(others)} more {'scenario is' if len(others) == 1 else 'scenarios are'} below."
    sentence = Sentence(f"{first.headline.removesuffix('.')}{rest}", first.sentence.claims)
    return replace(
        joined, sentence=sentence if len(sentence.words) <= LONGEST else first.sentence,
        picture=first.picture, grouped_by=(SCENARIO.name,),
        shown=[SCENARIO.name, *(name for name in joined.shown if name != SCENARIO.name)],
        notes=(_differences(read), *joined.notes),
        names={key: name for answer in answers.values() for key, name in answer.names.items()},
        product_remarks={
            key: text for answer in answers.values() for key, text in answer.product_remarks.items()
        },
    )  # fmt: skip


def _differences(scenarios: Sequence[Scenario]) -> Note:
    """Note the fields in which scenarios differ."""
    names = dict.fromkeys(name for scenario in scenarios for name in scenario.arguments)
    texts = []
    for name in names:
        values = [scenario.arguments.get(name, "none") for scenario in scenarios]
        if any(value != values[0] for value in values):
            texts.append(f"{name.replace('_', ' ')} {' / '.join(map(str, values))}")
    return (
        Note(f"The scenarios differ in: {'; '.join(texts)}.")
        if texts
        else Note("The scenarios are equal.")
    )


def read_scenario(catalog: Catalog, scenario: str | Path) -> Scenario:
    """Read and check a scenario file, or one that ships.

    Raises
    ------
    ScenarioError
        Every problem of the file, with its line.
    UsageError
        No scenario of this name ships.
    GraphkitError
        The file cannot be read, is not regular, or is too large.
    """
    path = Path(scenario)
    if isinstance(scenario, str) and path.suffix not in (".yaml", ".yml"):
        names = scenario_names()
        if scenario not in names:
            wanted = f"wanted a file that ends in .yaml, or one of {', '.join(names)}"
            raise UsageError(f"found the scenario {scenario!r}, {wanted}")
        path = shipped("scenarios") / f"{scenario}.yaml"
    yaml, value, raw = read_yaml(path, ScenarioError)
    check = _Check(catalog, yaml, value)
    if problems := list(check.problems()):
        raise ScenarioError(problems)
    substitution = value.get("substitution") or {}
    sources = [*value["sources"], *(substitution[key] for key in ("source",) if substitution)]
    return Scenario(
        path.stem, value["title"], list(dict.fromkeys(sources)), value.get("note") or "",
        hashlib.sha256(raw).hexdigest(), check.arguments, yaml,
    )  # fmt: skip


class _Check:
    """The check of one file, which collects the parameters of its disruption."""

    def __init__(self, catalog: Catalog, yaml: YamlText, value: Any) -> None:
        self.arguments: dict[str, Any] = {}
        self._catalog = catalog
        self._yaml = yaml
        self._value = value

    def problems(self) -> Iterator[Problem]:
        """Yield every problem with its place."""
        if not isinstance(self._value, dict):
            yield self._yaml.problem(f"found {shown(self._value)}, wanted a mapping", ())
            return
        problems = list(self._shape((), self._value, FIELDS, REQUIRED))
        events = self._value.get("events")
        if "events" in self._value and (
            not isinstance(events, list) or len(events) != 1 or not isinstance(events[0], dict)
        ):
            number = len(events) if isinstance(events, list) else shown(events)
            message = f"events: found {number}, wanted a list of one event"
            problems.append(self._yaml.problem(message, ("events",)))
        if problems:
            yield from problems
            return
        event = self._value["events"][0]
        yield from self._shape(_EVENT, event, OF_EVENTS, ("loss", "from"))
        yield from self._texts()
        yield from self._numbers(event)
        yield from self._parties(event)
        yield from self._months(event)

    def _shape(
        self, path: _Place, value: Mapping[str, Any], fields: Sequence[str], required: Sequence[str]
    ) -> Iterator[Problem]:
        for name in value:
            if name not in fields:
                message = f"found the field {shown(name)}, wanted one of {', '.join(fields)}"
                yield self._yaml.key_problem(message, (*path, name))
        for name in required:
            if value.get(name) in (None, []):
                yield self._yaml.problem(f"found no {name}", (*path, name), path)

    def _texts(self) -> Iterator[Problem]:
        for name in ("title", "note", *PLAIN):
            value = self._value.get(name)
            if value is not None and not isinstance(value, str):
                yield self._yaml.problem(f"{name}: found {shown(value)}, wanted text", (name,))
            elif name in PLAIN and value is not None:
                self.arguments[name] = value
        sources = self._value["sources"]
        if not isinstance(sources, list) or not all(isinstance(text, str) for text in sources):
            message = f"sources: found {shown(sources)}, wanted a list of keys or addresses"
            yield self._yaml.problem(message, ("sources",))

    def _numbers(self, event: Mapping[str, Any]) -> Iterator[Problem]:
        substitution = self._value.get("substitution")
        if substitution is not None and not isinstance(substitution, dict):
            message = f"substitution: found {shown(substitution)}, wanted a share and its source"
            yield self._yaml.problem(message, ("substitution",))
            substitution = None
        if substitution is not None:
            path: _Place = ("substitution",)
            yield from self._shape(path, substitution, OF_SUBSTITUTION, OF_SUBSTITUTION)
        shares = (
            ("loss", (*_EVENT, "loss"), event), ("slack", ("slack",), self._value),
            ("substitution", ("substitution", "share"),
             {"substitution": (substitution or {}).get("share")}),
        )  # fmt: skip
        for name, path, values in shares:
            text = values.get(name)
            if text is None:
                continue
            match = _PERCENT.fullmatch(text) if isinstance(text, str) else None
            if match is None or (name != "slack" and not 0 < float(match[1]) <= 100):
                limit = "" if name == "slack" else " of more than 0 and at most 100 %"
                message = f"{name}: found {shown(text)}, wanted a share{limit}, such as 80 %"
                yield self._yaml.problem(message, path)
            else:
                self.arguments[name] = float(match[1]) / 100
        stocks = self._value.get("stocks")
        if stocks is not None:
            match = _DAYS.fullmatch(stocks) if isinstance(stocks, str) else None
            if match is None:
                message = f"stocks: found {shown(stocks)}, wanted days with their unit: 100 days"
                yield self._yaml.problem(message, ("stocks",))
            else:
                self.arguments["stock_days"] = float(match[1])

    def _parties(self, event: Mapping[str, Any]) -> Iterator[Problem]:
        """Check who sells what to whom: known names, and no country twice."""
        if (event.get("who") is None) == (event.get("restriction") is None):
            message = "found who and restriction, or neither; wanted one of the two"
            yield self._yaml.problem(message, (*_EVENT, "restriction"), _EVENT)
            return
        for name, parameter in (("who", "who"), ("to", "to")):
            if event.get(name) is not None:
                parties = event[name] if isinstance(event[name], list) else [event[name]]
                yield from self._countries(name, parties)
                self.arguments[parameter] = "+".join(map(str, parties))
        for name, parameter in (("what", "scope"), ("restriction", "restriction")):
            if event.get(name) is None:
                continue
            goods = event[name] if isinstance(event[name], list) else [event[name]]
            self.arguments[parameter] = ",".join(map(str, goods))
            if name == "what":
                yield from self._goods(goods)

    def _countries(self, name: str, parties: Sequence[Any]) -> Iterator[Problem]:
        path = (*_EVENT, name)
        seen: set[str] = set()
        for text in (part for party in parties for part in str(party).split("+")):
            try:
                members = bloc(self._catalog, text)[1]
            except UsageError as error:
                yield self._yaml.problem(f"{name}: {error}", path)
                continue
            for country in members:
                if country in seen:
                    place = self._catalog.place_in_text(country)
                    message = f"{name}: found {place} twice, wanted each country once"
                    yield self._yaml.problem(message, path)
                    break
            seen.update(members)

    def _goods(self, names: Sequence[Any]) -> Iterator[Problem]:
        for text in names:
            try:
                self._catalog.materials.scope(str(text))
            except GraphkitError as error:
                yield self._yaml.problem(f"what: {error}", (*_EVENT, "what"))

    def _months(self, event: Mapping[str, Any]) -> Iterator[Problem]:
        """Read the months, and the one in which exports go on."""
        wrong = False
        for name in ("from", "until"):
            text = event.get(name)
            if text is not None and not (isinstance(text, str) and _MONTH.fullmatch(text)):
                message = f"{name}: found {shown(text)}, wanted a month such as 2025-02"
                yield self._yaml.problem(message, (*_EVENT, name))
                wrong = True
        months = self._value.get("months")
        if months is not None and not (
            isinstance(months, str) and months.isdecimal() and 1 <= int(months) <= 10 * YEAR
        ):
            message = f"months: found {shown(months)}, wanted a number from 1 to {10 * YEAR}"
            yield self._yaml.problem(message, ("months",))
            wrong = True
        if wrong or event.get("from") is None:
            return
        length = None
        if event.get("until") is not None:
            length = Period(event["until"]).end - Period(event["from"]).start
            if length < 1:
                message = (
                    f"until: found {event['until']}, before the event starts; wanted "
                    f"{event['from']} or later"
                )
                yield self._yaml.problem(message, (*_EVENT, "until"))
                return
        number = int(months) if months is not None else max(YEAR, (length or 0) + 1)
        self.arguments["months"] = number
        if length is not None and length < number:
            self.arguments["restart"] = length + 1
