"""The declarations of questions agree with their functions, methods and rows in the docs."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

import pytest

from graphkit.analysis.claims.phrases import Verdict
from graphkit.analysis.network.scores import MEASURES
from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.questions.registry import PARAMETERS, QUESTIONS, VERBS
from graphkit.verbs.parameter import AcceptedRange, Parameter, in_options
from graphkit.verbs.shared import PERIOD, SCOPE, year

PAGE = Path(__file__).parents[1] / "docs/commands.md"
YEAR = replace(year("Year of it.", "the newest"), whole_year=True)
TOP = Parameter("top", "--top", "N", "Ranks.", "count", range=AcceptedRange())


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_function_has_the_declared_parameters(name):
    function = resolve_name(QUESTIONS[name].function)
    found = list(inspect.signature(function).parameters.values())[1:]

    assert {p.name for p in found} == {p.name for p in PARAMETERS[name]}
    for declared in PARAMETERS[name]:
        parameter = next(p for p in found if p.name == declared.name)
        assert (declared.default is ...) == (
            parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        )
        if declared.default not in (None, ...):
            assert parameter.default == declared.default
    assert callable(getattr(Session, name))


def test_every_question_of_the_session_is_declared():
    methods = {name for name, verb in vars(Session).items() if hasattr(verb, "__wrapped__")}

    assert methods - {"supply_network", "trade"} == {*PARAMETERS}


def test_choices_are_those_of_the_measures():
    parameters = {p.name: p.allowed for verb in VERBS for p in verb.parameters}

    assert parameters["measures"] == tuple(MEASURES)
    assert parameters["verdict"] == tuple(verdict.replace(" ", "-") for verdict in Verdict)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (TOP, -1, "`top`: found -1, .*0 or more"),
        (PERIOD, "2024-Q9", "`period`: '2024-Q9' .*not a period"),
        (YEAR, "2024-Q1", "`period`: found '2024-Q1', wanted one year, such as 2024"),
        (YEAR, "2021-2024", "`period`: found '2021-2024', wanted one year, such as 2024"),
        (YEAR, "2024-07..2025-06", "wanted one year, such as 2025"),
        (
            Parameter("x", "--x", "X", "", range=AcceptedRange(0, 1)),
            float("nan"),
            "found nan, wanted 0 to",
        ),
        (
            Parameter("x", "--x", "X", "", range=AcceptedRange(0, 1, above=True)),
            0.0,
            "wanted more than 0",
        ),
        (Parameter("x", "--x", "X", "", choices=("a", "b")), "A", "'A', .*a, b"),
        (Parameter("x", "", "X", "", "names", choices=("a",)), ("a", "a"), "wanted each once"),
        (Parameter("x", "", "X", "", "names", choices=("a",)), (), "none, .*some of a"),
    ],
)
def test_a_value_that_is_not_taken_is_refused(parameter, value, message):
    with pytest.raises(UsageError, match=message):
        parameter.read(value)


@pytest.mark.parametrize("text", ["2024", "2024-2024", "2024-01..2024-12"])
def test_one_year_is_taken_however_it_is_written(text):
    assert YEAR.read(text) == "2024"


def test_a_quarter_of_capacities_or_output_is_refused(graph_of):
    """Without the check it would stand beside no production, as if none were published."""
    graph = graph_of({})

    for question in (graph.owners, graph.companies):
        with pytest.raises(UsageError, match=r"2024-Q1.*wanted one year, such as 2024"):
            question("COD", scope="cobalt", period="2024-Q1")


def test_folded_choices_may_be_written_with_spaces_and_capitals():
    Parameter("x", "--x", "X", "", choices=("borne-out",), folded=True).read(" Borne out")


def test_texts_name_parameters_in_python_and_options_on_the_command_line():
    text = "`top=0` shows all; give `scope=product:gallium`, not `else`."

    assert in_options(text, (TOP, SCOPE)) == (
        "--top 0 shows all; give --for product:gallium, not `else`."
    )


def test_the_page_of_commands_has_the_row_of_every_question():
    """It is corrected by ``python tools/refresh_readme.py``."""
    text = PAGE.read_text(encoding="utf-8")

    assert "\n".join(verb.table_row for verb in VERBS) in text
