"""Published claims, asked of the database: listed, held against the facts, and each other."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from claim_checker import check
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid
from seed_texts import write_seeds

import graphkit
from graphkit.answers.answer import Answer
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.catalog.materials import FEW
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.render.json import as_object, json_text
from graphkit.schema import MAIN
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

CLAIMS = """\
kind: Claim
defaults: {consumer: KOR, supplier: CHN, product: ree-metals, measure: imports, source: customs,
           counted_by: value}
rows:
  - {key: fits, kind: share, period: 2024, value: 0.8, unit: share, expected: true}
  - {key: half, kind: share, period: 2024, value: 0.5, unit: share}
  - {key: next-year, kind: share, period: 2026, value: 0.8, unit: share}
  - {key: rises, kind: more-than, period: 2025-Q1, than: 2024, counted_by: weight}
"""
MADE = """\
kind: PRODUCES
defaults: {product: ree-metals, period: 2024, basis: gross}
rows:
  - {country: CHN, tonnes: 90, source: customs}
  - {country: CHN, tonnes: 70, source: other}
"""
SOURCES = """\
kind: Source
defaults: {publisher: A ministry, licence: public domain}
rows:
  - {key: customs, title: Customs figures}
  - {key: other, title: Other figures}
"""
OWN = {"claims.yaml": CLAIMS, "sources.yaml": SOURCES}
MISTAKEN = CLAIMS.replace("0.5, ", "0.5, expected: true, ")


@pytest.fixture(scope="module")
def every(ask: Session) -> Answer:
    """Every shipped claim, checked."""
    return ask.claims_check()


def by_key(answer: Answer) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in answer.rows.to_pylist()}


# --- listed


def test_the_starting_article_is_listed_as_it_was_published(ask):
    answer = ask.claims(source="reex-2025-04-30")

    rows = by_key(answer)
    assert len(rows) == answer.coverage.as_object()["claims"] == 12
    share = rows["kor-ree-chn-2024"]
    claim = ("47.5 % of imports", "South Korea from China", "Rare earths", "2024")
    assert unsaid(share["claim"], *claim) == []
    assert share["value"] == 0.475
    assert unsaid(share["basis"], "not stated … value") == []
    assert answer.sources["key"].to_pylist() == ["reex-2025-04-30"]
    assert len(answer.claims) == len(answer.comparisons) == 0


def test_every_claim_is_listed_unless_less_is_asked_for(ask):
    every = by_key(ask.claims())
    assert set(every) == set(ask.catalog.claims["key"].to_pylist())

    about = by_key(ask.claims(of="japan"))
    assert {key for key, row in every.items()
            if "JPN" in (row["consumer"], row["supplier"], row["rival"])} == set(about)  # fmt: skip
    assert "kor-dy-q1-ahead-of-jpn" in about

    ranks = by_key(ask.claims(kind="rank", scope="Dy"))
    assert {row["kind"] for row in ranks.values()} == {"rank"}
    assert "kor-dy-q1-first-destination" in ranks


# --- held against the facts


def test_amounts_published_by_month_add_up_to_a_range_over_a_run(ask):
    """Of six months three have an amount: 1,400 kg, over 17,000 kg and 2,701 kg."""
    answer = ask.claims(of="KOR", scope="dysprosium", period="2025-07..2025-12")
    [run] = answer.coverage.published
    every = {row["period"]: row["value"] for row in answer.claims.to_pylist()}

    assert (run.supplier, run.consumer, run.goods, run.period) == ("CHN", "KOR", "Dy", "2025-H2")
    assert run.tonnes_low == pytest.approx(1.4 + 17.0 + 2.701)
    # China sold to all as much as "over 17,000 kg" can be at most.
    assert every == {"2025-08": 16_686, "2025-09": 18_043, "2025-11": 995, "2025-12": 4_120}
    assert run.tonnes_high == pytest.approx(1.4 + 2.701 + sum(every.values()) / 1000)
    assert run.months == ("2025-07", "2025-09", "2025-10")
    assert run.at_most_all_buyers == ("2025-08", "2025-11", "2025-12")
    check("claims", answer, answer.names)


def test_a_run_with_a_month_that_nobody_published_has_no_upper_end(ask):
    answer = ask.claims(of="JPN", scope="gallium", period="2025-H1")
    [run] = answer.coverage.published

    assert run.tonnes_high is None
    assert "2025-01" in run.without_amount
    assert len({*run.months, *run.at_most_all_buyers, *run.without_amount}) == 6
    assert "at least" in answer.headline


def test_the_share_that_kbs_published_is_borne_out_by_the_trade_table(ask):
    table = parquet.read_table(shipped("seeds") / "trade/rare-earths-1995-2024.parquet")
    flows = [
        row
        for row in table.to_pylist()
        if (row["importer"], row["period"], row["product"]) == ("KOR", "2024", "ree-metals")
    ]
    total = sum(row["usd"] for row in flows)
    share = sum(row["usd"] for row in flows if row["exporter"] == "CHN") / total

    row = by_key(ask.claims_check(source="kbs-2025-04-15"))["kor-ree-metals-chn-2024"]
    assert (row["verdict"], row["expected"]) == ("borne out", True)
    assert row["found"] == pytest.approx(share, rel=1e-12)
    assert row["difference"] == pytest.approx(share - 0.8, rel=1e-9)
    assert (row["data"], row["differs"]) == ("80.2 %", "+0.2 points")


def test_all_of_the_starting_article_gets_an_honest_verdict(ask):
    answer = ask.claims_check(source="reex-2025-04-30")

    rows = by_key(answer)
    assert len(rows) == 12
    figures = {key for key, row in rows.items() if row["kind"] != "statement"}
    assert {rows[key]["verdict"] for key in figures} == {"cannot be told"}
    assert {rows[key]["verdict"] for key in rows.keys() - figures} == {"no measurement"}
    share = rows["kor-ree-chn-2024"]
    assert (share["data"], share["differs"]) == ("50.3 %", "+2.8 points")
    assert share["agrees"] == ["by value, ree-compounds (baci-hs92)"]
    assert "which basket" in share["why"]
    for key in ("kor-dy-q1-more-than-2024", "kor-dy-q1-ahead-of-jpn"):
        assert unsaid(rows[key]["why"], "missing: … dysprosium oxide … 2025-Q1") == []
        assert rows[key]["data"] is rows[key]["found"] is None
    assert all(rows[key]["decided_by"] for key in figures)
    surge = rows["kor-dy-q1-more-than-2024"]
    assert "HSK 2846.90.40" in surge["decided_by"]
    assert surge["beside"] == ["kor-dy-exports-change-2025", "chn-dy-exports-2025-02"]
    source = "Adamas Intelligence … reex-2025-04-30 alone"
    assert unsaid(answer.caption, f"Attributed, not verified: 3 claims by {source}") == []
    assert unsaid(answer.caption, "Would decide", surge["decided_by"]) == []
    bearing = "kor-dy-q1-more-than-2024: … HSK 2846.90.40 … +200 % … 18,043 kg"
    assert any(unsaid(note, bearing) == [] for note in words_of_notes(answer.notes))
    together = "Dysprosium oxide: … HS 284690 together"
    assert any(unsaid(note, together) == [] for note in words_of_notes(answer.notes))


def test_a_check_says_what_the_figures_of_a_product_count(ask):
    notes = words_of_notes(ask.claims_check(of="KOR", source="ked-2023-08-11").notes)

    every = "Metal magnets: HS 850511: every magnet"
    assert any(unsaid(note, every) == [] for note in notes)


def test_contradicted_claims_come_first_and_may_be_asked_for_alone(ask):
    answer = ask.claims_check(of="EU27", scope="REE")
    order = [row["verdict"] for row in answer.rows.to_pylist()]
    ranks = ["contradicted", "two sources", "borne out", "cannot be told", "no measurement"]
    assert order == sorted(order, key=ranks.index)

    alone = ask.claims_check(of="EU27", scope="REE", verdict="two sources")
    assert list(by_key(alone)) == [k for k, r in by_key(answer).items()
                                   if r["verdict"] == "two sources"]  # fmt: skip
    assert alone.coverage == answer.coverage
    assert answer.coverage.as_object()["two_sources"] == len(alone.rows) > 0
    assert {"eurostat-ddn-20250409-1", "cepii-baci-hs92"} <= set(alone.sources["key"].to_pylist())


def test_a_filter_changes_no_verdict(ask, every):
    """The claim on "other countries" means those that its whole table does not name."""
    all_rows = by_key(every)
    some = by_key(ask.claims_check(source="usgs-mcs-2025", kind="share"))

    assert some == {
        key: {name: all_rows[key][name] for name in row} for key, row in some.items()
    }  # fmt: skip
    assert "CHN EST JPN MYS" in some["usa-ree-xoc-2020-2023"]["why"]


def test_a_contradiction_says_what_may_explain_it(every):
    row = by_key(every)["eu-ree-chn-2024"]

    assert row["verdict"] == "two sources"
    assert unsaid(row["likely_cause"], "all 2.1 points", "data set … baci-hs92", "reconciled") == []
    assert row["likely_cause"] in row["why"]


def test_a_share_by_origin_is_compared_with_the_look_through(every):
    row = by_key(every)["jpn-ree-chn-looked-through-2012"]

    assert row["verdict"] == "cannot be told"
    assert unsaid(row["why"], "missing: … figure … bounds") == []
    stages = [re.findall(r"stage (\w+)", text) for text in row["readings"]]
    assert {*map(tuple, stages)} == {("separate",), ("metal",)}
    assert all(unsaid(text, "looked through") == [] for text in row["readings"])


def test_what_is_missing_is_what_the_claim_counts(every):
    row = by_key(every)["usgs-src-stainless-steel-chn"]

    [missing] = row["missing"]
    assert unsaid(missing, "trade", "stainless steel (no product", "2021-2024") == []


def test_a_column_without_values_is_not_stated_once(graphkit):
    code, out, _ = graphkit("claims", "check", "--source", "reex-2025-09-05", "--long")

    assert code == 0
    assert unsaid(out.split("\n")[2], "Verdict cannot be told", "source reex-2025-09-05") == []


def test_no_shipped_claim_fails_its_expectation(every):
    coverage = every.coverage.as_object()

    assert coverage["expected_to_be_borne_out"] == 7
    assert coverage["expected_but_not_borne_out"] == []
    named = ("contradicted", "two_sources", "borne_out", "cannot_be_told", "no_measurement")
    assert sum(coverage[name] for name in named) == coverage["claims"] == coverage["claims_in_all"]


def test_each_verdict_in_small_on_each_database(graph_of):
    rows = by_key(graph_of(OWN).claims_check())

    assert {key: row["verdict"] for key, row in rows.items()} == {
        "fits": "borne out", "half": "contradicted", "next-year": "cannot be told",
        "rises": "borne out",
    }  # fmt: skip
    assert (rows["half"]["data"], rows["half"]["differs"]) == ("80.0 %", "+30.0 points")
    assert rows["rises"]["data"] == "+2 t"
    assert unsaid(rows["next-year"]["why"], "missing: … rare-earth metals … 2026") == []


FAILED = "graphkit: expected to be borne out and not: half\n"


@pytest.mark.parametrize(
    ("claims", "code", "said"), [(CLAIMS, 0, ""), (MISTAKEN, 3, FAILED)], ids=["met", "failed"]
)
def test_a_failed_expectation_is_exit_3_with_the_answer_on_stdout(
    graphkit, embedded_of, claims, code, said
):
    path = embedded_of(OWN, {"claims.yaml": claims}).store.path

    outcome = graphkit("claims", "check", "--db", str(path), "-f", "csv")
    assert (outcome[0], outcome[2]) == (code, said)
    assert outcome[1].startswith("key,verdict,claim,")
    assert outcome[1].count("\n") == 5


@pytest.mark.long
def test_an_expectation_counts_if_its_claim_is_in_scope_also_if_it_is_hidden(graphkit, embedded_of):
    path = embedded_of(OWN, {"claims.yaml": MISTAKEN}).store.path

    elsewhere = ("--source", "customs", "--kind", "more-than")
    assert graphkit("claims", "check", "--db", str(path), *elsewhere)[0] == 0
    hidden = ("--verdict", "borne-out")
    assert graphkit("claims", "check", "--db", str(path), *hidden)[0] == 3


# --- against each other


def test_shipped_claims_that_cannot_both_be_right(ask):
    pairs = by_key(ask.claims_conflicts())
    of_tables = pairs.pop(None)

    rival = of_tables["other_source"]
    assert (of_tables["source"], rival) == ("usgs-ds140-lithium", "usgs-mcs-2022")
    assert set(pairs) == {
        "chn-mean-refining-share-ap", "eu-li-chl-eca", "five-firms-lithium-2023",
        "kor-nd-magnets-chn-2022",
    }  # fmt: skip
    magnets = pairs["kor-nd-magnets-chn-2022"]
    claim = ("87.9 % of imports", "South Korea from China", "Metal magnets", "2022")
    assert unsaid(magnets["claim"], *claim) == []
    assert magnets["other_source"] == "businesskorea-213017"
    assert magnets["difference"] == pytest.approx(0.004)
    assert list(by_key(ask.claims_conflicts(of="EU27", scope="lithium"))) == ["eu-li-chl-eca"]
    assert list(by_key(ask.claims_conflicts(source="businesskorea-213017"))) == [magnets["key"]]
    none = ask.claims_conflicts(of="NOR")
    assert len(none.rows) == 0
    assert unsaid(none.nothing.words, "No two … contradict") == []


def test_production_that_two_sources_count_differently_is_a_conflict(graph_of):
    answer = graph_of(OWN, {"made.yaml": MADE}).claims_conflicts(scope="Dy")

    (row,) = answer.rows.to_pylist()
    assert row["key"] is None
    made = ("production", "China", "Rare-earth metals", "2024")
    assert unsaid(row["claim"], "90 t", *made) == unsaid(row["other_claim"], "70 t", *made) == []
    assert answer.sources["key"].to_pylist() == ["customs", "other"]


# --- both databases, any order of rows


@pytest.mark.parametrize(
    ("verb", "more"),
    others_long(
        [("claims_conflicts", {}), ("claims", {}), ("claims_check", {}),
         ("claims", {"of": "KOR", "scope": "rare earths"})], 2,
    ),
)  # fmt: skip
def test_both_databases_answer_the_same_to_the_byte(stores, verb, more):
    embedded, neo4j = (
        json_text(as_object(getattr(Session(store), verb)(**more)), indent=2)
        for store in stores.values()
    )

    assert embedded == neo4j
    assert json.loads(embedded)["rows"]


@pytest.mark.long
def test_the_order_of_seeds_changes_nothing(tmp_path):
    head, rows = CLAIMS.split("rows:\n")
    turned = "".join(reversed(rows.splitlines(keepends=True)))
    found = []
    for name, text in (("a", rows), ("b", turned)):
        seeds = write_seeds(tmp_path / name, OWN, {"claims.yaml": f"{head}rows:\n{text}"})
        with DuckStore(tmp_path / f"{name}.duckdb") as store:
            store.load(build_graph(read_seeds(seeds)))
            graph = Session(store)
            verbs = (graph.claims, graph.claims_check, graph.claims_conflicts)
            found.append([json_text(as_object(verb())) for verb in verbs])
    assert found[0] == found[1]


# --- the command line


def test_the_bare_group_lists_and_its_commands_check_and_compare(graphkit):
    code, out, err = graphkit("claims", "--source", "kbs-2025-04-15", "-f", "csv")
    assert (code, err, out.count("\n")) == (0, "", 2)
    code, out, err = graphkit("claims", "check", "--source", "kbs-2025-04-15", "-f", "ndjson")
    assert (code, err, json.loads(out)["verdict"]) == (0, "", "borne out")
    code, out, err = graphkit("claims", "conflicts", "-f", "csv")
    assert (code, err, out.count("\n")) == (0, "", 6)


@pytest.mark.parametrize("width", ["80", "120"])
def test_a_check_is_a_table_of_a_terminals_width(graphkit, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    out = graphkit("claims", "check", "--of", "KOR", "--for", "rare earths", "--all")[1]
    assert "80.2" in out
    assert max(len(x) for x in out.splitlines() if "https://" not in x) <= int(width)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["claims", "--of", "Koreaa"], 2, "'Koreaa' … South Korea (KOR)"),
        (["claims", "check", "--for", "unobtainium"], 2, "element … product … 'unobtainium'"),
        (["claims", "--source", "kbs-2025"], 2, "'kbs-2025' … kbs-2025-04-15"),
        (["claims", "--source", "%%"], 2, "'%%' … 'graphkit query sources'"),
        (["claims", "conflicts", "--kind", "shares"], 2, "--kind: … 'shares' … share"),
        (["claims", "check", "--verdict", "true"], 2, "--verdict: … 'true' … borne-out"),
        (["claims", "--of", "NOR", "--for", "Dy"], 1, "no claim … Norway (NOR) … dysprosium"),
        (["claims", "--of", "KOR", "check"], 2, "--of … graphkit claims check"),
        (["claims", "--db", "x.duckdb", "check"], 2, "--db … graphkit claims check"),
        (["claims", "-f", "csv", "conflicts"], 2, "--format … graphkit claims conflicts"),
        (["claims", "chekc"], 2, "'chekc' … 'check'"),
        (["claims", "check", "asdf"], 2, "extra argument … (asdf)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(graphkit, arguments, code, message):
    found, out, err = graphkit(*arguments)
    assert (found, out, err.count("\n")) == (code, "", 1)
    assert unsaid(err, message) == []


def test_the_api_refuses_in_the_same_words(ask):
    with pytest.raises(UsageError, match="`kind`: found 'x'"):
        ask.claims(kind="x")
    with pytest.raises(GraphkitError, match=r"there are [\d,]+ in all"):
        ask.claims_check(of="NOR", scope="Dy")


def test_no_verdict_comes_from_a_basket_or_a_shared_code(every, ask, reference):
    assert_own_codes(every, reference)


@pytest.mark.long
def test_no_verdict_over_all_trade_comes_from_a_basket_or_a_shared_code(reference):
    with graphkit.open() as whole:
        checked = whole.claims_check()
    assert_own_codes(checked, reference)
    counts = checked.coverage.as_object()
    assert counts["borne_out"] + counts["contradicted"] >= 180


def assert_own_codes(checked, reference):
    """Each product that trade decides on has codes that fit it, and no other mineral's."""
    main, codes, groups = {}, {}, {}
    for row in reference.facts["CONTAINS"].to_pylist():
        if row["role"] == MAIN:
            main.setdefault(row["product"], set()).add(row["element"])
    for row in reference.facts["TRADED_AS"].to_pylist():
        if row["fit"] != "proxy":
            codes.setdefault(row["product"], set()).add(row["code"])
    for row in reference.facts["Element"].to_pylist():
        for group in row["member_of"] or ():
            groups.setdefault(group, set()).add(row["key"])
    decided = 0
    for row in checked.rows.to_pylist():
        reading = row["found_by"] or ""
        if row["verdict"] not in ("borne out", "contradicted") or "(baci-" not in reading:
            continue
        for product in set(re.findall(r"[a-z-]+", reading)) & main.keys():
            decided += 1
            assert codes.get(product), (row["key"], product)
            alike = [main[p] for p in main if codes.get(p, set()) & codes[product]]
            assert alike.count(main[product]) == len(alike), (row["key"], product)
            if row["element"]:
                asked = {row["element"], *groups.get(row["element"], ())}
                others = main[product] - asked
                assert len(others) <= FEW * len(main[product]), (row["key"], product)
    assert decided
