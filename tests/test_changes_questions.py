"""Change over time, asked of the database: two periods side by side, and all of them in order."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.render.answer import totals_columns
from graphkit.render.json import as_object, json_text
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore

HEAD = SMALL["trade.yaml"].split("rows:\n")[0] + "rows:\n"
FLOW = "  - {{exporter: {}, importer: {}, period: {}, usd: {}{}}}\n"


@pytest.fixture(scope="module")
def table() -> list[dict[str, Any]]:
    """Every flow in rare earths of the shipped trade table."""
    path = shipped("seeds") / "trade/rare-earths-1995-2024.parquet"
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def small(store: Store, folder: Path, trade: str | None = None) -> Session:
    changes = {"trade.yaml": trade} if trade else {}
    store.load(build_graph(read_seeds(write_seeds(folder, changes))))
    return Session(store)


def by_partner(answer: Answer, partner: str = "supplier") -> dict[str, dict[str, Any]]:
    return {row[partner]: row for row in answer.rows.to_pylist()}


def added(
    table: list[dict[str, Any]], by: str, period: str, product: str, **only: str
) -> dict[str, float]:
    """Thousands of dollars by partner, as the seeds have them."""
    sums: dict[str, float] = defaultdict(float)
    wanted = {"period": period, "product": product, **only}
    for row in table:
        if all(row[name] == value for name, value in wanted.items()):
            sums[row[by]] += row["usd"]
    return sums


# --- two periods


def test_shares_and_ranks_of_two_years_are_as_the_table_adds_up(ask, table):
    answer = ask.compare("2023", "2024", of="korea", scope="ree-metals")

    rows = by_partner(answer)
    ends = {
        end: added(table, "exporter", period, "ree-metals", importer="KOR")
        for end, period in (("before", "2023"), ("after", "2024"))
    }
    assert set(rows) == set(ends["before"]) | set(ends["after"])
    for supplier, row in rows.items():
        for end, sums in ends.items():
            if supplier not in sums:
                assert row[f"usd_{end}"] is row[f"rank_{end}"] is None
                continue
            share = sums[supplier] / sum(sums.values())
            assert row[f"usd_{end}"] == pytest.approx(1000 * sums[supplier])
            assert row[f"share_usd_{end}"] == pytest.approx(share)
            assert row[f"rank_{end}"] == 1 + sum(v > sums[supplier] for v in sums.values())
    china = rows["CHN"]
    assert round(100 * china["share_usd_after"], 2) == 80.24
    assert china["points_usd"] == pytest.approx(
        100 * (china["share_usd_after"] - china["share_usd_before"])
    )
    (total,) = answer.coverage.totals
    assert total.usd.after == pytest.approx(1000 * sum(ends["after"].values()))
    assert set(total.lost) == set(ends["before"]) - set(ends["after"])


def test_a_quarter_stands_beside_a_whole_year_with_amounts_a_month(graph_of):
    answer = graph_of().compare("2024", "2025-Q1", of="KOR")

    rows = by_partner(answer)
    assert {name: row["status"] for name, row in rows.items()} == {"CHN": "both", "JPN": "lost"}
    china = rows["CHN"]
    assert (china["usd_before"], china["usd_after"]) == (800.0, 300.0)
    assert (china["usd_per_month_before"], china["usd_per_month_after"]) == (800 / 12, 100.0)
    assert (china["tonnes_before"], china["tonnes_after"]) == (10.0, 12.0)
    (total,) = answer.coverage.totals
    assert total.usd.per_month_ratio == pytest.approx(1.2)
    assert total.usd.hhi_before == pytest.approx(6800)
    assert total.usd.hhi_after == 10_000
    shown = [(column.header, *column.cells) for column in totals_columns(answer)]
    assert shown[:4] == [
        ("Product", "Rare-earth metals"), ("USD before", "1.0 k"), ("after", "300"),
        ("change a month", "+20.0 %"),
    ]  # fmt: skip
    assert ("Lost", "Japan") in shown


@pytest.mark.long
def test_periods_that_add_up_to_one_are_added_up(tmp_path):
    quarters = "".join(FLOW.format("CHN", "KOR", f"2024-Q{n}", 10 * n, "") for n in range(1, 5))
    trade = HEAD + quarters + FLOW.format("CHN", "KOR", 2023, 50, ", tonnes: 1")
    with DuckStore(tmp_path / "x.duckdb") as store:
        graph = small(store, tmp_path / "seeds", trade)
        (row,) = graph.compare("2023", "2024", of="KOR").rows.to_pylist()
        (total,) = graph.compare("2023", "2024").coverage.totals
    assert (row["usd_before"], row["usd_after"]) == (50.0, 100.0)
    assert row["tonnes_after"] is None
    assert (total.consumer, total.usd.ratio) == ("WLD", 2.0)


def test_who_bought_nothing_before_has_all_its_suppliers_new(tmp_path):
    trade = HEAD + FLOW.format("CHN", "KOR", 2023, 5, "") + FLOW.format("CHN", "JPN", 2024, 7, "")
    with DuckStore(tmp_path / "x.duckdb") as store:
        graph = small(store, tmp_path / "seeds", trade)
        (row,) = graph.compare("2023", "2024", of="JPN").rows.to_pylist()
    assert (row["status"], row["usd_before"], row["share_usd_before"]) == ("new", None, None)


def test_the_worlds_exporters_and_the_buyers_of_one(ask, table):
    world = by_partner(ask.compare("2010", "2024", scope="ree-compounds"))
    sums = added(table, "exporter", "2010", "ree-compounds")
    assert world["CHN"]["share_usd_before"] == pytest.approx(sums["CHN"] / sum(sums.values()))

    answer = ask.compare("2010", "2024", of="CHN", scope="ree-compounds", partner="consumer")
    sums = added(table, "importer", "2024", "ree-compounds", exporter="CHN")
    rows = by_partner(answer, "consumer")
    assert rows["KOR"]["share_usd_after"] == pytest.approx(sums["KOR"] / sum(sums.values()))
    assert {row["supplier"] for row in rows.values()} == {"CHN"}


def test_a_group_is_compared_without_the_trade_among_its_members(ask, table):
    answer = ask.compare("2023", "2024", of="EU27", scope="ree-metals")

    members = set(ask.catalog.members(ask.catalog.place("EU27")))
    rows = by_partner(answer)
    assert not set(rows) & members
    bought = sum(
        row["usd"]
        for row in table
        if (row["period"], row["product"], row["exporter"]) == ("2024", "ree-metals", "CHN")
        and row["importer"] in members
    )
    assert rows["CHN"]["usd_after"] == pytest.approx(1000 * bought)
    assert any("27 present members" in note for note in words_of_notes(answer.notes))


@pytest.mark.long
def test_only_the_first_partners_of_either_period_where_so_asked(ask):
    every = ask.compare("2010", "2024", scope="ree-compounds")
    first = ask.compare("2010", "2024", scope="ree-compounds", top=5)

    kept = [
        row
        for row in every.rows.to_pylist()
        if min(row["rank_before"] or 99, row["rank_after"] or 99) <= 5
    ]
    assert first.rows.to_pylist() == kept
    left = len(every.rows) - len(kept)
    assert any(
        unsaid(note, f"{left} partners … `top=0`") == [] for note in words_of_notes(first.notes)
    )
    # Unreported trade is that of the partners that are shown.
    assert first.coverage == replace(every.coverage, unreported=())
    assert ask.compare("2010", "2024", scope="ree-compounds", top=0).rows.equals(every.rows)


def test_what_only_a_claim_compares_shows_the_claim_and_says_what_lacks(ask):
    answer = ask.compare("2024", "2025-Q1", of="KOR", scope="dy-oxide")

    assert len(answer.rows) == 0
    assert answer.claims["key"].to_pylist() == ["kor-dy-q1-more-than-2024"]
    assert unsaid(words_of_notes(answer.notes)[0], "No trade … dysprosium oxide (dy-oxide)") == []
    eu = ask.compare("2023", "2024", of="EU27", scope="REE")
    assert "eu-ree-imports-change-2024" in eu.claims["key"].to_pylist()
    assert "magnets-metal" not in eu.coverage.without_trade
    assert any(
        unsaid(note, "Left out … metal magnets (2022, 2024)") == []
        for note in words_of_notes(eu.notes)
    )


# --- every period


def test_a_trend_has_every_year_as_the_table_adds_up(ask, table):
    rows = ask.trend("KOR", scope="ree-metals").rows.to_pylist()

    assert [row["period"] for row in rows] == [str(year) for year in range(1995, 2025)]
    bought = [row for row in table if row["importer"] == "KOR"]
    for row in rows:
        sums = added(bought, "exporter", row["period"], "ree-metals")
        assert row["usd"] == pytest.approx(1000 * sum(sums.values()))
        assert row["largest"] == max(sums, key=sums.__getitem__)
        assert row["largest_share_usd"] == pytest.approx(max(sums.values()) / sum(sums.values()))
        assert row["partners"] == len(sums)
    last, before = rows[-1], rows[-2]
    assert last["usd_change"] == pytest.approx(last["usd"] / before["usd"] - 1)
    assert last["previous"] == "2023"
    assert rows[0]["previous"] is rows[0]["usd_change"] is rows[0]["new"] is None


def test_a_change_over_a_gap_of_years_is_marked_in_its_row(graph_of):
    rows = [f"  - {{exporter: CHN, importer: KOR, period: {year}, usd: {usd}}}\n"
            for year, usd in (("2019", 40), ("2020", 50), ("2023", 25))]  # fmt: skip

    answer = graph_of({"trade.yaml": HEAD + "".join(rows)}).trend("KOR")

    names = ("period", "previous", "gap", "usd_change")
    assert [tuple(row[n] for n in names) for row in answer.rows.to_pylist()] == [
        ("2019", None, None, None), ("2020", "2019", None, 0.25),
        ("2023", "2020", "2021-2022", -0.5),
    ]  # fmt: skip
    assert "gap" in answer.headers
    whole = graph_of({"trade.yaml": HEAD + "".join(rows[:2])}).trend("KOR")
    assert "gap" not in whole.headers


def test_a_trend_says_how_much_of_a_year_has_no_weight(ask, table):
    rows = ask.trend(scope="ree-metals").rows.to_pylist()

    assert {row["consumer"] for row in rows} == {"WLD"}
    whole, lost = defaultdict(float), defaultdict(float)
    for flow in table:
        if flow["product"] == "ree-metals":
            whole[flow["period"]] += flow["usd"]
            lost[flow["period"]] += flow["usd"] if flow["tonnes"] is None else 0
    for row in rows:
        share = lost[row["period"]] / whole[row["period"]]
        assert row["missing_tonnes_share"] == pytest.approx(share)
    assert any(0 < row["missing_tonnes_share"] < 1 for row in rows)


def test_a_group_and_an_exporter_have_a_trend(ask):
    eu = ask.trend("EU27", scope="ree-metals")
    members = ask.catalog.members(ask.catalog.place("EU27"))
    assert not {row["largest"] for row in eu.rows.to_pylist()} & set(members)
    sold = ask.trend("china", scope="ree-metals", partner="consumer")
    assert sold.rows.column_names[0] == "supplier"
    assert sold.rows["largest"].to_pylist()[-1] == "JPN"


def test_the_trade_with_a_partner_stands_beside_the_totals(ask, table):
    rows = ask.trend("KOR", scope="ree-metals", on="china").rows.to_pylist()

    bought = [row for row in table if row["importer"] == "KOR"]
    assert len(rows) == 30
    for row in rows:
        sums = added(bought, "exporter", row["period"], "ree-metals")
        part = sums.get("CHN", 0.0)
        weights = [flow for flow in bought if flow["period"] == row["period"]
                   and flow["product"] == "ree-metals" and flow["exporter"] == "CHN"]  # fmt: skip
        assert row["on"] == "CHN"
        assert row["on_usd"] == pytest.approx(1000 * part)
        assert row["on_share_usd"] == pytest.approx(part / sum(sums.values()))
        known = [flow["tonnes"] for flow in weights if flow["tonnes"] is not None]
        assert row["on_tonnes"] == (pytest.approx(sum(known)) if known or not weights else None)
        if row["largest"] == "CHN":
            assert row["on_share_usd"] == row["largest_share_usd"]


def test_the_parts_of_partners_add_up_to_that_of_their_group(ask):
    whole = ask.trend("KOR", scope="ree-metals", on="CHN+JPN").rows
    china, japan = (ask.trend("KOR", scope="ree-metals", on=on).rows for on in ("CHN", "JPN"))

    for both, one, other in zip(
        *(rows["on_usd"].to_pylist() for rows in (whole, china, japan)), strict=True
    ):
        assert both == pytest.approx(one + other)
    several = ask.trend("KOR", scope="ree-metals", on="CHN,JPN").rows.to_pylist()
    assert {row["on"] for row in several} == {"CHN", "JPN"}


def test_buyers_are_partners_of_what_a_country_sells(ask, table):
    answer = ask.trend("CHN", scope="ree-metals", partner="consumer", on="JPN", since="2020")

    sold = [row for row in table if row["exporter"] == "CHN"]
    for row in answer.rows.to_pylist():
        sums = added(sold, "importer", row["period"], "ree-metals")
        assert row["on_share_usd"] == pytest.approx(sums["JPN"] / sum(sums.values()))
    sold = ("exports of rare-earth metals (ree-metals)", "to Japan", "since 2020")
    assert unsaid(answer.question, *sold) == []


def test_a_trend_since_a_year_is_the_end_of_the_whole_one(ask):
    whole = ask.trend("KOR", scope="ree-metals")
    late = ask.trend("KOR", scope="ree-metals", since="2015")

    assert late.rows.to_pylist() == [
        row for row in whole.rows.to_pylist() if row["period"] >= "2015"
    ]
    first = late.rows.to_pylist()[0]
    assert (first["period"], first["previous"]) == ("2015", "2014")  # before those that are shown
    assert late.coverage.trade.flows < whole.coverage.trade.flows
    assert late.scope.as_object()["since"] == "2015"


def test_since_keeps_periods_that_begin_no_earlier(graph_of):
    rows = [f"  - {{exporter: CHN, importer: KOR, period: {period}, usd: 5}}\n"
            for period in ("2023", "2024", "2024-Q1", "2024-Q3", "2024-08", "2025")]  # fmt: skip
    graph = graph_of({"trade.yaml": HEAD + "".join(rows)})

    def shown(since: str) -> set[str]:
        return set(graph.trend("KOR", since=since).rows["period"].to_pylist())

    assert shown("2024") == {"2024", "2024-Q1", "2024-Q3", "2024-08", "2025"}
    assert shown("2024-Q3") == {"2024-Q3", "2024-08", "2025"}
    assert shown("2024-08") == {"2024-08", "2025"}
    with pytest.raises(GraphkitError, match=r"no imports .*South Korea .*2026.*\b2025\b"):
        shown("2026")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"since": "latest"}, "`since`: 'latest'"),
        ({"since": "soon"}, "`since`: 'soon'"),
        ({"on": "Atlantis"}, "country .*'Atlantis'"),
    ],
)
def test_a_part_of_a_trend_that_cannot_be_is_refused(ask, options, message):
    with pytest.raises(UsageError, match=message):
        ask.trend("KOR", scope="ree-metals", **options)


def test_a_member_is_no_partner_of_its_group(ask):
    with pytest.raises(UsageError, match=r"Germany \(DEU\) .*European Union"):
        ask.trend("EU27", scope="ree-metals", on="DEU")


def test_the_picture_of_a_trend_with_a_partner_is_of_its_share(ask):
    option = ask.trend("KOR", scope="ree-metals", on="CHN").plot().option
    rows = ask.trend("KOR", scope="ree-metals", on="CHN").rows.to_pylist()

    assert "share by value, %" in json.dumps(option)
    drawn = option["series"][0]["data"][-1]
    value = drawn["value"] if isinstance(drawn, dict) else drawn
    assert value == pytest.approx(100 * rows[-1]["on_share_usd"], abs=0.1)


# --- both databases, any order of rows


@pytest.mark.parametrize(
    ("verb", "words", "more", "has_rows"),
    others_long([
        ("compare", ("2024", "2025-Q1"), {"of": "KOR", "scope": "dy-oxide"}, False),
        ("trend", ("MYS",), {"scope": "REE", "partner": "consumer"}, True),
        ("compare", ("2023", "2024"), {"of": "KOR"}, True),
        ("compare", ("1995", "2024"),
         {"of": "CHN", "scope": "ree-metals", "partner": "consumer"}, True),
        ("compare", ("1995", "2024"), {"scope": "280530", "top": 9}, True),
        ("compare", ("2023", "2024"), {"of": "EU27", "scope": "ree-metals"}, True),
        ("trend", ("EU27",), {"scope": "ree-metals"}, True),
        ("trend", ("KOR",), {"scope": "REE", "on": "CHN+JPN", "since": "2010"}, True),
    ], 3),
)  # fmt: skip
def test_both_databases_answer_the_same_to_the_byte(stores, verb, words, more, has_rows):
    embedded, neo4j = (
        json_text(as_object(getattr(Session(store), verb)(*words, **more)), indent=2)
        for store in stores.values()
    )

    assert embedded == neo4j
    assert bool(json.loads(embedded)["rows"]) == has_rows


@pytest.mark.long
def test_the_order_of_seeds_changes_nothing(tmp_path):
    rows = [
        FLOW.format(a, b, period, usd, tonnes)
        for a, b, period, usd, tonnes in (
            ("CHN", "KOR", 2023, 0.1, ", tonnes: 0.3"), ("JPN", "KOR", 2023, 0.7, ""),
            ("NOR", "KOR", 2023, 0.1, ""), ("CHN", "KOR", 2024, 0.3, ""),
            ("NOR", "KOR", 2024, 0.3, ", tonnes: 0.1"), ("CHN", "JPN", 2024, 1.1, ""),
        )
    ]  # fmt: skip
    found = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        with DuckStore(tmp_path / f"{name}.duckdb") as store:
            graph = small(store, tmp_path / name, HEAD + "".join(order))
            answers = (graph.compare("2023", "2024"), graph.trend("KOR"), graph.trend())
            found.append([json_text(as_object(answer)) for answer in answers])
    assert found[0] == found[1]


# --- the command line


@pytest.mark.long
def test_a_table_shows_the_first_partners_and_data_formats_all(graphkit):
    arguments = ("compare", "2010", "2024", "--for", "ree-compounds")
    shown = graphkit(*arguments, "-f", "table")[1]
    assert re.search(r"\d+ more rows: --all\.", shown)
    ranked = graphkit(*arguments, "-f", "table", "--top", "15", "--long")[1]
    assert unsaid(ranked, "partners … --top 0") == []
    code, out, err = graphkit(*arguments, "-f", "json")
    assert (code, err) == (0, "")
    assert len(json.loads(out)["rows"]) > 70
    assert not any("--top" in note for note in json.loads(out)["notes"])
    assert graphkit("trend", "KOR", "--for", "ree-metals", "-f", "csv")[1].count("\n") == 31


@pytest.mark.parametrize(
    ("arguments", "amount"),
    [(("disrupt", "CHN", "--period", "2024"), "lost_imports"),
     (("cascade", "CHN", "--period", "2024"), "lost")],
    ids=["disrupt", "cascade"],
)  # fmt: skip
def test_a_table_of_several_products_shows_the_largest_rows(graphkit, arguments, amount):
    shown = graphkit(*arguments, "-f", "table")[1]
    every = json.loads(graphkit(*arguments, "-f", "json")[1])["rows"]

    table, _, rest = shown.rpartition("─\n")[2].partition("\n\n")
    amounts = [row[amount] for row in every]
    assert amounts == sorted(amounts, reverse=True)
    assert money(amounts[0]) in table.splitlines()[0]
    assert rest.startswith(f"{len(every) - 10:,} more rows: --all.")


def test_the_partners_of_several_products_are_sorted_by_their_change(graphkit):
    _, out, _ = graphkit("compare", "2023", "2024", "--of", "KOR", "-f", "json")
    found = json.loads(out)
    changes, totals = (
        [abs((row["usd_after"] or 0.0) - (row["usd_before"] or 0.0)) for row in rows]
        for rows in (found["rows"], found["coverage"]["totals"])
    )

    assert changes == sorted(changes, reverse=True)
    assert totals == sorted(totals, reverse=True)


def test_totals_of_products_come_before_partners_the_largest_first(graphkit):
    shown = graphkit("compare", "2023", "2024", "--of", "KOR", "-f", "table", "--long")[1]

    totals, _, partners = shown.partition("\nOf each partner\n")
    assert "Totals of each product" in totals
    assert "Rare-earth" in totals
    assert "Japan" in partners


@pytest.mark.parametrize("width", ["80", "120"])
@pytest.mark.parametrize(
    "arguments", [("compare", "2023", "2024", "--of", "KOR"), ("trend", "KOR")], ids=" ".join
)
def test_tables_are_of_a_terminals_width(graphkit, monkeypatch, arguments, width):
    monkeypatch.setenv("COLUMNS", width)

    out = graphkit(*arguments, "-f", "table")[1]
    assert "Rare-earth" in out
    assert max(len(x) for x in out.splitlines() if "https://" not in x) <= int(width)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "2023"], 2, "argument 'AFTER'"),
        (["compare", "2023", "2024-Q7"], 2, "'2024-Q7' … 2024"),
        (["compare", "2023", "2023"], 2, "2023 twice … two different periods"),
        (["compare", "1989", "2024", "--of", "KOR"], 1, "no trade … both 1989 and 2024"),
        (["compare", "2024", "2025-Q1", "--for", "ree-metals"], 1,
         "rare-earth metals (1995 to 2024)"),
        (["compare", "2023", "2024", "--of", "NRU"], 1, "no imports of Nauru … 2023 or 2024"),
        (["compare", "2023", "2024", "--of", "XOC"], 2, "(XOC) … country … group"),
        (["compare", "2023", "2024", "--for", "dy-oxide"], 1, "no trade … dysprosium oxide"),
        (["compare", "2023", "2024", "--partner", "x"], 2, "--partner: … 'x' … supplier, consumer"),
        (["compare", "2023", "2024", "--top", "-1"], 2, "--top: … -1 … 0"),
        (["trend", "Koreaa"], 2, "'Koreaa' … South Korea (KOR)"),
        (["trend", "NRU", "--for", "ree-metals"], 1, "no imports of Nauru … rare-earth metals"),
        (["trend", "--for", "dy-oxide"], 1, "no trade … dysprosium oxide"),
        (["trend", "--partner", "seller"], 2, "--partner: … 'seller' … supplier"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(graphkit, arguments, code, message):
    found, out, err = graphkit(*arguments)
    assert (found, out, err.count("\n")) == (code, "", 1)
    assert unsaid(err, message) == []


def test_the_api_refuses_in_the_same_words(ask):
    with pytest.raises(UsageError, match=r"`partner`: .*'both'.* supplier, consumer"):
        ask.trend("KOR", partner="both")
