"""Sentences that people check: what is understood, what is passed over, and what is refused."""

from __future__ import annotations

import json

import pytest
from saying import Naming

from graphkit.errors import UsageError
from graphkit.questions.claims.claim_checks import check_stated
from graphkit.questions.claims.sentences import stated_by

MAGNETS = {
    "kind": "share", "unit": "share", "value": 0.98, "measure": "imports", "consumer": "EU27",
    "supplier": "CHN", "product": "magnets-metal",
}  # fmt: skip
READ = {
    "China supplies 98% of the EU's rare earth magnets": MAGNETS,
    "98 per cent of the EU\u2019s imports of magnets came from China in 2024.":
        MAGNETS | {"period": "2024"},
    "EU imports almost 98 percent of its magnets from China": MAGNETS | {"qualifier": "about"},
    "China's share of EU imports of magnets was 98 % in 2024-Q1": MAGNETS | {"period": "2024-Q1"},
    "China accounts for at least 98 % of magnet imports of the European Union":
        MAGNETS | {"qualifier": "at-least"},
    "The US depends on China for 60 to 70 % of its rare earth compounds": {
        "kind": "share", "unit": "share", "low": 0.6, "high": 0.7, "qualifier": "range",
        "measure": "imports", "consumer": "USA", "supplier": "CHN", "product": "ree-compounds"},
    "China produced 69 % of the world's rare earths in 2024": {
        "kind": "share", "unit": "share", "value": 0.69, "measure": "production",
        "supplier": "CHN", "element": "REE", "period": "2024"},
    "Chile produced 1.5 million tonnes of lithium in 2024": {
        "kind": "quantity", "unit": "t", "value": 1_500_000, "measure": "production",
        "supplier": "CHL", "element": "Li", "period": "2024"},
    "China mined 69 % of the world's rare earths in 2024": {
        "kind": "share", "unit": "share", "value": 0.69, "measure": "production",
        "supplier": "CHN", "element": "REE", "stage": "mine", "period": "2024"},
    "drc mined 76 % of the world's cobalt in 2024": {
        "kind": "share", "unit": "share", "value": 0.76, "measure": "production",
        "supplier": "COD", "element": "Co", "stage": "mine", "period": "2024"},
    "China refined 56 % of lithium in 2016-2020": {
        "kind": "share", "unit": "share", "value": 0.56, "measure": "production",
        "supplier": "CHN", "element": "Li", "stage": "separate", "period": "2016-2020"},
}  # fmt: skip


@pytest.mark.parametrize("text", READ, ids=[text[:40] for text in READ])
def test_a_sentence_is_read_with_its_figure_parties_material_and_period(ask, text):
    assert stated_by(ask.catalog, text, {}) == (READ[text], "")


OUTPUT = {
    "China produced 69 % of the world's rare earths mined in 2024": ("mine", "borne out"),
    "China mined 90 % of the world's rare earths in 2024": ("mine", "contradicted"),
    "China's mine output of rare earths was 270,000 tonnes in 2024": ("mine", "borne out"),
    "The US mined 12 % of the world's rare earths in 2024": ("mine", "borne out"),
    "China produced 90 % of the world's rare earths in 2024": (None, "cannot be told"),
    "China produced 98 % of the world's gallium in 2024": (None, "borne out"),
    "China refined 98 % of gallium in 2024": ("metal", "borne out"),
    "China refined 44 % of the world's copper in 2024": ("metal", "borne out"),
    "China separated 100 % of heavy rare earths in 2016-2020": ("separate", "cannot be told"),
    "China separated 90 % of the world's rare earths in 2024": ("separate", "cannot be told"),
    "DR Congo mined 20 % of cobalt in 2024": ("mine", "contradicted"),
    "Indonesia mined 62 % of nickel in 2024": ("mine", "borne out"),
    "South Africa mined 71 % of the world's platinum in 2024": ("mine", "borne out"),
    "Chile's mine production of copper was 5.5 million tonnes in 2024": ("mine", "borne out"),
    "Chile mined 49,000 tonnes of lithium in 2024": ("mine", "borne out"),
    "China refined 56 % of lithium in 2016-2020": ("separate", "borne out"),
}
"""Sentences on output: the stage that they name, and what the rows say of them."""


