"""One word for one thing: options, fields and parameters that mean the same, and former ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from long_cases import others_long
from saying import Naming

from graphkit.api import Session
from graphkit.brief.brief import BRIEF
from graphkit.cli import app
from graphkit.cli.topics import TOPICS
from graphkit.errors import UsageError
from graphkit.mcp.tools import read_arguments
from graphkit.mcp.work import VERB
from graphkit.verbs.addresses import read_values
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.registry import FORMER_NAMES, VERBS
from graphkit.verbs.shared import COUNTED_IN
from graphkit.verbs.verb import Verb

FOLDER = Path(__file__).parents[1]
FORMER = [(verb, old, new) for verb in VERBS for old, new in verb.former.items()]
IDS = [f"{verb.name} {old}" for verb, old, _ in FORMER]
NAMES = [(path, old, new) for path, names in FORMER_NAMES.items() for old, new in names.items()]
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
        allowed = ("company", "seat") if name == "owners" else COUNTED_IN
        assert (parameter.name, parameter.allowed) == ("by", allowed)


def test_on_is_always_a_country():
    for parameter in parameters("--on").values():
        assert (parameter.name, parameter.type) == ("on", "places")


def test_for_is_always_the_scope_and_no_argument_but_of_a_question_on_a_material_alone():
    assert {p.name for p in parameters("--for").values()} == {"scope"}
    words = {p.metavar for verb in VERBS for p in verb.parameters if not p.option}
    about = {p.metavar: name for name, p in parameters("--for").items() if not p.option}
    assert about == {"MATERIAL...": "uses"}
    assert words == {"COUNTRY...", "[COUNTRY]...", "[COUNTRY]", "BEFORE", "AFTER", "NAME", *about}


def test_every_question_about_a_country_takes_of():
    without = {verb.name for verb in (*VERBS, BRIEF)} - set(parameters("--of"))

    assert without == {"criticality", "network", "centrality", "plant", "company"}
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


# --- former words


def typed(verb: Verb, old: str) -> list[str]:
    """A command line with a former option or argument."""
    if not old.startswith("-"):
        return [*verb.name.split(), "cobalt", "nickel"]
    value = [] if " " in old else ["KOR"]
    return [*verb.name.split(), *old.split(), *value]


@pytest.mark.parametrize(("verb", "old", "new"), FORMER, ids=IDS)
def test_a_former_option_is_refused_with_the_new_one(graphkit, verb, old, new):
    told = f"{old} is now {new}"
    if not old.startswith("-"):
        told = f"{verb.name} takes {new}: graphkit {verb.name} {new} cobalt,nickel"

    assert graphkit(*typed(verb, old)) == (2, "", f"graphkit: {told}\n")
    joined = [word.replace(old, old.replace(" ", "=")) for word in [" ".join(typed(verb, old))]]
    assert graphkit(*joined[0].split()) == (2, "", f"graphkit: {told}\n")


@pytest.mark.parametrize(("verb", "old", "new"), FORMER, ids=IDS)
def test_the_new_option_is_one_of_the_command(verb, old, new):
    option, _, choice = new.partition(" ")
    parameter = next(p for p in verb.parameters if option in (p.option, p.also))

    assert not choice or choice in parameter.allowed
    assert old.partition(" ")[0] not in {p.option for p in verb.parameters}


@pytest.mark.parametrize(("verb", "old", "new"), FORMER, ids=IDS)
def test_a_former_field_is_refused_by_addresses_and_tools(verb, old, new):
    name, _, value = old.removeprefix("--").lower().partition(" ")
    wanted = f"{name}={value}" if value else name
    told = f"{re.escape(wanted)} is now {verb.now(name, value)}"

    with pytest.raises(UsageError, match=told):
        read_values(verb, [(name, value or "KOR")])
    tool = next(tool for tool, each in VERB.items() if each is verb)
    with pytest.raises(UsageError, match=told):
        read_arguments(tool, {name: value or "KOR"})


def test_fields_are_the_options_without_dashes():
    told = {f"{verb.name} {old}": verb.now(*old.removeprefix("--").lower().split())
            for verb, old, _ in FORMER}  # fmt: skip

    assert told["claims --about"] == "of"
    assert told["prices WHAT"] == "for"
    assert told["concentration --by consumer"] == "each=true"
    assert told["concentration --by stage"] == "sort=stage"


@pytest.mark.parametrize(("path", "old", "new"), NAMES)
def test_a_former_name_in_python_is_refused_with_the_new_one(sliced, path, old, new):
    name = path.partition(".")[2]
    if old == "*":
        with pytest.raises(TypeError, match=re.escape(f"{name} takes {new}: {name}({new}='Ga')")):
            getattr(sliced, name)("Ga")
        return
    with pytest.raises(TypeError, match=re.escape(f"{name}: {old} is now {new}")):
        getattr(sliced, name)(**{old: "usd"})


def test_the_network_of_a_session_counts_by(sliced):
    with pytest.raises(TypeError, match=r"supply_network: measure .*by"):
        sliced.supply_network("magnets", measure="usd")


@pytest.mark.parametrize("path", FORMER_NAMES)
def test_no_function_takes_a_former_name(path):
    import inspect

    module, _, name = path.partition(".")
    function = getattr(import_module(f"graphkit.questions.{module}"), name)

    assert not set(FORMER_NAMES[path]) & set(inspect.signature(function).parameters)


def test_an_option_that_never_was_is_not_called_former(graphkit):
    assert "no such option: --colour" in graphkit("claims", "--colour", "red").err
    assert "no such option: --by" in graphkit("concentration", "--by", "colour").err


def table_of_changes() -> list[str]:
    """The rows of the changelog's table of old and new words."""
    text = (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    return [row for row in text.splitlines() if row.startswith("  | `")]


@pytest.mark.parametrize(
    ("verb", "old", "new"), FORMER, ids=lambda part: getattr(part, "name", part)
)
def test_the_table_of_changes_has_a_former_word(verb, old, new):
    rows = [row for row in table_of_changes() if f"`{verb.name}`" in row.split("|")[1]]

    assert old.split()[0].lower() in "\n".join(rows) or not old.startswith("-")
    assert new in "\n".join(rows)


@pytest.mark.parametrize(
    ("path", "old"), [(path, old) for path, names in FORMER_NAMES.items() for old in names]
)
def test_the_table_of_changes_has_a_former_name_in_python(path, old):
    assert old == "*" or f"`{old}" in "\n".join(table_of_changes())


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
    wanted = Naming("help … 'colours' … names, periods, formats, own, databases … command")
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


@pytest.fixture(scope="module")
def sliced(sliced_file: Path) -> Iterator[Session]:
    """The slice of the shipped facts."""
    from graphkit.stores.duck.store import DuckStore

    with DuckStore(sliced_file) as store:
        yield Session(store)
