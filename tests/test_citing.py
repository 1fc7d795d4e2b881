"""Citations of answers: the id asks the same question, and says what became of the answer."""

from __future__ import annotations

import io
import pickle
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl

import pytest
from explorers import VIEWS
from long_cases import others_long
from saying import unsaid
from seed_texts import SMALL, write_seeds
from test_own import FLOWS, OWN
from written_seeds import write_files

from graphkit._version import METHOD
from graphkit.answers.citation_id import DIGITS, PREFIX, CitationId, _checksum, ids_in
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.cli import app
from graphkit.database import open_database
from graphkit.errors import UsageError
from graphkit.questions.addresses import by_path, pairs_of, path_of, read_values
from graphkit.questions.claims.citing import cite
from graphkit.questions.question import Question, prepare
from graphkit.questions.registry import VERBS
from graphkit.render.citation import Outcome, figures
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

ASKED = [v.removeprefix("ask=").replace("&", "?", 1) for v in VIEWS.values() if "ask=" in v][:-1]
"""Addresses of questions of every view; the last is an error."""
TABLE = """\
kind: Source
rows:
  - {key: customs, title: Reference, publisher: A ministry, licence: public domain}
  - {key: table, title: Trade, publisher: An office, licence: public domain, version: V%d}
"""
TRADE = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: test, source: table}
rows:
  - {exporter: CHN, importer: KOR, period: 2024, usd: 800}
  - {exporter: JPN, importer: KOR, period: 2024, usd: 200}
