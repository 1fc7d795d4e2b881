"""One word for one thing: options, fields and parameters that mean the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from long_cases import others_long
from saying import Naming

from graphkit.brief.brief import BRIEF
from graphkit.cli import app
from graphkit.cli.topics import TOPICS
from graphkit.questions.registry import VERBS
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import COUNTED_IN

FOLDER = Path(__file__).parents[1]
LINES = 48
"""Most lines of a help at 80 columns."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def graphkit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sliced_file: Path
) -> Callable[..., Outcome]:
    """Runs the command in this process."""
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        return Outcome(app.run(arguments), *capsys.readouterr())

    return run


def parameters(name: str) -> dict[str, Parameter]:
    """The parameter with an option, by command."""
    return {
        verb.name: parameter
        for verb in (*VERBS, BRIEF)
        for parameter in verb.parameters
        if name in (parameter.option, parameter.also)
    }


# --- one word


def test_by_is_always_the_amount_that_is_counted_or_the_owner_that_is_counted_by():
    for name, parameter in parameters("--by").items():
        allowed = ("company", "seat") if name in ("owners", "companies") else COUNTED_IN
        assert (parameter.name, parameter.allowed) == ("by", allowed)


def test_on_is_always_a_country():
    for parameter in parameters("--on").values():
        assert (parameter.name, parameter.type) == ("on", "places")


def test_for_is_always_the_scope_and_no_argument_but_of_a_question_on_a_material_alone():
    assert {p.name for p in parameters("--for").values()} == {"scope"}
    words = {p.metavar for verb in VERBS for p in verb.parameters if not p.option}
    about = {p.metavar: name for name, p in parameters("--for").items() if not p.option}
    assert about == {"MATERIAL...": "uses"}
    places = {"COUNTRY...", "[COUNTRY]...", "[COUNTRY]", "[WHO]"}
    assert words == {*places, "COUNTRY", "OTHER", "BEFORE", "AFTER", "NAME", *about}


def test_every_question_about_a_country_takes_of():
    without = {verb.name for verb in (*VERBS, BRIEF)} - set(parameters("--of"))

    assert without == {"criticality", "network", "centrality", "show", "cascade", "leverage"}
    assert {p.metavar.strip("[].") for p in parameters("--of").values()} == {"COUNTRY"}


SAME = {
    "depends": ("KOR", "--for", "ree-metals"),
    "dependents": ("CHN", "--for", "ree-metals"),
    "suppliers": ("KOR,JPN", "--for", "ree-metals"),
    "origins": ("KOR", "--for", "ree-metals"),
    "spof": ("KOR", "--for", "ree-metals"),
    "controls": ("CHN",),
    "concentration": ("KOR", "--for", "ree-metals"),
    "reliance": ("USA", "--for", "Dy"),
    "trend": ("KOR", "--for", "ree-metals"),
    "diversify": ("KOR", "--for", "ree-metals"),
    "targets": ("KOR",),
    "unknowns": ("KOR", "--for", "ree-metals"),
    "mirror": ("KOR",),
    "brief": ("KOR", "--for", "magnets-metal"),
    "plants": ("COD", "--for", "cobalt"),
    "owners": ("COD", "--for", "cobalt"),
    "companies": ("COD", "--for", "cobalt"),
}
"""Commands whose argument is a country, with options that make their answers short."""


def test_the_list_of_commands_about_a_country_is_whole():
    assert set(SAME) == {name for name, p in parameters("--of").items() if p.also}


@pytest.mark.parametrize("name", others_long(SAME, 3))
def test_of_is_the_same_as_the_argument(graphkit, name):
    place, *rest = SAME[name]

    assert graphkit(name, "--of", place, *rest) == graphkit(name, place, *rest)
    both = graphkit(name, place, "--of", "JPN", *rest)
    assert both == (2, "", Naming("COUNTRY … twice … argument … --of"))


def test_of_may_be_repeated_as_the_argument_may(graphkit):
    rest = ("--for", "ree-metals", "-f", "csv")

    several = graphkit("suppliers", "--of", "KOR", "--of", "JPN", *rest)
    assert several == graphkit("suppliers", "KOR", "JPN", *rest)


