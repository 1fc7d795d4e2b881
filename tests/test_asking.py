"""Questions in words: what they mention, the commands that they mean, and what is no question."""

from __future__ import annotations

import csv
import random
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphkit.asking.ask import Reading, reading
from graphkit.asking.sentence import read
from graphkit.asking.vocabulary import demonyms, vocabulary
from graphkit.catalog.catalog import Catalog
from graphkit.cli import app
from graphkit.names import in_other_languages
from graphkit.stores.duck.store import DuckStore

ASKED = list(
    csv.DictReader((Path(__file__).parent / "asked.csv").read_text(encoding="utf-8").splitlines())
)
DEAD_ENDS = list(
    csv.DictReader(
        (Path(__file__).parent / "dead_ends.csv").read_text(encoding="utf-8").splitlines()
    )
)
COMMANDS = (*app.QUESTIONS, *app.OTHERS)


@pytest.fixture(scope="module")
def catalog(sliced_file: Path) -> Iterator[Catalog]:
    with DuckStore(sliced_file) as store:
        yield Catalog(store)


@pytest.fixture
def shell(capsys, monkeypatch, sliced_file: Path) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in this process; its exit code, stdout and stderr."""
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = app.run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def written(question: Reading) -> list[str]:
    return [str(command).removeprefix("graphkit ") for command in question.meant]


@pytest.mark.parametrize("row", ASKED, ids=[row["question"] for row in ASKED])
def test_a_question_as_people_type_it_is_read_as_what_they_mean(catalog, row):
    question = reading(catalog, row["question"])
    first = [row["means"]] if row["means"] else []
    others = row["or"].split(" | ") if row["or"] else []

    assert written(question) == [*first, *others]
    assert question.is_sure == bool(first)
    assert question.sentence.unread == (row["unread"].split(",") if row["unread"] else [])


def test_a_country_and_a_mineral_are_read_by_their_names_in_every_language(catalog):
    """Of two countries that are called Congo alone, minerals are traded by Congo (Kinshasa)."""
    mineral = in_other_languages("Element")["Li"][0]
    wrong = []
    for key, names in in_other_languages("Country").items():
        for name in names if catalog.places.named(key) else ():
            sentence = read(catalog, f"{mineral} {name}")
            places = [place.key for place in sentence.places]
            if places != [{"Congo": "COD"}.get(name, key)] or sentence.goods != [mineral]:
                wrong.append((key, name, sentence))

    assert wrong == []


@pytest.mark.parametrize("seed", range(200))
def test_a_typo_of_a_command_is_no_question(shell, seed):
    chance = random.Random(seed)
    name = chance.choice([name for name in COMMANDS if len(name) > 5])
    place = chance.randrange(1, len(name) - 1)
    swapped = name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    typo = chance.choice([name[:place] + name[place + 1 :], swapped])
    if typo in COMMANDS or typo in vocabulary():
        pytest.skip("it is a word")

    code, out, err = shell(typo, "KOR")

    assert (code, out) == (2, "")
    assert err.startswith(f"graphkit: no such command {typo!r}. Did you mean ")


def test_the_answer_is_that_of_the_command_which_is_shown(shell):
    code, out, err = shell("korea", "magnets", "--format", "json")
    command, other = err.splitlines()
    again = shell(*shlex.split(command)[2:], "--format", "json")

    assert (code, command) == (0, "= graphkit depends KOR --for magnets")
    assert other == "or graphkit dependents KOR --for magnets"
    assert again == (0, out, "")


@pytest.mark.parametrize(("text", "understood", "near"), [
    ("korea oil", "not read: 'oil'; understood South Korea (KOR)", ["graphkit show KOR"]),
    ("opec cobalt", "not read: 'opec'; understood cobalt (Co)", ["graphkit show cobalt"]),
    ("2019", "understood 2019; wanted a country", []),
    ("korea without china", "it may mean",
     ["graphkit disrupt CHN --of KOR", "graphkit diversify KOR --exclude CHN"]),
    ("rare earths without china", "it may mean", ["graphkit disrupt CHN --for 'rare earths'"]),
])  # fmt: skip
def test_what_is_not_read_or_may_mean_several_things_is_not_answered(shell, text, understood, near):
    code, out, err = shell(*text.split())

    assert (code, out) == (2, "")
    assert understood in err
    assert [line.strip() for line in err.splitlines() if "  graphkit " in line][: len(near)] == near


@pytest.mark.parametrize("text", ["asdf", "lithum", "Ünsinn", "", "-", "x" * 3000])
def test_words_that_name_nothing_are_no_question(shell, text):
    code, out, err = shell(text)

    assert (code, out) == (2, "")
    assert len(err.splitlines()) <= 1 or "Usage" in err


def test_the_order_of_two_countries_tells_who_buys_unless_words_do(catalog):
    sides = {
        "korea china magnets": "depends KOR --on CHN --for magnets",
        "magnets from china to korea": "depends KOR --on CHN --for magnets",
        "does china sell korea magnets": "depends KOR --on CHN --for magnets",
        "chinese magnets to korea": "depends KOR --on CHN --for magnets",
        "korea versus china magnets": "depends KOR,CHN --for magnets",
        "china stops magnets, korea": "disrupt CHN --for magnets --of KOR",
        "magnets china japan trend": "trend CHN --for magnets --on JPN",
    }

    assert {text: written(reading(catalog, text))[0] for text in sides} == sides


def test_no_word_of_questions_hides_an_english_name(catalog):
    """As long a phrase as a name is read first; ``mine`` and ``refined`` name stages too."""
    names = (
        *(("Country", row) for row in catalog.nodes("Country").to_pylist()),
        *(("Element", row) for row in catalog.nodes("Element").to_pylist()),
        *(("Product", row) for row in catalog.nodes("Product").to_pylist()),
    )
    hidden = [row["name"] for _, row in names if row["name"].casefold() in vocabulary()]

    assert hidden == []


def test_every_word_for_what_is_a_countrys_names_a_place_of_the_graph(catalog):
    unknown = {key for key in demonyms().values() if catalog.places.named(key) is None}

    assert unknown == set()


@pytest.mark.parametrize("row", DEAD_ENDS, ids=[row["typed"] for row in DEAD_ENDS])
def test_a_name_in_a_wrong_place_leads_to_the_command_that_was_meant(shell, row):
    code, out, err = shell(*shlex.split(row["typed"]))

    if row["runs"]:
        assert code in (0, 1)  # 1: the slice has no such trade
        assert err.splitlines()[0] == f"= graphkit {row['runs']}"
    else:
        assert (code in (1, 2), out) == (True, "")
        assert row["tells"] in err
        assert not err.startswith("= ")


@pytest.mark.parametrize(("command", "text", "usual"), [
    ("disrupt CHN --for magnets --loss", "80%", "0.8"),
    ("diversify KOR --for magnets --max-share", "50 %", "0.5"),
    ("dependents CHN --for magnets --min-share", "12.5%", "0.125"),
    ("depends KOR --for magnets --period", "last", "latest"),
])  # fmt: skip
def test_percent_of_a_share_and_words_for_the_latest_are_read(shell, command, text, usual):
    assert shell(*command.split(), text) == shell(*command.split(), usual)


@pytest.mark.parametrize("text", ["%", "1000%", "80%%", "-5%", "x", "80 per cent"])
def test_what_is_no_share_is_refused(shell, text):
    code, out, err = shell("disrupt", "CHN", "--for", "magnets", f"--loss={text}")

    assert (code, out) == (2, "")
    assert "--loss" in err
