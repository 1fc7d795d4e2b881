"""A slow reader of headlines, which finds every figure and name of one again in the rows.

It shares no code with :mod:`graphkit.headlines`: each kind of sentence is read by a pattern, and
what it says is counted and added up again, row by row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from math import fsum
from typing import Any

import pytest

from graphkit.answers.answer import Answer, undoubted
from graphkit.names import with_article
from graphkit.period import Period

Row = dict[str, Any]
UNFIT = {"proxy", "basket"}
LONGEST = 240
TIME = (
    r"(?P<time>(?: (?:in|from) [^ ,;:]+(?: to [^ ,;:]+)?)?"
    r"(?: \((?:data of [^)]*|some years lack data)\))?)"
)
OTHER = r"(?P<other>(?:, other goods included)?)"
PART = r"(?:over 99|less than 0\.1|[\d.]+) %"
SPAN = (
    rf"(?:an estimated {PART} \((?:between \d+ and \d+ %|at least \d+ %|at most \d+ %)\)"
    rf"|between \d+ and \d+ %|at least \d+ %|at most \d+ %|an estimated {PART}|an unknown part"
    rf"|an unknown share|{PART})"
)
MONEY = r"[\d,.]+(?: (?:k|M|bn))? USD"
WEIGHT = r"(?:less than 1 t|[\d,.]+(?: M)? t)"
COUNT = (
    r"(?P<count>(?:none|[\d,]+) of [\d,]+|both|all [\d,]+) (?P<what>products?)"
    r"(?P<of>(?: of [a-z ]+?| \([^)]*\))?)"
)
MOST = r"(?P<most>(?:, most often .+? \([\d,]+\)|, namely [^,;]+?)?)"
BY = {"usd": "by value", "tonnes": "by weight"}
CAME = (
    rf"(?P<share>(?i:{SPAN})) of .+?’s? imports of (?P<goods>.+?){TIME} came from (?P<place>.+?)"
    r"(?P<traced> as traced)?, by (?:value|weight)"
)
MOVES = rf"(?:move (?:nothing|{PART})|lack (?:{WEIGHT}|{MONEY}))"
MOST_BY = r"at most (?P<most>[\d.e-]+) % from one country by (?P<until>\d+)"


class Unread(AssertionError):
    """A headline that no pattern reads."""


def agrees(text: str, share: float) -> bool:
    """Tell if a share is written right."""
    if text == "over 99 %":
        return 0.99 - 1e-9 <= share < 1
    if text == "less than 0.1 %":
        return 0 < share < 0.001 + 1e-9
    number = text.removesuffix(" %")
    digits = len(number.partition(".")[2])
    near = abs(100 * share - float(number)) <= 0.5 * 10**-digits + 1e-6
    return near or (number == "49.9" and 0.49 <= share < 0.5)


def holds(text: str, low: float | None, high: float | None, share: float | None = None) -> bool:
    """Tell if a range is written so that it holds what it is of, and no percent more."""
    if text in ("an unknown part", "an unknown share"):
        return share is None
    if text.startswith("an estimated "):
        assert share is not None
        estimate, _, span = text.removeprefix("an estimated ").partition(" (")
        is_right = agrees(estimate, share)
        return is_right and (holds(span[:-1], low, high) if span else low is None or high is None)
    assert low is not None
    assert high is not None
    numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
    if text.startswith("between"):
        least, most = numbers
    elif text.startswith("at least"):
        least, most = numbers[0], 100.0
    elif text.startswith("at most"):
        least, most = 0.0, numbers[0]
    else:
        return high - low < 5e-4 + 1e-12 and agrees(text, low)
    below, above = 100 * low - least, most - 100 * high
    return -1e-6 <= below < 1 + 1e-6 and -1e-6 <= above < 1 + 1e-6


def is_worth(text: str, value: float) -> bool:
    """Tell if an amount is written right."""
    if text == "less than 1 t":
        return 0 < value < 1
    number, *unit = text.split()
    size = {"k": 1e3, "M": 1e6, "bn": 1e9}.get(unit[0], 1.0)
    digits = len(number.partition(".")[2])
    return abs(value / size - float(number.replace(",", ""))) <= 0.5 * 10**-digits + 1e-6


def whole(text: str) -> int:
    return 0 if text == "none" else int(text.replace(",", ""))


def main_period(rows: list[Row]) -> list[Row]:
    """Rows of the period that most have, of several the newest."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.get("period"):
            counts[row["period"]] = counts.get(row["period"], 0) + 1
    if not counts:
        return rows
    most = max(counts.values())
    ties = [period for period, count in counts.items() if count == most]
    period = sorted(ties, key=lambda text: (Period(text).end, text))[-1]
    return [row for row in rows if row["period"] == period]