@pytest.mark.parametrize("name", ["depends", "dependents", "suppliers", "origins"])
def test_a_country_that_is_needed_is_asked_for(graphkit, name):
    assert graphkit(name) == (2, "", Naming(f"'COUNTRY...' … 'graphkit {name} --help'"))


# --- other words


def test_an_option_that_a_command_has_not_is_refused(graphkit):
    assert "no such option: --colour" in graphkit("claims", "--colour", "red").err
    assert "no such option: --by" in graphkit("concentration", "--by", "stage").err


def test_an_argument_of_a_command_that_takes_none_is_refused(graphkit):
    assert graphkit("flows", "asdf") == (2, "", Naming("flows --help"))


# --- help


def commands() -> Iterator[str]:
    """The name of every command and group."""

    def walk(group: Any, words: tuple[str, ...]) -> Iterator[str]:
        for name, command in group.commands.items():
            yield " ".join((*words, name))
            yield from walk(command, (*words, name)) if hasattr(command, "commands") else ()

    yield from walk(typer.main.get_command(app.command_line()), ())


@pytest.mark.parametrize("name", [*commands()])
def test_a_help_has_at_most_48_lines_and_three_examples(graphkit, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    shown = graphkit(*name.split(), "--help").out

    assert len(shown.splitlines()) <= LINES
    examples = shown.partition("Examples:\n")[2].partition("\n\n")[0]
    assert len(re.findall(r"(?m)^ {4}\S", examples)) <= 3
    assert graphkit("help", *name.split()).out == shown


@pytest.mark.parametrize("topic", TOPICS)
def test_what_commands_have_in_common_is_a_topic_of_the_help(graphkit, monkeypatch, topic):
    monkeypatch.setenv("COLUMNS", "80")
    shown = graphkit("help", topic)

    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert len(shown.out.splitlines()) <= LINES
    assert f"  {topic}" in graphkit("help").out


def test_every_pointer_of_a_help_leads_somewhere(graphkit):
    pointers = {
        pointer
        for name in commands()
        for pointer in re.findall(r"'graphkit (help \w+)'", " ".join(
            graphkit(*name.split(), "--help").out.split()
        ))
    }  # fmt: skip

    assert pointers == {f"help {topic}" for topic in TOPICS}


def test_an_unknown_topic_is_refused_with_those_there_are(graphkit):
    wanted = Naming(
        "help … 'colours' … names, words, terms, periods, formats, own, databases … command"
    )
    assert graphkit("help", "colours") == (2, "", wanted)


@pytest.mark.parametrize("name", [verb.name for verb in VERBS])
def test_columns_are_explained_without_a_question(graphkit, name):
    shown = graphkit(*name.split(), "--help-columns")

    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines()[0] == Naming("Columns … JSON and CSV")
    assert shown.out.splitlines()[0] not in graphkit(*name.split(), "--help").out


def test_long_helps_of_fields_stay_for_addresses_and_tools():
    fields: Mapping[str, Parameter] = parameters("--for")

    assert "product:gallium" in fields["depends"].described
    assert "product:gallium" not in fields["depends"].help


OWN_MEANING = {
    "--by": ("owners", "companies"),  # companies or seats as rows, instead of value or mass
    "--on": ("unknowns",),  # takes one country, no group
    "--substitution": ("criticality",),  # the index of the EU's method, no share of needs
    "COUNTRY": ("leverage", "cascade"),  # take one country or group, not several side by side
}
"""Options that mean something else in some questions, by those."""


def test_an_option_has_one_help_in_all_questions():
    helps: dict[tuple[str, bool], set[str]] = {}
    for verb in VERBS:
        for parameter in verb.parameters:
            option = parameter.option or parameter.metavar.strip("[].")
            own = verb.name in OWN_MEANING.get(option, ())
            helps.setdefault((option, own), set()).add(parameter.help)

    assert {option: texts for option, texts in helps.items() if len(texts) > 1} == {}
    assert {option for option, own in helps if own} == {*OWN_MEANING}