def test_the_stage_of_output_is_read_and_checked_by_the_rows_of_that_stage(ask):
    told = {}
    for text in OUTPUT:
        answer = ask.claims_check(that=text)
        told[text] = answer.scope.as_object().get("stage"), answer.rows["verdict"][0].as_py()

    assert told == OUTPUT


def test_two_stages_of_one_figure_are_refused(ask):
    with pytest.raises(UsageError, match="mined and refined"):
        ask.claims_check(that="China mined and refined 60 % of lithium in 2024")


def test_the_reason_why_it_cannot_be_told_is_on_the_screen(graphkit, monkeypatch):
    """The finding on the article's figure: only one part of the basket agrees."""
    monkeypatch.setenv("COLUMNS", "80")
    sentence = "China supplied 47.5 % of South Korea's rare-earth imports in 2024"
    _, shown, _ = graphkit("claims", "check", "--that", sentence, "--format", "table")
    _, listed, _ = graphkit("claims", "check", "--source", "reex-2025-04-30", "--format", "table")

    for text in (shown, listed):
        words = " ".join(text.split())
        assert "47.5 %" in words
        assert "basket:" in words
        assert "compounds" in words
    assert " ".join(shown.split()) == Naming("Cannot be told … only a part … compounds")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("12 % and 14 % of imports", "12 % and 14 % … one"),
        ("98 % of magnets from China in 2023 and 2024", "periods 2023 and 2024"),
        ("98 % of EU imports of magnets and lithium", "materials"),
        ("Germany and France magnets 12 % imports", "who buys … who sells"),
        ("98 % of imports", "value 0.98, unit share, measure imports … who sells"),
        ("Korean imports of magnets from China are 90 %", "--of … not read … Korean"),
        ("hello", "understood nothing … a figure"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_understood_is_named(ask, text, refusal):
    with pytest.raises(UsageError) as told:
        stated_by(ask.catalog, text, {})
    assert str(told.value) == Naming(refusal)


def test_options_say_what_the_sentence_does_not_and_have_the_last_word(ask):
    given = {"consumer": "EU", "supplier": "china", "material": "magnets", "period": "2024"}

    assert stated_by(ask.catalog, "98 % of imports", given)[0] == MAGNETS | {"period": "2024"}
    claim, unread = stated_by(ask.catalog, "98 % of imports of lithium in 2019, they say", given)
    assert (claim["product"], claim["period"]) == ("magnets-metal", "2024")
    assert "say" in unread


def test_words_that_are_passed_over_are_told(ask):
    text = "98 % of the EU's imports of magnets came from China, the Commission says"

    assert stated_by(ask.catalog, text, {}) == (MAGNETS, "Commission says")


def test_a_statement_is_checked_as_assistants_check_it(ask, graphkit):
    command = "claims check --of EU27 --from CHN --for magnets --period 2024 --that"
    code, out, _ = graphkit(*command.split(), "98 % of imports", "--format", "json")
    answer = json.loads(out)
    [row] = answer["rows"]

    stated = check_stated(ask.catalog, MAGNETS | {"period": "2024"})
    assert code == 0
    assert row["verdict"] == stated.rows["verdict"][0].as_py()
    assert row["found"] == stated.rows["found"][0].as_py()
    assert row["found_source"] in {source["key"] for source in answer["sources"]}
    assert answer["question"] == Naming("98 % of imports … European Union from China")
    assert answer["headline"].startswith(row["verdict"].capitalize())
    assert answer["headline"] == Naming("98 % of imports")
    reply = ask.claims_check(that="98 % of the EU's imports of magnets came from China in 2024")
    assert reply.rows["found"][0].as_py() == row["found"]


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (["--from", "CHN"], "--from and --period are of a statement: give it by --that"),
        (["--that", "9 % of imports", "--kind", "share"], "choose published claims, not --that"),
    ],
)
def test_options_of_published_claims_and_of_a_statement_do_not_mix(graphkit, options, refusal):
    code, _, err = graphkit("claims", "check", *options)

    assert code == 2
    assert refusal in err
