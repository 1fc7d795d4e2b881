"""An answer on one screen: few lines, the rows that matter most, and no remark lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa
import pytest
from saying import Naming, words_around

from graphkit.answers.answer import WITHOUT, Answer
from graphkit.answers.columns import Column
from graphkit.answers.note import Remark
from graphkit.answers.remarks import REMARK, main_period, with_remarks
from graphkit.pages.plain import PlainPage
from graphkit.plot.pictures import picture
from graphkit.render.answer import View
from graphkit.render.formats import plain_text
from graphkit.render.screen import LINES, ROWS, lay_out_screen

COMMANDS = (
    ("depends", "KOR"),
    ("depends", "KOR", "--on", "CHN"),
    ("suppliers", "JPN"),
    ("origins", "KOR", "--for", "magnets-metal"),
    ("spof", "KOR"),
    ("disrupt", "CHN", "--for", "ree-compounds", "--loss", "0.8"),
    ("controls", "CHN"),
    ("concentration",),
    ("reliance", "USA"),
    *(pytest.param(command, marks=pytest.mark.long) for command in (
        ("dependents", "CHN"),
        ("compare", "2023", "2024", "--of", "KOR"),
        ("trend", "KOR"),
        ("claims", "check"),
        ("origins", "JPN", "--on", "CHN", "--for", "rare earths"),
        ("spof", "KOR", "--for", "magnets-metal", "--definition", "structural"),
        ("spof", "--for", "rare earths"),
        ("cascade", "CHN", "--for", "magnets-metal"),
        ("concentration", "KOR"),
        ("reliance", "--n-minus-1"),
        ("criticality",),
        ("flows", "--for", "rare earths"),
        ("centrality", "--for", "rare earths"),
        ("centrality", "--for", "rare earths", "--over-time"),
        ("centrality", "--for", "rare earths", "--layered"),
        ("claims",),
        ("claims", "conflicts"),
    )),
)  # fmt: skip


def on_screen(answer: Answer, columns: int = 100, **how: object) -> str:
    """Return an answer on a screen."""
    return str(lay_out_screen(answer, PlainPage(columns), View(**how)))  # type: ignore[arg-type]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_answer_is_on_one_screen_on_a_terminal_and_in_a_pipe(graphkit, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "100")
    code, shown, _ = graphkit(*command, "--format", "table")

    assert code == 0
    assert shown.count("\n") <= LINES
    assert max(map(len, shown.splitlines())) <= 100
    assert "--long" in shown


def test_the_published_share_stands_beside_that_of_the_trade_data(graphkit):
    """The figure of the article of April 2025, and what the trade data give for what it may be."""
    _, shown, _ = graphkit("depends", "KOR", "--on", "CHN", "--format", "table")
    text = " ".join(shown.split())

    assert text == Naming("47.5 % … (reex-2025-04-30) … by value: 47.0 %")


@pytest.mark.parametrize("option", [("--all",), ("--long",), ("--top", "3")], ids=" ".join)
def test_all_rows_and_a_number_of_rows_are_shown_where_they_are_asked_for(graphkit, option):
    asked = ("dependents", "CHN", "--for", "rare earths")
    rows = graphkit(*asked, "--format", "csv")[1].count("\n") - 1
    _, shown, _ = graphkit(*asked, "--format", "table", *option)
    table = shown.split("─\n")[1].split("\n\n")[0].splitlines()

    assert rows > ROWS
    assert len(table) >= (3 if option[0] == "--top" else rows)
    assert len(table) < rows or option[0] != "--top"


@pytest.mark.parametrize("command", [("dependents", "CHN"), ("scenario", "congo-cobalt-2025")])
def test_all_and_a_number_of_rows_together_are_refused(graphkit, command):
    code, _, err = graphkit(*command, "--all", "--top", "3")

    assert code == 2
    assert err == Naming("--all and --top … one")


def test_the_rows_that_are_left_of_one_whole_are_added_up(ask):
    answer = ask.suppliers("KOR", scope="magnets-metal", period="2024")
    rows = answer.rows.to_pylist()
    text = on_screen(answer)
    (others,) = [line for line in text.splitlines() if "others" in line]

    assert f"{len(rows) - ROWS} others" in others
    share = sum(row["share_usd"] for row in rows[ROWS:])
    assert f"{100 * share:.1f} %" in others


# --- remarks


MAGNETS = "magnets-metal"


def remarked(answer: Answer, **values: object) -> Answer:
    """Give the first row of an answer other values in some columns."""
    rows = answer.rows
    for name, value in values.items():
        if name in rows.column_names:
            place, field = rows.column_names.index(name), rows.schema.field(name)
            column = [value, *rows[name].to_pylist()[1:]]
            rows = rows.set_column(place, field, pa.array(column, field.type))
        else:
            column = [value, *[None] * (len(rows) - 1)]
            rows = rows.append_column(name, pa.array(column, pa.infer_type([value])))
    names = set(rows.column_names) - {column.name for column in answer.columns}
    types = {name: rows.schema.field(name).type for name in names}
    columns = [*answer.columns, *(Column(name, type=types[name]) for name in sorted(names))]
    return replace(answer, rows=rows, columns=columns)


CASES = {
    "years missing from a sum": ({"years": "2022, 2023"}, "only 2022, 2023"),
    "another period than most": ({"period": "2019"}, "of 2019"),
    "a basket": ({"fit": "basket"}, "its code holds other elements too"),
    "a wider code": ({"fit": "proxy"}, "its code holds other goods too"),
    "goods of earlier stages": ({"earlier": "mattes (HS 810520)"}, "its code also holds mattes"),
    "a rounded divisor": (
        {"denominator": "sum of the producers, above the rounded world total"},
        "of the sum: the world total is rounded",
    ),
    "an unknown larger than the largest": (
        {"unnamed_share": 0.5, "cr1": 0.3}, "50.0 % without a named country",
    ),
    "others that may have more": ({"others": 3}, "3 others may have more"),
    "value without a weight": (
        {"missing_tonnes_share": 0.285}, "28.5 % of the value has no weight",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def korea(sliced_file):
    """The dependence of Korea on China, of the products with trade of 2024."""
    from graphkit.api import Session
    from graphkit.stores.duck.store import DuckStore

    with DuckStore(sliced_file) as store:
        yield Session(store).dependents("CHN", scope="rare earths", period="2024")


@pytest.mark.parametrize(("values", "remark"), CASES.values(), ids=CASES)
def test_a_remark_stands_beside_its_row_on_a_screen_and_in_a_picture(korea, values, remark):
    answer = remarked(replace(korea, product_remarks={}), **values)
    words = remark.split()
    shown = on_screen(answer)
    first = shown.split("─\n")[1].splitlines()[0]

    assert words[0] in first
    assert all(word in shown for word in words)
    if "years" not in values and "period" not in values:
        drawn = words_around(picture(answer).option)
        assert remark in drawn


def test_the_remark_of_a_product_is_that_of_each_of_its_rows(korea):
    answer = replace(korea, product_remarks={MAGNETS: Remark("all metal magnets")})
    rows = with_remarks(answer).rows.to_pylist()

    assert {row[REMARK.name] for row in rows if row["product"] == MAGNETS} == {"all metal magnets"}
    assert "all metal magnets" in words_around(picture(answer).option)


def test_a_weight_in_doubt_is_left_out_and_the_share_with_it_is_a_remark(korea):
    share = korea.rows["share_tonnes"][0].as_py()
    answer = remarked(korea, doubt="CHN to KOR 2024 too heavy")
    column = answer.rows["share_tonnes"].to_pylist()
    without = pa.array([share / 2, *column[1:]], pa.float64())
    field = answer.rows.schema.field("share_tonnes").with_name(f"share_tonnes{WITHOUT}")
    answer = replace(
        answer, rows=answer.rows.append_column(field, without),
        columns=[*answer.columns, Column(f"share_tonnes{WITHOUT}", "by weight", type=pa.float64())],
    )  # fmt: skip
    shown = on_screen(replace(answer, product_remarks={}))

    assert f"{100 * share:.1f} %" in shown
    assert f"{100 * share / 2:.1f} %" in shown.split("─\n")[1].splitlines()[0]
    assert "with a weight in doubt" in " ".join(shown.split())


@pytest.mark.parametrize("different", [2, 1000])
def test_where_remarks_do_not_fit_those_on_the_largest_rows_stay_and_the_rest_are_counted(
    korea, different
):
    long = "a remark of so many words that it takes more lines than there are " * 2
    rows = korea.rows
    products = [f"product-{n}" for n in range(len(rows))]
    place = rows.column_names.index("product")
    rows = rows.set_column(place, rows.schema.field("product"), pa.array(products))
    answer = replace(
        korea,
        rows=rows,
        product_remarks={p: Remark(f"{n % different} {long}") for n, p in enumerate(products)},
    )
    shown = on_screen(answer)

    assert shown.count("\n") <= LINES
    (count,) = re.findall(r"\* (\d+) remarks? beside rows: --long\.", shown)
    table = shown.split("─\n")[1].split("\n\n")[0]
    marks = [line.rstrip().endswith("*") for line in table.splitlines() if "product-" in line]
    assert marks == sorted(marks)
    assert sum(marks) == int(count) > 0
    assert f"  0 {long.split()[0]}" in table


def test_a_period_is_that_of_most_rows_or_stands_in_each(korea):
    assert main_period(korea) == "2024"
    mixed = replace(korea, rows=korea.rows.set_column(
        korea.rows.column_names.index("period"), korea.rows.schema.field("period"),
        pa.array(["2023" if n % 2 else "2024" for n in range(len(korea.rows))]),
    ))  # fmt: skip
    assert main_period(mixed) is None
    assert "Period" in on_screen(mixed).split("─")[0]


def test_a_screen_is_what_a_session_shows_and_the_long_form_what_it_prints(korea):
    shown = repr(korea)

    assert shown.count("\n") <= LINES
    assert shown == Naming("print(answer)")
    assert "\nSources\n" in str(korea)
    assert plain_text(korea, PlainPage(100), View(long=True)).count("\n") > LINES