"""
LESS = TRADE.replace("usd: 800", "usd: 600")
METHODS = Path(__file__).parent / "data" / "citations.txt"
"""Citations of answers to small seeds; `python tests/test_citing.py` writes them."""
SMALL_QUESTIONS = (
    "depends?country=KOR&for=ree-metals&period=2024", "suppliers?country=KOR&period=2024",
    "dependents?country=CHN&period=2024", "flows?for=ree-metals&period=2024",
    "concentration?for=ree-metals&period=2024&each=true", "trend?country=KOR&for=ree-metals",
    "disrupt?who=CHN&for=ree-metals&period=2024&loss=0.5",
    "prices?for=ree-metals&period=2024", "diversify?country=KOR&for=ree-metals&period=2024&by=usd",
    "centrality?for=ree-metals&period=2024", "spof?country=KOR&for=ree-metals&period=2024",
)  # fmt: skip


def question_at(address: str) -> Question:
    path, _, fields = address.partition("?")
    return prepare(by_path()[path], read_values(by_path()[path], parse_qsl(fields)), "json")


@pytest.fixture(scope="module")
def sliced(sliced_file: Path) -> Iterator[Session]:
    with Session(DuckStore(sliced_file)) as graph:
        yield graph


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Session]]:
    """Loads the small seeds, whose trade has a source of its own, with changes, each once."""
    sessions: dict[str, Session] = {}
    folder = tmp_path_factory.mktemp("graphs")

    def load(version: int = 1, **changes: str | None) -> Session:
        files = {"sources.yaml": TABLE % version, "trade.yaml": TRADE}
        files |= {f"{name}.yaml": text for name, text in changes.items()}
        if str(files) not in sessions:
            name = str(len(sessions))
            store = DuckStore(folder / f"{name}.duckdb")
            store.load(build_graph(read_seeds(write_seeds(folder / name, files))))
            sessions[str(files)] = Session(store)
        return sessions[str(files)]

    yield load
    for session in sessions.values():
        session.close()


def place_of(session: Session) -> str:
    assert isinstance(session.store, DuckStore)
    return str(session.store.path)


def id_of(session: Session, **values: object) -> str:
    text = session.depends("KOR", **{"on": "CHN", "period": 2024, **values}).cite()
    return text.split()[-1]


@pytest.mark.parametrize("address", others_long(ASKED, 3))
def test_a_citation_holds_right_after_it_was_made(address, sliced):
    citation = cite(sliced.catalog, question_at(address))
    check = sliced.recheck(str(citation.id))

    assert (check.outcome, check.now) == (Outcome.HOLDS, citation.answer.headline)
    assert check.command == citation.command
    assert citation.id == CitationId.read(str(citation.id))
    assert len(str(citation.id)) < 480


@pytest.mark.long
@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb.name != "mirror"], ids=lambda verb: path_of(verb)
)
def test_the_citations_of_all_examples_hold(verb, tmp_path, capsys):
    for example in verb.examples:
        example = example.partition(" --format")[0]
        code = app.run(["cite", *shlex.split(example), "-o", str(tmp_path / "cited.txt")])
        assert (code, app.run(["recheck", str(tmp_path / "cited.txt")])) == (0, 0), example
        assert capsys.readouterr().out.startswith("holds: ")


@pytest.mark.long
def test_what_both_sides_report_is_cited(graph):
    row = TRADE.splitlines(keepends=True)[3].replace("usd: 800", "usd: 700")
    both = TRADE + row.replace("}", ", reporter: exporter, dataset: exporters}")
    session = graph(trade=both)
    cited = session.mirror("KOR", period=2024).cite().split()[-1]

    assert session.recheck(cited).outcome == Outcome.HOLDS


@pytest.mark.parametrize("address", ASKED)
def test_a_question_is_read_back_from_its_address(address):
    question = question_at(address)
    verb, pairs = pairs_of(question.name, question.arguments)

    assert prepare(verb, read_values(verb, pairs), "json") == question


@pytest.mark.long
def test_names_of_places_and_the_newest_period_have_one_id(graph):
    session = graph()
    ids = {
        id_of(session), id_of(session, on="china"), id_of(session, on="CN", period="latest"),
        id_of(session, period=None, on=["China"]),
    }  # fmt: skip

    assert len(ids) == 1
    assert CitationId.read(ids.pop()).question == "depends?country=KOR&on=CHN&period=2024"


def test_the_text_has_the_question_the_digest_and_each_source(graph):
    text = graph().depends("korea", on="CHN", period=2024).cite()

    assert text.splitlines()[1] == "Question: graphkit depends KOR --on CHN --period 2024"
    assert f"(method {METHOD}, facts " in text
    assert "- An office, Trade, V1, licence: public domain." in text
    assert f"graphkit recheck {PREFIX}" in text


def test_an_edited_figure_has_moved_because_of_its_source(graph):
    cited = id_of(graph())
    changed = graph(2, trade=LESS)
    check = changed.recheck(cited)

    assert check.outcome == Outcome.MOVED
    assert unsaid(check.because, "facts … table (V2)") == []
    assert [(then, now, round(size, 4)) for then, now, size in check.changes] == [
        ("80 %", "75 %", -0.05), ("800", "600", -0.25),
    ]  # fmt: skip
    assert check.size == 0.25
    assert "\n  80 % then, 75 % now (-5 points)\n" in str(check)
    assert "\n  800 then, 600 now (-25 %)\n" in str(check)


@pytest.mark.long
def test_a_new_edition_with_the_same_figures_holds(graph):
    assert graph(2).recheck(id_of(graph())).outcome == Outcome.HOLDS


@pytest.mark.long
def test_own_facts_on_top_do_not_move_it_and_are_marked_where_they_are_named(graph, tmp_path):
    base = graph()
    own = write_files(tmp_path / "mine", OWN | {"flows.yaml": FLOWS.replace("NOR", "CHN")})
    with Session(open_database(place_of(base), with_=str(own))) as session:
        check = session.recheck(id_of(base))
        own_text = session.suppliers("KOR", dataset="mine").cite()

    assert check.outcome == Outcome.HOLDS
    assert "- Me, Notes, own facts, licence: not stated." in own_text


@pytest.mark.long
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trade": None}, "no imports of South Korea"),
        (
            {
                "countries": SMALL["countries.yaml"].replace("CHN, name: China, iso2: CN",
                                                             "TWN, name: Taiwan, iso2: TW"),
                "trade": TRADE.replace("CHN", "TWN"),
            },
            "country … 'CHN'",
        ),
    ],
)  # fmt: skip
def test_what_the_data_lack_cannot_be_told_any_more(graph, changes, reason):
    check = graph(**changes).recheck(id_of(graph()))

    assert (check.outcome, check.now) == (Outcome.UNKNOWN, "")
    assert unsaid(check.because, reason) == []


def test_another_method_is_told(graph):
    session = graph()
    cited = CitationId.read(id_of(session))
    check = session.recheck(str(replace(cited, method=METHOD + 1)))

    assert check.outcome == Outcome.METHOD_CHANGED
    methods = (f"{METHOD} now", f"{METHOD + 1} then")
    assert unsaid(check.because, "method", *methods, "figures … same") == []


def test_a_reworded_sentence_holds_with_the_same_figures_from_the_same_sources(graph):
    session = graph()
    cited = CitationId.read(id_of(session))
    words = replace(cited, sentence=cited.sentence.replace("sold", "shipped"))

    assert session.recheck(str(words)).outcome == Outcome.HOLDS
    moved = replace(words, sentence=words.sentence.replace("80", "81"))
    check = session.recheck(str(moved))
    assert check.outcome == Outcome.MOVED
    assert unsaid(check.because, "counting", "facts … same") == []


def test_a_question_that_is_not_there_any_more_cannot_be_told(graph):
    session = graph()
    cited = replace(CitationId.read(id_of(session)), question="ranking?country=KOR")

    assert "has no question 'ranking'" in session.recheck(str(cited)).because


@pytest.mark.parametrize("place", [3, 20, 60, -1])
def test_a_flipped_character_is_refused(graph, place):
    session = graph()
    cited = id_of(session)
    letters = list(cited)
    letters[place] = "x" if letters[place] != "x" else "y"
    with pytest.raises(UsageError, match=r"^the id gk1\.\.\..{5} is damaged"):
        session.recheck("".join(letters))


@pytest.mark.parametrize(
    "text",
    ["", "10.5281/zenodo.1234567", "gk1", "gk1" + "é" * 60, "gk2" + "a" * 90, "gk1" + "a" * 30_000],
    ids=lambda text: text[:20],
)
def test_what_is_no_id_is_refused_in_one_line(sliced, text):
    with pytest.raises(UsageError, match=r"^found .* id .*: gk1") as fault:
        sliced.recheck(text)
    assert len(str(fault.value)) < 150


@pytest.mark.parametrize("seed", range(20))
def test_what_somebody_made_by_hand_is_read_or_refused(seed, sliced):
    content = Random(seed).randbytes(Random(seed).randrange(60))
    number = int.from_bytes(b"\1" + _checksum(content) + content, "big")
    letters = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        letters = DIGITS[digit] + letters
    with pytest.raises(UsageError, match=r"\bid\b"):
        sliced.recheck(PREFIX + letters)


def test_what_a_terminal_would_obey_is_shown(sliced):
    hostile = CitationId("depends?country=\x1b[2J", "\x1b[31mAll.", METHOD, bytes(4), frozenset())

    assert "\x1b" not in str(sliced.recheck(str(hostile)))


def test_an_answer_travels_without_its_database(graph):
    answer = graph().depends("KOR", period=2024)
    copy = pickle.loads(pickle.dumps(answer))

    assert copy.rows == answer.rows
    assert "graphkit recheck" not in copy.cite()


def test_an_id_that_goes_over_lines_is_found_in_a_text(graph):
    cited = id_of(graph())
    lines = "\n  ".join(cited[at : at + 40] for at in range(0, len(cited), 40))
    damaged = cited[:-1] + ("x" if cited[-1] != "x" else "y")
    found = list(ids_in(f"As {lines}\nsays ({cited}), or {damaged}.\n"))

    assert [str(one) for _, one in found[:2]] == [cited, cited]
    assert [line for line, _ in found] == [1, found[1][0], found[1][0]]
    assert isinstance(found[2][1], UsageError)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("China made 270,000 t (REO) of it in 2025, after 140,000 t in 2020.", "270,000|140,000"),
        ("It rose from 357.9 k USD in 1995 to 9.7 M USD in 2024-Q1.", "357.9 k|9.7 M"),
        ("Between 29 and 71 % of 41 %; 2,024 t.", "29|71 %|41 %|2,024"),
    ],
)
def test_years_are_no_figures(sentence, expected):
    assert figures(sentence) == expected.split("|")


def test_the_command_cites_and_rechecks_a_file(graph, tmp_path, capsys, monkeypatch):
    old, new = (["--db", place_of(session)] for session in (graph(), graph(2, trade=LESS)))
    for question in ("depends KOR --on CHN", "suppliers KOR"):
        assert app.run(["cite", *question.split(), "--period", "2024", *old]) == 0
    paper = capsys.readouterr().out
    (tmp_path / "paper.txt").write_text(paper, encoding="utf-8")

    assert app.run(["recheck", str(tmp_path / "paper.txt"), *old]) == 0
    assert capsys.readouterr().out.endswith("\n2 citations: 2 hold\n")
    assert app.run(["recheck", str(tmp_path / "paper.txt"), *new]) == 3
    out = capsys.readouterr().out
    assert out.startswith("moved: ")
    assert unsaid(out, "facts … table (V2)") == []
    monkeypatch.setattr(sys, "stdin", io.StringIO(paper.replace("recheck gk1", "recheck gk1x")))
    assert app.run(["recheck", "-", *old]) == 3
    assert "line 5: the id gk1..." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("cite ranks KOR", 2, "'ranks' … question … depends"),
        ("cite depends KOR --top 3", 2, "--top … tables and pictures"),
        ("cite depends KOR --frm x", 2, "option: --frm"),
        ("cite depends KOR --format ris", 2, "'ris' … text, bibtex"),
        ("cite depends Koreaa", 2, "'Koreaa' … South Korea (KOR)"),
        ("recheck nothing.txt", 2, "'nothing.txt' … id of a citation"),
        ("recheck /", 1, "/: … a folder … a file"),
    ],
)
def test_what_cannot_be_cited_is_one_line(sliced_file, capsys, words, code, message):
    assert app.run([*words.split(), "--db", str(sliced_file)]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert unsaid(err, message) == []


def test_the_methods_give_the_figures_that_they_gave(tmp_path):
    """If they should give others, raise METHOD and write the citations anew."""
    with small(tmp_path) as session:
        checks = [session.recheck(id) for id in METHODS.read_text("utf-8").split()]

    assert len(checks) == len(SMALL_QUESTIONS)
    assert [str(check) for check in checks if check.outcome != Outcome.HOLDS] == []


def small(folder: Path) -> Session:
    store = DuckStore(folder / "small.duckdb")
    store.load(build_graph(read_seeds(write_seeds(folder / "seeds"))))
    return Session(store)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, small(Path(folder)) as session:
        ids = [cite(session.catalog, question_at(address)).id for address in SMALL_QUESTIONS]
        METHODS.write_text("".join(f"{id}\n" for id in ids), encoding="utf-8")
