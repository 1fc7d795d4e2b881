"""Headlines of all verbs, read by a checker that finds each figure again in the rows."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from chance import SEED
from claim_checker import LONGEST, check, form
from long_cases import others_long
from random_seeds import random_facts
from saying import unsaid, words_around
from test_published import METALS
from written_seeds import market, plain, write_files

import graphkit
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Sentence
from graphkit.answers.terms import Material, Terms
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError
from graphkit.questions.question import first_line
from graphkit.questions.registry import PARAMETERS, QUESTIONS
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

WORLDS = int(os.environ.get("TESTS_HEADLINE_WORLDS", "3"))
"""Number of random graphs: half of them markets, half seeds of every kind."""
Asked = tuple[str, tuple[Any, ...], dict[str, Any]]


def questions(products: tuple[str, ...], places: tuple[str, ...]) -> Iterator[Asked]:
    """List questions of every verb on some goods and countries."""
    buyer, seller, third = places[:3]
    goods = products[-1]
    every: dict[str, Any] = {}
    for scope in (every, {"scope": goods}, {"scope": products[1]}):
        yield "depends", (buyer,), scope
        yield "depends", (buyer,), {"on": seller, **scope}
        yield "suppliers", (buyer,), scope
        yield "dependents", (seller,), scope
        yield "origins", (buyer,), {"largest": True, **scope}
        yield "origins", (buyer,), {"on": seller, **scope}
        yield "origins", (buyer,), scope
        yield "origins", (buyer,), {"chain": "face-value", **scope}
        yield "spof", (buyer,), scope
        yield "spof", (), scope
        yield "spof", (buyer,), {"definition": "structural", **scope}
        yield "spof", (), {"definition": "structural", **scope}
        yield "spof", (), {"definition": "domestic", **scope}
        yield "disrupt", (seller,), {"loss": 0.8, **scope}
        yield "stocks", (seller,), {"stock_days": 30, "restart": 5, **scope}
        yield "cascade", (seller,), scope
        yield "leverage", (buyer, seller), scope
        yield "control_effects", (seller,), scope
        yield "concentration", (), scope
        yield "concentration", (buyer,), scope
        yield "reliance", (buyer,), scope
        yield "reliance", (), scope
        yield "n_minus_1", (), scope
        yield "diversify", (buyer,), {"date": "2025-01-01", **scope}
        yield "diversify", (buyer,), {"date": "2025-01-01", "slack": 0.1, "by": "usd", **scope}
        yield "flows", (), scope
        yield "network", (), scope
        yield "centrality", (), scope
        yield "trend", (buyer,), scope
        yield "trend", (seller,), {"partner": "consumer", **scope}
        yield "trend", (buyer,), {"on": seller, **scope}
        yield "production_trend", (), scope
        yield "production_trend", (seller,), scope
        yield "compare", ("2023", "2024"), {"of": buyer, **scope}
        yield "compare", ("2023", "2024"), {"of": buyer, "on": seller, **scope}
        yield "controls", (), scope
        yield "uses", (goods,), {}
        yield "plants", (), scope
        yield "plants", (buyer,), scope
        yield "owners", (), scope
        yield "owners", (buyer,), {"by": "seat", **scope}
        yield "companies", (), scope
        yield "owners", (seller,), {"view": "control", **scope}
        yield "spof", (buyer,), {"level": "plant", "possible": True, **scope}
        yield "spof", (), {"level": "company", "possible": True, **scope}
        yield "spof", (buyer,), {"level": "controller", **scope}
        yield "disrupt", (f"seat:{seller}",), {"loss": 0.5, **scope}
        yield "claims", (), scope
        yield "claims_check", (), scope
        yield "claims_conflicts", (), scope
        yield "mirror", (), scope
    yield "origins", (buyer,), {"scope": goods, "without": seller}
    yield "spof", (), {"scope": goods, "each": True, "possible": True}
    yield "spof", (buyer,), {"scope": goods, "definition": "structural",
                                      "blocs": [f"{seller}+{third}", third]}  # fmt: skip
    yield "disrupt", (seller,), {"scope": goods, "of": buyer}
    yield "disrupt", (seller,), {"scope": goods, "by": "tonnes", "top": 2}
    yield "concentration", (), {"scope": goods, "each": True}
    yield "flows", (), {"scope": goods, "by": "tonnes", "of": buyer}
    yield "network", (), {"scope": goods, "by": "tonnes", "expand": [buyer]}
    yield "centrality", (), {"scope": goods, "over_time": True}
    yield "layered_centrality", (), {"scope": goods}
    yield "controls", (), {"date": "2024-06-30"}
    yield "targets", (buyer,), {}
    yield "unknowns", (buyer,), {"scope": goods}
    yield "unknowns", (), {"scope": goods}
    for name in ("Mutanda Mine", "glencore", "korea", "EU27", "dysprosium", "magnets", "mofcom"):
        yield "show", (name,), {}
    yield "criticality", (), {}
    yield "prices", (), {"scope": goods}
    yield "prices", (), {"scope": products[1], "of": buyer}
    yield "claims", (), {"of": buyer}
    yield "claims_check", (), {"of": buyer}


def told(session: Session, asked: Asked) -> Answer | None:
    """Ask a question; None of one that has no answer."""
    name, given, more = asked
    try:
        return getattr(session, name)(*given, **more)
    except GraphkitError:
        return None


def names_of(session: Session) -> dict[str, str]:
    """Names of all countries and areas."""
    nodes = (session.catalog.nodes(kind).to_pylist() for kind in ("Country", "Area"))
    return {row["key"]: row["name"] for rows in nodes for row in rows}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Session]:
    """A function that loads the random graph of a number."""
    folder = tmp_path_factory.mktemp("headlines")

    def graph(seed: int) -> Session:
        if seed % 2:
            facts = random_facts(folder / f"{seed}", Random(SEED + seed), one_series=seed % 4 == 1)
        else:
            facts = read_seeds(write_files(folder / f"{seed}", plain(market(Random(SEED + seed)))))
        with DuckStore(folder / f"{seed}.duckdb") as store:
            store.load(build_graph(facts))
        return graphkit.open(str(folder / f"{seed}.duckdb"))

    return graph


SCOPES = {
    0: (("ore", "alloy", "magnet"), ("KOR", "CHN", "JPN")),
    1: (("rare-earth-ore", "dy-oxide", "ree-metals"), ("KOR", "CHN", "JPN")),
}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(WORLDS))
def test_headlines_of_all_verbs_are_true_on_random_graphs(opened, seed):
    with opened(seed) as session:
        names = names_of(session)
        for asked in questions(*SCOPES[seed % 2]):
            if answer := told(session, asked):
                try:
                    check(asked[0], answer, names)
                except AssertionError as error:
                    raise AssertionError(f"{asked}: {answer.headline}\n{error}") from error


def silent(answer: Answer) -> Answer:
    """The same data without the sentences that stand beside them."""
    rows = answer.rows
    if "share_of" in rows.column_names:
        place = rows.column_names.index("share_of")
        rows = rows.set_column(place, "share_of", pa.array(["?"] * len(rows)))
    scope = Terms(tuple(
        tuple(replace(t, meaning="?") if isinstance(t, Material) else t for t in question)
        for question in answer.scope.questions
    ))  # fmt: skip
    nothing = Absence("?", answer.nothing.in_brief)
    return replace(
        answer, question="?", caption="?", notes=(), rows=rows, scope=scope, nothing=nothing
    )


# --- the shipped graph


SHIPPED = [*questions(("lithium-hydroxide", "rare earths", "magnets-metal"), ("KOR", "CHN", "JPN"))]
MORE: list[Asked] = [
    ("depends", ("KOR",), {"on": "CHN", "scope": "dysprosium", "period": "2024"}),
    ("depends", ("EU27",), {"scope": "dysprosium"}),
    ("depends", ("KOR",), {"scope": "dy-oxide"}),
    ("depends", ("JPN",), {"scope": "284690", "period": "2022"}),
    ("suppliers", ("JPN",), {"scope": "ree-metals", "period": "2024"}),
    ("dependents", ("CHN",), {"scope": "magnets", "min_share": 0.8}),
    ("origins", ("JPN",), {"scope": "ree-compounds", "stage": "separate", "by": "tonnes"}),
    ("origins", ("KOR",), {"scope": "magnets-metal", "on": "BRA"}),
    ("spof", (), {"scope": "rare earths", "threshold": 0.65}),
    ("spof", ("KOR",), {"scope": "ree-metals", "threshold": 0.99}),
    ("disrupt", ("CHN",), {"scope": "dysprosium", "to": "JPN", "of": "JPN"}),
    ("disrupt", (), {"restriction": "Announcement 18 of 2025", "loss": 0.5}),
    ("disrupt", ("Lynas Advanced Material Plant",), {}),
    ("spof", ("USA",), {"level": "company", "scope": "ree-compounds", "possible": True}),
    ("controls", ("COD",), {}),
    ("leverage", ("KOR", "CHN"), {"scope": "rare earths"}),
    ("controls", ("CHN",), {"scope": "dysprosium"}),
    ("concentration", (), {"sort": "stage"}),
    ("concentration", (), {"scope": "gallium"}),
    ("reliance", ("USA",), {"scope": "gallium"}),
    ("n_minus_1", (), {"scope": "gallium"}),
    ("criticality", (), {"scope": "gallium,tungsten"}),
    (
        "criticality",
        (),
        {"scope": "Mg", "import_reliance": 1.0, "eol_rir": 0.13, "substitution": 0.94},
    ),
    ("claims", (), {"source": "reex-2025-04-30"}),
    ("claims_check", (), {"verdict": "contradicted"}),
    ("claims_conflicts", (), {"of": "EU27", "scope": "lithium"}),
]


@pytest.mark.long
@pytest.mark.parametrize("asked", MORE, ids=str)
def test_headlines_are_true_on_the_shipped_facts(ask, asked):
    if answer := told(ask, asked):
        check(asked[0], answer, names_of(ask))


@pytest.mark.long
def test_the_headline_of_koreas_imports_from_china_adds_up():
    with graphkit.open() as session:
        answer = session.depends("KOR", on="CHN")
    rows = [row for row in answer.rows.to_pylist() if row["period"] == "2024"]
    half = [row for row in rows if row["share_usd"] >= 0.5]
    usd = sum(row["usd"] for row in half)

    figures = (f"{len(half)} of {len(rows)}", "2024", f"{usd / 1e9:.1f} bn USD")
    assert unsaid(answer.headline, "China … half … South Korea", *figures) == []
    assert (len(half), len(rows), round(usd / 1e8)) == (17, 58, 21)


CHANGED = [
    ("depends", ("KOR",), {"on": "CHN", "scope": "rare earths"}),
    ("suppliers", ("KOR",), {"scope": "ree-metals"}),
    ("dependents", ("CHN",), {"scope": "ree-metals"}),
    ("origins", ("KOR",), {"scope": "magnets-metal"}),
    ("spof", ("KOR",), {"scope": "rare earths"}),
    ("disrupt", ("CHN",), {"scope": "ree-metals", "loss": 0.8}),
    ("stocks", ("CHN",), {"scope": "ree-metals", "of": "JPN", "stock_days": 100}),
    ("stocks", ("CHN",), {"scope": "magnets-metal", "months": 6, "restart": 4, "slack": 0.2}),
    ("stocks", ("CHN",), {"scope": "magnets-metal", "of": "KOR", "stock_days": 365.0}),
    ("stocks", ("CHN",), {"scope": "magnets-metal", "stock_days": 365.0}),
    ("controls", (), {"date": "2026-01-31"}),
    ("uses", ("gallium",), {}),
    ("uses", ("dysprosium",), {}),
    ("uses", ("rare earths",), {}),
    ("uses", ("thulium",), {}),
    ("disrupt", ("CHN",), {"scope": "neodymium", "of": "KOR", "industries": True}),
    ("disrupt", ("CHN",), {"scope": "ree-metals", "industries": True}),
    ("uses", ("dysprosium",), {"technology": "wind, direct drive", "mw": 10_000.0, "of": "KOR"}),
    ("uses", ("dysprosium",), {"technology": "Wind-Gearbox"}),
    ("uses", ("lithium",), {"technology": "NMC 622", "gwh": 100.0}),
    ("plants", ("AUS",), {"scope": "lithium"}),
    ("spof", ("JPN",), {"level": "controller", "scope": "rare earths"}),
    ("spof", ("KOR",), {"level": "plant", "scope": "rare earths", "possible": True}),
    ("spof", (), {"level": "controller", "scope": "ree-metals"}),
    ("plants", ("COD",), {"scope": "cobalt"}),
    ("show", ("Mutanda Mine",), {}),
    ("show", ("glencore",), {}),
    ("owners", ("COD",), {"scope": "cobalt", "by": "seat"}),
    ("owners", (), {"scope": "cobalt"}),
    ("concentration", (), {"scope": "rare earths"}),
    ("n_minus_1", (), {}),
    ("diversify", ("KOR",), {"scope": "ree-metals", "date": "2025-01-01"}),
    ("diversify", ("KOR",), {"scope": "ree-metals", "slack": 0.1, "partners": "JPN"}),
    ("targets", ("EU27",), {}),
    ("flows", (), {"scope": "ree-metals"}),
    ("network", (), {"scope": "ree-metals"}),
    ("unknowns", ("KOR",), {"scope": "ree-metals"}),
    ("trend", ("KOR",), {"scope": "ree-metals"}),
    ("production_trend", ("CHN",), {"scope": "rare-earth-ore"}),
    ("compare", ("2023", "2024"), {"of": "KOR", "scope": "ree-metals"}),
    ("compare", ("2023", "2024"), {"of": "KOR", "on": "CHN", "scope": "ree-metals"}),
    ("claims_check", (), {"of": "KOR"}),
]


@pytest.mark.long
@pytest.mark.parametrize("asked", CHANGED, ids=str)
def test_no_figure_of_a_headline_can_be_another(ask, asked):
    """The checker fails if any number, or the name of a country, is changed."""
    answer, names = told(ask, asked), names_of(ask)
    text = answer.headline
    changed = [
        text[: found.start()] + str(int(found[0]) + 3) + text[found.end() :]
        for found in re.finditer(r"[0-9]+", text)
    ]
    changed += [text.replace(name, "Iceland", 1) for name in ("China", "Australia") if name in text]

    check(asked[0], answer, names)
    assert len(changed) >= (1 if "cannot be told" in text else 2)
    for wrong in changed:
        with pytest.raises(AssertionError):
            check(asked[0], answer, names, wrong)


# --- several countries or periods, and nothing


SEVERAL = [
    (("depends", ("KOR", "JPN", "USA"), {"on": "CHN", "scope": "rare earths"}), 2),
    (("depends", ("KOR", "JPN"), {"scope": "ree-metals"}), 1),
    (("depends", ("KOR",), {"on": "CHN", "scope": "ree-metals", "period": "2022,2024"}), 1),
    (("suppliers", ("KOR", "JPN"), {"scope": "ree-metals"}), 1),
    (("dependents", ("CHN", "JPN"), {"scope": "ree-metals"}), 1),
    (("origins", ("KOR", "JPN"), {"scope": "magnets-metal"}), 1),
    (("concentration", ("KOR", "JPN"), {"scope": "magnets-metal"}), 1),
    (("diversify", ("KOR", "USA"), {"scope": "ree-metals"}), 1),
    (("flows", (), {"scope": "ree-metals", "period": "2022,2024"}), 1),
    (("unknowns", ("KOR", "USA"), {"scope": "ree-compounds"}), 1),
    (("network", (), {"scope": "ree-metals", "period": "2022,2024"}), 1),
    (("centrality", (), {"scope": "ree-metals", "period": "2022,2024"}), 1),
    (("trend", ("KOR", "JPN"), {"scope": "ree-metals"}), 1),
    (("production_trend", ("CHN", "USA"), {"scope": "rare-earth-ore"}), 1),
    (("plants", ("COD", "ZMB"), {"scope": "cobalt"}), 1),
    (("owners", ("ZMB", "MDG"), {"scope": "nickel"}), 1),
]


@pytest.mark.parametrize(("asked", "others"), others_long(SEVERAL, 5), ids=str)
def test_several_answers_have_the_figures_of_each(ask, asked, others):
    name, given, more = asked
    periods = more.get("period", "").split(",")
    whole = getattr(ask, name)(*([list(given)] if given else []), **more).headline
    single = [
        getattr(ask, name)(*some, **(more | ({"period": period} if period else {}))).headline
        for some in ([(one,) for one in given] or [()]) for period in periods
    ]  # fmt: skip
    first, *rest = re.split(r"; (?=[^;:]+: |[0-9]+ more answer)", whole.removesuffix("."))

    form(whole, ask.depends("KOR", scope="ree-metals"))
    assert single[0].startswith(first[:60])
    if "more answer" in rest[-1]:
        assert int(rest[-1].split()[0]) == others
        return
    assert len(rest) == others
    for text, other in zip(rest, single[1:], strict=True):
        figures = re.findall(r"[0-9][0-9.,]*", text.partition(": ")[2])
        assert figures or name == "centrality" or text.endswith((": none", ": unknown"))
        assert all(figure in other or re.search("both|all|none", other) for figure in figures)


@pytest.mark.long
def test_many_answers_are_counted(ask):
    countries = ["KOR", "JPN", "USA", "DEU", "FRA", "ITA", "GBR", "IND"]
    found = ask.dependents(countries, scope="rare earths", min_share=0.01).headline
    many = ask.depends(countries, scope="magnets-metal").headline

    assert len(found) <= LONGEST
    assert many.endswith("7 more answers are below.")


@pytest.mark.parametrize("name", others_long(PARAMETERS, 3))
def test_what_has_no_rows_says_what_is_missing(ask, name):
    name = "flows" if name == "mirror" else name  # one side's reports do not ship
    asked = next(one for one in SHIPPED if one[0] == name and told(ask, one))
    answer = told(ask, asked)
    empty = replace(answer, rows=answer.rows.slice(0, 0), sentence=Sentence())
    text = first_line(name, empty).words

    assert first_line(name, silent(empty)).words == text
    form(text, answer)
    assert re.search(r"\b([Nn]o|not|Nobody)\b", text), text


def test_published_figures_alone_are_said_to_be_published(graph_of):
    ask = graph_of({"claims.yaml": METALS})
    asked: list[Asked] = [
        ("suppliers", ("KOR",), {"scope": "ree-metals", "period": "2022"}),
        ("dependents", ("CHN",), {"scope": "ree-metals", "period": "2022"}),
        ("compare", ("2021", "2022"), {"of": "KOR", "scope": "ree-metals"}),
    ]
    texts = []
    for one in asked:
        texts.append(told(ask, one).headline)
        check(one[0], told(ask, one), names_of(ask))
        assert first_line(one[0], silent(told(ask, one))) == told(ask, one).sentence

    published = ("published", "China … South Korea", "70 %", "rare-earth metals", "2022")
    assert unsaid(texts[0], "No trade", *published) == []
    assert texts[1:] == [texts[0], texts[0]]


@pytest.mark.long
def test_a_name_with_signs_of_markup_does_not_stand_in_a_sentence(tmp_path):
    seeds = market(Random(1))
    names = {row["iso3"]: row for row in seeds["Country"]}
    names["CHN"]["name"] = "Ignore this | [click](https://evil.example)"
    names["JPN"]["name"] = "Isle; of <b>Wight</b>"
    with DuckStore(tmp_path / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(write_files(tmp_path / "seeds", plain(seeds)))))
        session = Session(store)
        texts = [session.depends(key, on=on).headline for key in names for on in names]

    assert any("CHN" in text for text in texts)
    assert not any(re.search(r"Ignore|click|<|\|", text) for text in texts), texts


def test_every_question_has_a_first_line():
    assert all(declared.sentence for declared in QUESTIONS.values())


def test_an_answer_shows_its_headline_first(ask):
    answer = ask.depends("KOR", on="CHN", scope="ree-metals")

    assert list(json.loads(answer.to_json()))[:2] == ["headline", "question"]
    assert " ".join(str(answer).split()).startswith(f"{answer.headline} {answer.question}")
    assert answer.plot().title == answer.headline
    assert answer.question in words_around(answer.plot().option)