def of_each(rows: list[Row], *names: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        key = row.get(names[0]) if len(names) == 1 else tuple(row.get(name) for name in names)
        groups.setdefault(key, []).append(row)
    return groups


class Reader:
    """One answer, and what its headline may call its places and goods."""

    def __init__(self, answer: Answer, names: dict[str, str]) -> None:
        self.answer = undoubted(answer)
        self.scope = answer.scope
        self.rows: list[Row] = self.answer.rows.to_pylist()
        self.names = {**names, **answer.names}

    def place(self, key: str | None) -> str:
        if key is None:
            return "an unnamed country"
        name = self.names.get(key)
        if name is None and "+" in key and all(part in self.names for part in key.split("+")):
            name = " and ".join(self.names[part] for part in key.split("+"))
        return with_article(name or key)

    def owner(self, key: str | None) -> str:
        name = self.place(key)
        return f"{name}’" if name.endswith("s") else f"{name}’s"

    def goods(self, key: str | None) -> str:
        name = self.answer.names.get(key or "")
        if not name:
            meaning = self.scope.get("meaning") or ""
            texts = [meaning] if isinstance(meaning, str) else meaning
            for text in texts:
                if key and str(text).endswith(f" ({key})"):
                    return re.sub(r" \([^()]*\)", "", str(text))
            return key or "goods"
        first = name.split(" ")[0]
        return name[0].lower() + name[1:] if first[1:].islower() else name

    def starts(self, text: str, expected: str) -> None:
        assert text.casefold() == expected.casefold(), (text, expected)

    def time(self, text: str, rows: list[Row]) -> None:
        periods = {row.get("period") for row in rows} - {None}
        years = {row.get("years") for row in rows}
        plain = re.sub(r" \((?:data of .*|some years lack data)\)$", "", text)
        assert len(periods) <= 1, periods
        if periods:
            period = periods.pop()
            first, _, last = period.partition("..")
            assert plain == (f" from {first} to {last}" if last else f" in {period}"), text
        else:
            assert plain == ""
        assert (plain != text) == (years != {None}), (text, years)
        if "data of" in text:
            assert f"(data of {years.pop()})" in text
            assert not years

    def other(self, text: str, rows: list[Row]) -> None:
        assert bool(text) == any(row.get("fit") in UNFIT for row in rows), (text, rows)

    def count(self, match: re.Match[str], count: int, total: int) -> None:
        text = match["count"]
        if text in ("both",) or text.startswith("all "):
            assert count == total
            assert total == (2 if text == "both" else whole(text.split()[1]))
        else:
            found, all_of = text.split(" of ")
            assert (whole(found), whole(all_of)) == (count, total), (text, count, total)
        assert match["what"].endswith("s") == (total != 1)

    def most(self, text: str, keys: list[str]) -> None:
        """Check who is named most often."""
        if not text:
            return
        counts = Counter(keys)
        key = sorted(counts, key=lambda one: (-counts[one], str(one)))[0]
        if text.startswith(", namely "):
            assert text == f", namely {self.place(key)}"
            assert counts[key] == len(keys)
        else:
            assert text == f", most often {self.place(key)} ({counts[key]:,})", (text, counts)


# --- chains


NOBODY = {"unknown", "untraceable", "any other country"}


def countries(rows: list[Row]) -> list[Row]:
    return [
        row for row in rows
        if row["origin"] not in NOBODY and not row["origin"].startswith("through ")
    ]  # fmt: skip


def passing(rows: list[Row]) -> list[Row]:
    """Rows of what was in a place at any stage."""
    return [
        row for row in rows
        if row["origin"].startswith("through ") or row["traced_to"] == "any stage"
    ]  # fmt: skip


def origin(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    passed = passing(rows)
    assert bool(passed) == (" passed through " in match[0])
    known = passed or [row for row in countries(rows) if row["share"] is not None]
    known = [row for row in known if row["earlier"] is None] or known
    read.time(match["time"], rows)
    assert match["buyer"] == read.owner(rows[0]["consumer"])
    here = []
    for row in known:
        end = read.place(row["origin"].removeprefix("through "))
        if match["place"] == end and match["goods"] == read.goods(row["product"]):
            here.append(row)
    share = match["share"][0].lower() + match["share"][1:]
    fitting = [row for row in here if holds(share, row["low"], row["high"], row["share"])]
    assert fitting, (match["share"], here)
    best = max(row["low"] or 0.0 for row in known)
    fitting = [row for row in fitting if (row["low"] or 0.0) >= best - 1e-12]
    assert fitting
    if match["estimate"]:
        assert any(agrees(match["estimate"], row["share"]) for row in fitting)
    row = fitting[0]
    assert bool(match["before"]) <= (row["earlier"] is not None)
    if match["assumed"]:
        assert row["high"] - row["low"] > 1 / 3
        row = next(
            one
            for one in fitting
            if one["assumption"]
            and holds(match["assumed"], one["assumed_low"], one["assumed_high"])
        )
        assert match["if"] in (f"if {row['assumption']}", "if only listed makers make it",
                               "under assumptions")  # fmt: skip
    if row["earlier"] is not None and not match["before"]:
        assert row["fit"] in UNFIT
    read.other(match["other"], [row] if not match["before"] else [])
    if match["measure"]:
        assert match["measure"] == BY[row["measure"]]


def half_made(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    large: dict[str, set[str]] = {}
    passed = passing(rows)
    assert bool(passed) == (" surely passed through " in match[0])
    for row in passed or countries(rows):
        if row["low"] is not None and row["low"] >= 0.5 and row["earlier"] is None:
            large.setdefault(row["product"], set()).add(row["origin"])
    read.count(match, len(large), len({row["product"] for row in rows}))
    assert match["buyer"] == read.owner(rows[0]["consumer"])
    read.time(match["time"], rows)
    read.other(match["other"], [row for row in rows if row["product"] in large])
    if match["place"] != "one country":
        assert match["place"] == read.place(read.scope["origin"])
        assert {key for keys in large.values() for key in keys} <= {read.scope["origin"]}
    read.most(match["most"], [key for keys in large.values() for key in keys])


def by_sellers(read: Reader, match: re.Match[str]) -> None:
    rows = [row for row in countries(main_period(read.rows)) if row["face_value"]]
    most = max(row["face_value"] for row in rows)
    assert agrees(match["share"], most)
    here = [row for row in rows if row["face_value"] >= most - 1e-12]
    assert any(match["place"] == read.place(row["origin"]) for row in here)
    assert any(match["goods"] == read.goods(row["product"]) for row in here)
    read.time(match["time"], here)


def no_origin(read: Reader, match: re.Match[str]) -> None:
    assert not [row for row in countries(main_period(read.rows)) if row["share"] is not None]


CERTAINTY = {
    "surely": {"certain"}, "by estimate": {"as traced"}, "perhaps": {"possible"},
    "with the other goods under its code": {"basket", "proxy"},
}  # fmt: skip


def point_of(row: Row) -> str:
    return "removed" if row.get("removed") is not None else "supplier"


def points(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    sure = match["sure"] or (match["other"] or ", surely").removeprefix(", ")
    wanted = CERTAINTY[sure]
    for better in ("certain", "as traced", "possible"):
        if better in wanted:
            break
        assert all(row["verdict"] != better for row in rows)
    rows = [row for row in rows if row["verdict"] in wanted]
    if sure.startswith("with"):
        first = "basket" if any(row["verdict"] == "basket" for row in rows) else "proxy"
        rows = [row for row in rows if row["verdict"] == first]
    assert abs(float(match["least"]) - 100 * read.scope["threshold"]) < 1e-4
    every = {row["product"] for row in rows}
    faces = [row for row in rows if row.get("definition") == "face value"]
    assert bool(match["bought"]) == bool(faces)
    rows = faces or rows
    if match["traced"]:
        assert whole(match["traced"]) == len(every) - len({row["product"] for row in faces})
    goods, people = {row["product"] for row in rows}, {row["consumer"] for row in rows}
    if match["products"]:
        assert whole(match["products"]) == len(goods)
    else:
        assert len(goods) == 1
        assert match["goods"] == read.goods(goods.pop())
    if match["n"]:
        assert whole(match["n"]) == len(people) > 1
    else:
        assert len(people) == 1
        assert match["buyer"] == read.owner(people.pop())
    read.time(match["time"], rows)
    keys = [key for some in of_each(rows, "consumer", "product").values()
            for key in {row[point_of(row)] for row in some}]  # fmt: skip
    read.most(match["most"], keys)


def without(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    here = [
        row for row in rows
        if match["place"] == read.place(row["removed"])
        and match["buyer"] == read.place(row["consumer"])
        and match["goods"] == read.goods(row["product"])
    ]  # fmt: skip
    [row] = here
    assert holds(match["share"], row["low"], row["high"], row["loss"])
    if match["estimate"]:
        assert agrees(match["estimate"], row["loss"])
    for verdict in ("certain", "as traced", "possible"):
        if row["verdict"] == verdict:
            break
        assert all(other["verdict"] != verdict for other in rows)
    best = [other["low"] or 0.0 for other in rows
            if other["verdict"] == row["verdict"] and other["loss"] is not None]  # fmt: skip
    assert (row["low"] or 0.0) >= max(best) - 1e-12
    read.time(match["time"], [row])
    read.other(match["other"], [row])
    if match["measure"]:
        assert match["measure"] == BY[row["measure"]]


def nothing_left(read: Reader, match: re.Match[str]) -> None:
    assert any(row["loss"] is None and row["cut_off"] for row in read.rows)


def exposed(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    if any(row.get("definition") == "face value" for row in rows):
        rows = [row for row in rows if row["definition"] == "face value"]
    most = max(row["consumers"] for row in rows)
    assert whole(match["n"]) == most
    here = [
        row for row in rows
        if row["consumers"] == most and match["place"] == read.place(row[point_of(row)])
        and match["goods"] == read.goods(row["product"])
        and whole(match["of"]) == row["importers"]
        and (not match["stake"] or agrees(match["stake"], row["at_stake"]))
    ]  # fmt: skip
    assert here
    assert abs(float(match["least"]) - 100 * read.scope["threshold"]) < 1e-4
    read.time(match["time"], here[:1])
    read.other(match["other"], here[:1])
    if match["measure"]:
        assert match["measure"] == BY[here[0]["measure"]]


def domestic(read: Reader, match: re.Match[str]) -> None:
    rows = [row for row in read.rows if row["verdict"] == "published"]
    assert bool(rows) == match["who"].startswith("Sources")
    rows = rows or read.rows
    goods = {read.goods(row["product"] or row["element"]) for row in rows}
    if re.fullmatch(r"[\d,]+ materials?", match["goods"]):
        assert whole(match["goods"].split()[0]) == len(goods)
    else:
        assert sorted(goods) == sorted(re.split(r", | and ", match["goods"]))
    counts = Counter(row["country"] for row in rows)
    if match["place"]:
        key = sorted(counts, key=lambda one: (-counts[one], one))[0]
        assert match["place"] == read.place(key)
        if match["times"]:
            assert whole(match["times"]) == counts[key]


def cut(read: Reader, text: str | None) -> None:
    """Check the cut that a headline names."""
    if text is None:
        return
    loss = read.scope.get("loss", 1.0)
    names = [read.place(key) for key in sorted(set(read.scope["exporters"]))]
    assert all(name in text for name in names)
    if stopped := read.scope.get("stopped"):
        who = read.place(read.scope["seat"]) if read.scope.get("seat") else stopped
        assert re.sub(r" \([^()]*\)", "", who) in text or "what is named" in text
        if loss < 1:
            assert abs(float(re.search(r" made ([\d.]+) % less", text)[1]) - 100 * loss) < 1e-4
        else:
            assert text.endswith(" stopped") or names
        return
    number = re.search(r" cut ([\d.]+) % of ", text)
    if isinstance(loss, float) and loss < 1:
        assert number
        assert abs(float(number[1]) - 100 * loss) < 1e-4
    else:
        assert " stopped " in text


def capacity(text: str, *known: str | None) -> None:
    """Check what a headline says of the coverage of a capacity, or of one of several alike."""
    words = {
        "unknown": "; coverage of its capacity is unknown",
        "under half": "; under half of capacity is known",
    }
    assert text in {words.get(coverage or "", "") for coverage in known}


def end_coverage(row: Row) -> str:
    """Ratio of the capacity of a row to published production."""
    if row["plants"] is None:
        return ""
    ends = [row[name] for name in ("coverage_low", "coverage_high") if row[name] is not None]
    return "unknown" if not ends else "under half" if ends[0] < 0.5 else ""


def named_end(read: Reader, text: str | None, row: Row) -> bool:
    """Tell if a headline names the plant, company or state of a row."""
    if text is None:
        return True
    if read.scope["level"] == "controller":
        return text in (f"what {with_article(row['name'])} can stop", "one state")
    name = re.sub(r" \([^()]*\)", "", row["name"])
    text = re.sub(r" and \d+ more sites?$", "", text.removeprefix("plants of "))
    return text in name or text.startswith("one ")


def ended(read: Reader, match: re.Match[str]) -> None:
    """Check the loss without one plant, company or state: the largest."""
    rows = main_period(read.rows)
    most = max(row["loss"] for row in rows)
    here = [
        row for row in rows
        if row["loss"] == most and named_end(read, match["end"], row)
        and match["who"].casefold() == read.place(row["consumer"]).casefold()
        and match["goods"] == read.goods(row["product"])
        and holds(match["share"], row["low"], row["high"], row["loss"])
    ]  # fmt: skip
    assert here, most
    capacity(match["known"], *map(end_coverage, here))
    if match["estimate"]:
        assert agrees(match["estimate"], most)
    read.time(match["time"], here[:1])
    read.other(match["other"], here[:1])


def ended_for_all(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    most = max(row["at_stake"] for row in rows)
    here = [
        row for row in rows
        if row["at_stake"] == most and named_end(read, match["end"], row)
        and match["goods"] == read.goods(row["product"])
    ]  # fmt: skip
    assert here, most
    assert agrees(match["share"], most)
    capacity(match["known"], *map(end_coverage, here))
    if match["n"]:
        assert whole(match["n"]) == here[0]["consumers"]
        assert whole(match["of"]) == here[0]["importers"]
    read.time(match["time"], here[:1])
    read.other(match["other"], here[:1])


def unknown_loss(read: Reader, match: re.Match[str]) -> None:
    cut(read, match["cut"])
    rows = main_period(read.rows)
    assert all(row["lost_share"] is None for row in rows)
    capacity(match["known"], read.scope["capacity_coverage"])
    if match["most"]:
        assert 0 <= int(match["most"]) - 100 * max(row["high"] for row in rows) < 1
    read.time(match["time"], rows[:1])


def loss(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    cut(read, match["cut"])
    capacity(match["known"], read.scope.get("capacity_coverage"))
    place = "consumer" if "consumer" in rows[0] else "country"
    amount = "lost_imports" if place == "consumer" else "lost"
    assert match["whole"] == ("imports" if place == "consumer" else "supply")
    most = max(row[amount] or 0.0 for row in rows)
    here = [
        row for row in rows
        if (row[amount] or 0.0) == most
        and match["who"].casefold() == read.place(row[place]).casefold()
        and holds(match["share"], row["low"], row["high"], row["lost_share"])
        and (not match["goods"] or match["goods"] == read.goods(row["product"]))
    ]  # fmt: skip
    assert here, (match["share"], most)
    row = here[0]
    if match["worth"]:
        assert is_worth(match["worth"], row[amount])
        assert match["worth"].endswith("USD") == (row["measure"] == "usd")
    if match["estimate"]:
        assert agrees(match["estimate"], row["lost_share"])
    if place == "country":
        assert ("may fail" in match["verb"]) == (row["verdict"] != "certain")
    else:
        assert ("most:" in match["verb"]) == (len({row["consumer"] for row in rows}) > 1)
    read.time(match["time"], [row])
    read.other(match["other"], [row])


def uncovered(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    first = [row for row in rows if row["month"] == 1]
    most = max((row["need"] or 0.0) * row["uncovered_in_all"] for row in first)
    cut(read, match["cut"])
    capacity(match["known"], read.scope.get("capacity_coverage"))
    assert int(match["months"]) == max(row["month"] for row in rows)
    if match["span"]:
        assert int(match["span"]) == rows[0]["restart"] - 1
    assert float(match["held"] or 0) == (read.scope.get("stock_days") or 0)
    assert float(match["slack"] or 0) == pytest.approx(100 * (read.scope.get("slack") or 0))
    if match["who"].casefold() == "nobody":
        assert match["part"] == "any"
        assert all(row["high"] == 0 for row in first)
        assert not match["goods"] or match["goods"] in {read.goods(row["product"]) for row in first}
        read.time(match["time"], first)
        read.other(match["other"], first)
        return
    here = [
        row for row in first
        if (row["need"] or 0.0) * row["uncovered_in_all"] == most
        and match["who"].casefold() == read.place(row["consumer"]).casefold()
        and (not match["goods"] or match["goods"] == read.goods(row["product"]))
    ]  # fmt: skip
    assert here, match[0]
    row = here[0]
    if match["part"] == "nothing":
        assert row["high"] == 0
    else:
        assert holds(match["part"], row["low"], row["high"], row["uncovered_in_all"])
    if match["day"]:
        assert match["day"] == str(row["first_day"])
        assert bool(match["about"]) == (row["first_day_earliest"] != row["first_day"])
    if match["estimate"]:
        assert agrees(match["estimate"], row["uncovered_in_all"])
    assert ("most:" in match["verb"]) == (len({row["consumer"] for row in rows}) > 1)
    read.time(match["time"], [row])
    read.other(match["other"], [row])


SETTING_START = (
    r"(?P<start>With a loss of|With a slack of|With stocks of|Over|With a share of at most"
    r"|With growth of) (?P<first>[\d.,e-]+)(?P<unit> %| days?| months?), "
)
SETTING_END = r"; (?:at|with|over) (?P<last>[\d.,e-]+)(?: %| days?| months?), "


def ends_of_sweep(match: re.Match[str], rows: list[Row]) -> tuple[float, float]:
    """Find both ends of a sweep, as its sentence says."""
    settings = [row["setting"] for row in rows]
    unit = 100 if match["unit"] == " %" else 1
    for text, setting in ((match["first"], min(settings)), (match["last"], max(settings))):
        assert float(text.replace(",", "")) == pytest.approx(unit * setting)
    return min(settings), max(settings)


def swept_losses(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    last = max(row["setting"] for row in rows)
    most = max(row["lacking"] for row in rows if row["setting"] == last)
    lines = {(row["consumer"], row["product"]) for row in rows
             if row["setting"] == last and row["lacking"] == most
             and match["who"].casefold() == read.place(row["consumer"]).casefold()
             and match["goods"] == read.goods(row["product"])}  # fmt: skip
    assert lines, match[0]
    line = [row for row in rows if (row["consumer"], row["product"]) in lines]
    line.sort(key=lambda row: row["setting"])
    assert agrees(match["from"], line[0]["uncovered_in_all"])
    assert agrees(match["to"], line[-1]["uncovered_in_all"])
    cut(read, match["cut"])
    ends_of_sweep(match, line)
    read.time(match["time"], line[-1:])
    read.other(match["other"], line[-1:])


def swept_purchases(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    ends = ends_of_sweep(match, rows)
    counts = [
        [row["verdict"] != "impossible" for row in rows if row["setting"] == end] for end in ends
    ]
    assert match["buyer"] == read.place(rows[0]["consumer"])
    read.count(match, sum(counts[0]), len(counts[0]))
    assert whole(match["more"]) == sum(counts[1])
    assert match["share"] in ("this share", f"{100 * rows[0]['max_share']:g} %")
    read.time(match["time"], rows)


def swept_product(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    ends = ends_of_sweep(match, rows)
    assert match["buyer"] == read.place(rows[0]["consumer"])
    assert match["goods"] == read.goods(rows[0]["product"])
    for name, end in zip(("from", "to"), ends, strict=True):
        [row] = [row for row in rows if row["setting"] == end]
        verb, _, text = match[name].partition(" ")
        assert (verb == "lack") == (row["verdict"] == "impossible")
        if verb == "lack":
            assert is_worth(text, row["shortfall"])
        else:
            assert text == "nothing" if not row["moved_share"] else agrees(text, row["moved_share"])
    assert match["share"] in (None, f"{100 * rows[0]['max_share']:g} %")
    read.time(match["time"], rows)
    read.other(match["other"], rows)


# --- what was published


def industries_reached(read: Reader, match: re.Match[str]) -> None:
    cut(read, match["cut"])
    assert whole(match["n"]) == len(read.rows)
    elements = of_each(read.rows, "element")
    (name,) = (f"{len(elements):,} elements",) if len(elements) > 1 else map(read.goods, elements)
    assert match["goods"] == name
    regions = {row["value_added_of"] for row in read.rows if row["value_added_of"]}
    if match["sectors"]:
        added = {row["sector"]: row["value_added"] for row in read.rows if row["value_added"]}
        assert whole(match["sectors"]) == len(added)
        assert is_worth(match["worth"], fsum(added.values()))
        assert regions == {read.scope["consumer"] or regions.copy().pop()}
        assert match["whose"] == read.place(regions.pop())
    elif match["region"]:
        assert all(read.place(key) in match["region"] for key in regions)


def purchases_moved(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    row = rows[0]
    assert {r["verdict"] for r in rows} == {"possible"}
    assert match["most"] == f"{100 * row['max_share']:g} %"
    assert match["goods"] == read.goods(row["product"])
    assert match["buyer"] == read.place(row["consumer"])
    at_share = {r["supplier"] for r in rows if r["limit"] == "share"}
    expected = read.place(at_share.pop()) if len(at_share) == 1 else "one supplier"
    if row["cap"] != "supplier":
        expected = f"one {row['cap']}"
    assert match["seller"] == expected
    assert is_worth(match["moved"], row["moved"])
    assert row["moved"] >= fsum(r["change"] for r in rows if r["change"] > 0) * (1 - 1e-3)
    if match["strain"]:
        assert agrees(match["strain"], row["strain"])
    far = at_far_prices(rows)
    assert is_worth(match["far"], far) if match["far"] else far < 0.05 * row["moved"] or far == 0
    assert bool(match["left_out"]) == bool(read.scope.get("exclude"))
    if match["until"]:
        assert int(match["until"]) == read.scope["until"]
    else:
        read.time(match["time"], rows)
    read.other(match["other"], rows)


def purchases_impossible(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    row = rows[0]
    assert {r["verdict"] for r in rows} == {"impossible"}
    assert match["goods"] == read.goods(row["product"])
    assert match["buyer"] == read.place(row["consumer"])
    assert agrees(match["least"], row["least_share"])
    assert match["cap"] == row["cap"]
    if row["cap"] == "supplier":
        assert max(r["planned_share"] for r in rows) <= row["least_share"] + 1e-6
    read.time(match["time"], rows)
    read.other(match["other"], rows)
    if match["most"]:
        assert match["most"] == f"{100 * row['max_share']:g} %"
        assert is_worth(match["lacking"], row["shortfall"])


def purchases_met(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    assert {r["verdict"] for r in rows} == {"met"}
    assert match["most"] == f"{100 * rows[0]['max_share']:g} %"
    assert match["buyer"] == read.owner(rows[0]["consumer"])
    assert match["goods"] == read.goods(rows[0]["product"])
    most = rows[0]["largest_share"]
    assert most <= rows[0]["max_share"]
    assert match["cap"] == rows[0]["cap"]
    if rows[0]["cap"] == "supplier":
        assert most >= max(r["share"] for r in rows) - 1e-9
    read.time(match["time"], rows)
    if match["largest"]:
        assert agrees(match["largest"], most)
        assert match["seller"] == read.place(rows[0]["largest"])


def at_far_prices(rows: list[Row]) -> float:
    """Add up what would be bought at prices of other goods."""
    return fsum(r["change"] for r in rows if r["far_price"] and (r["change"] or 0.0) > 0)


def purchases_of_products(read: Reader, match: re.Match[str]) -> None:
    rows = main_period(read.rows)
    verdicts = [
        "far" if some[0]["verdict"] == "possible"
        and 0 < at_far_prices(some) >= 0.05 * some[0]["moved"]
        else some[0]["verdict"]
        for some in of_each(rows, "product").values()
    ]  # fmt: skip
    if match["far"]:
        assert whole(match["far"]) == verdicts.count("far")
    read.starts(match["buyer"], read.place(rows[0]["consumer"]))
    read.count(match, verdicts.count("possible") + verdicts.count("far"), len(verdicts))
    assert match["share"] == f"{100 * rows[0]['max_share']:g} %"
    read.time(match["time"], rows)
    if match["met"]:
        assert whole(match["met"]) == verdicts.count("met")
    if match["not"]:
        assert whole(match["not"]) == verdicts.count("impossible")


def targets_counted(read: Reader, match: re.Match[str]) -> None:
    worst = []
    for some in of_each(read.rows, "target").values():
        verdicts = {row["verdict"] for row in some}
        above = verdicts & {"missed", "on the way"}
        worst.append("above" if above else "kept" if verdicts == {"met"} else "open")
    assert match["whose"] == read.place(read.rows[0]["country"])
    read.time(match["time"], [row for row in main_period(read.rows) if row["period"]])
    read.count(match, worst.count("above"), len(worst))
    assert {row["until"] for row in read.rows} == {match["until"]} or not match["until"]
    for name in ("kept", "open"):
        assert whole(match[name] or "0") == worst.count(name)


def target_of(read: Reader, match: re.Match[str]) -> list[Row]:
    """Rows of the one target that a sentence is about."""
    rows = [row for row in read.rows if row["product"]]
    assert len({row["target"] for row in rows}) == 1
    if match["until"]:
        assert match["until"] == rows[0]["until"]
        assert match["most"] == f"{100 * rows[0]['threshold']:g}"
    return rows


def target_beside(read: Reader, match: re.Match[str]) -> None:
    assert any(
        row["missing"] is None
        and match["goods"] == read.goods(row["product"])
        and match["place"] == read.place(row["supplier"])
        and bool(match["traced"]) == (row["definition"] == "looked through")
        and holds(match["share"], row["low"], row["high"])
        and row["verdict"] in (("cannot be told",) if match["open"] else ("missed", "on the way"))
        for row in target_of(read, match)
    )


def target_kept(read: Reader, match: re.Match[str]) -> None:
    rows = target_of(read, match)
    assert {row["verdict"] for row in rows} == {"met"}
    high = 100 * max(row["high"] for row in rows)
    assert high - 1e-6 <= float(match["high"]) < high + 1


def target_open(read: Reader, match: re.Match[str]) -> None:
    verdicts = {row["verdict"] for row in target_of(read, match)}
    assert not verdicts & {"missed", "on the way"}
    assert "cannot be told" in verdicts


def figure_narrows(read: Reader, match: re.Match[str]) -> None:
    ranked = [row for row in read.rows if row["reduction"] is not None]
    kind = "owner of a plant"
    row = max([r for r in ranked if r["figure"] != kind] or ranked, key=lambda r: r["reduction"])
    assert int(match["points"]) == int(100 * row["reduction"]) > 0
    parts = match.groupdict()
    if text := parts.get("ends"):
        low, high = (float(number) for number in text.split(" to "))
        assert low <= 100 * row["low"] < low + 1
        assert high - 1 < 100 * row["high"] <= high + 1e-9
    if plant := parts.get("plant"):
        assert plant == row["place"]
    elif parts.get("place"):
        kinds = {"output of": "production", "trade in": "unseen trade"}
        assert row["figure"] == kinds.get(parts["kind"], "origin of inputs")
        read.starts(parts["place"], read.owner(row["place"]))
        assert parts["good"] == read.goods(row["good"])
    if parts.get("origin"):
        assert parts["origin"] == read.owner(row["origin"])
        buyer = f"{read.owner(row['consumer'])} " if row["consumer"] else "all trade in "
        assert parts["whose"] in ("capacity", f"{buyer}{read.goods(row['product'])}")


def no_figure_narrows(read: Reader, match: re.Match[str]) -> None:
    points = [row["reduction"] for row in read.rows if row["reduction"] is not None]
    assert not any(int(100 * value) for value in points)


def rows_counted(read: Reader, match: re.Match[str]) -> None:
    assert whole(match["n"]) == len(read.rows)
    if match["products"]:
        assert whole(match["products"]) == len({row["product"] for row in read.rows})


def nothing(read: Reader, match: re.Match[str]) -> None:
    assert not read.rows
    assert not re.search(r"`|--", match[0])


IMPORTS = r"(?P<buyer>.+?’s?) imports"
WORK = (
    r"was (?:mined|separated or refined|turned into metal|concentrated|alloyed|made"
    r"|worked on at the stage \S+)"
)
KNOWN = r"(?P<known>(?:; coverage of its capacity is unknown|; under half of capacity is known)?)"
LOSS = (
    r"(?P<who>.+?) (?P<verb>would lose most:|would lose most of those that (?:may )?fail:"
    rf"|would lose) (?:(?P<worth>{MONEY}|{WEIGHT}), )?(?P<share>{SPAN}) of its "
    rf"(?P<whole>imports|supply)(?: of (?P<goods>.+?))??{TIME}{OTHER}{KNOWN}"
    rf"(?: \(estimate: (?P<estimate>{PART})\))?\."
)
HELD = (
    r"(?: for (?P<span>\d+) months?)? and buyers held (?:no stocks|(?P<held>\d+) days? of stock)"
    r"(?:, with a slack of (?P<slack>[\d.]+) % elsewhere)?"
)
LACK = (
    rf"(?P<who>.+?) (?P<verb>would lack most:|would lack) (?P<part>{SPAN}|nothing|any) of "
    rf"(?P<months>\d+) months?’s? imports(?: of (?P<goods>.+?))??{TIME}{OTHER}"
    rf"(?:, from (?P<about>about )?day (?P<day>[\d,]+) on)?{KNOWN}"
    rf"(?: \(estimate: (?P<estimate>{PART})\))?"
    r"\."
)
Check = Callable[[Reader, re.Match[str]], None]
_NUMBER = r"[\d,]+"
FAMILIES: dict[str, list[tuple[str, Check]]] = {
    "diversify": [
        (rf"{SETTING_START}(?P<buyer>.+?) could get every supplier of {COUNT} to at most "
         rf"(?P<share>this share|[\d.e-]+ %){TIME}{SETTING_END}of (?P<more>{_NUMBER})\.",
         swept_purchases),
        (rf"{SETTING_START}(?P<buyer>.+?) would (?P<from>{MOVES})"
         rf" of its (?P<goods>.+?){TIME}{OTHER}{SETTING_END}"
         rf"(?P<to>{MOVES})(?: for (?P<share>[\d.e-]+ %))?\.",
         swept_product),
        (rf"To buy at most (?P<most>[\d.e-]+ %) of its (?P<goods>.+?) from (?P<seller>.+?)"
         rf"(?: and nothing from (?P<left_out>.+))?, "
         rf"(?P<buyer>.+) would (?:move|buy) (?P<moved>{WEIGHT}|{MONEY})(?: more of others by "
         rf"(?P<until>\d+)|{TIME}){OTHER}(?:; (?P<far>{WEIGHT}|{MONEY}) of it at prices of "
         rf"other goods)?(?:, (?P<strain>{PART}) of what others sell elsewhere)?\.",
         purchases_moved),
        (rf"No purchases of (?P<goods>.+?){TIME} bring all "
         rf"(?P<cap>supplier|origin|seat)s of (?P<buyer>.+) below "
         rf"(?P<least>{PART}){OTHER}(?:; for (?P<most>[\d.e-]+ %), (?P<lacking>{WEIGHT}|{MONEY}) "
         rf"are lacking)?\.", purchases_impossible),
        (rf"No (?P<cap>supplier|origin|seat) has more than (?P<most>[\d.e-]+ %) of "
         rf"(?P<buyer>.+’s?) imports of (?P<goods>.+?)"
         rf"{TIME}, by (?:value|weight)(?:; (?P<seller>.+) has (?P<largest>{PART}){OTHER})?\.",
         purchases_met),
        (rf"(?P<buyer>.+?) could get every (?:supplier|origin|seat) of {COUNT} to at most "
         rf"(?P<share>[\d.e-]+ %){TIME}(?:, for (?P<far>{_NUMBER}) of them with some purchases at "
         rf"prices of other goods)?(?:; (?P<met>{_NUMBER}) (?:is|are) there already)?"
         rf"(?:[;,] (?P<not>{_NUMBER}) (?:is|are) out of reach)?\.", purchases_of_products),
        (r".+ cannot buy all the .+ that it needs.*\.", lambda read, match: None),
    ],
    "targets": [
        (rf"By imports{TIME}, at face value or as traced, (?P<whose>.+?) is above "
         rf"(?P<count>(?:none|[\d,]+) of [\d,]+|both|all [\d,]+) (?P<what>targets?)"
         rf"(?: for (?P<until>\d+))? at some stage"
         rf"(?:; (?P<kept>{_NUMBER}) (?:is|are) kept to at every stage)?"
         rf"(?:[;,] (?P<open>{_NUMBER}) cannot be told)?\.", targets_counted),
        (rf"(?P<open>Whether .+ cannot be told: )?{CAME}"
         rf"(?:; its target for .+ is {MOST_BY})?\.", target_beside),
        (rf"No country has more than (?P<high>\d+) % of .+ imports of .+?, at face value or as "
         rf"traced(?:; its target for .+ is {MOST_BY})?\.", target_kept),
        (rf"Whether .+ keeps to its target for .+, {MOST_BY}, cannot be told(?:: missing is "
         rf".+)?\.", target_open),
    ],
    "unknowns": [
        (rf"(?:The owner of (?P<plant>.+)|(?P<place>.+?’s?) (?P<kind>output of|inputs for"
         rf"|trade in) (?P<good>.+?)), if known, would narrow (?:the range of "
         rf"(?P<origin>.+?’s?) share of (?P<whose>.+?)(?: \((?P<ends>\d+ to \d+) %\))?"
         rf"|a range of .+?) by (?P<points>{_NUMBER}) points? or more\.", figure_narrows),
        (rf"One figure, if known, would narrow a range of .+ by (?P<points>{_NUMBER}) points? or "
         r"more\.", figure_narrows),
        (r"No (?:one figure by itself|figure) would narrow a range of .+ for sure by a point or "
         r"more\.", no_figure_narrows),
        (r"No range of .+ is open; some figures are in no range\.", no_figure_narrows),
    ],
}  # fmt: skip
ANYWHERE: list[tuple[str, Check]] = [
    (rf"The answer has (?P<n>{_NUMBER}) rows?(?: on (?P<products>{_NUMBER}) products?)?(?: in "
     rf".+)?\.",
     rows_counted),
]  # fmt: skip
PATTERNS = {name: found for names, found in FAMILIES.items() for name in names.split()}


def check(function: str, answer: Answer, names: dict[str, str], text: str = "") -> None:
    """Check a headline against the rows of its answer, figure by figure and name by name.

    Raises
    ------
    AssertionError
        A figure or a name is not that of the rows, or no pattern reads the sentence.
    """
    text = text or answer.headline
    form(text, answer)
    read = Reader(answer, names)
    if not read.rows:
        nothing(read, re.match(r"(?s).*", text))
        return
    patterns = PATTERNS[function]
    for pattern, told in (*patterns, *ANYWHERE):
        if match := re.fullmatch(pattern, text):
            told(read, match)
            return
    raise Unread(f"{function}: {text}")


def form(text: str, answer: Answer) -> None:
    """Check what every headline has in common: one short sentence without keys and gaps."""
    assert 0 < len(text) <= LONGEST, text
    assert text[0] == text[0].upper(), text
    assert text.endswith("."), text
    assert not re.search(r"[.?!] [A-Z]", text[:-1]), text
    assert not re.search(r"None\b|nan\b|\binf\b|unknown unknown|  |[{}`]", text), text
    assert text.count("(") == text.count(")"), text
    for key, name in answer.names.items():
        if key not in name and len(key) == 3 and key.isupper():
            assert not re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", text), (key, text)
