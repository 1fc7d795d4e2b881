"""Pictures of markets: concentration, change, prices, mirror reports, hubs and disruptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money, percent
from graphkit.plot.canvas import (
    APART,
    Axis,
    Framed,
    Layout,
    Plot,
    empty,
    first_rows,
    framed,
    labels,
    values,
)
from graphkit.plot.charts import Bars, Marks, Span, labelled_rows, lines_over
from graphkit.plot.drawing import (
    EDGE,
    FIRST,
    FOURTH,
    INK,
    LEADING,
    LINE,
    MUTED,
    OTHER,
    PAPER,
    SECOND,
    SMALL,
    THIRD,
    WIDTH,
    colour_of,
    ink_on,
    name_of,
    point_of,
    text_width,
    wrapped,
)
from graphkit.plot.maps import map_of

MOST_ROWS, MOST_MARKETS, MOST_LINES, MOST_TURNS = 20, 24, 8, 32
"""Rows, lines and failures in turn in one picture."""
LINES = (FIRST, SECOND, THIRD, FOURTH, OTHER, INK)
FAR_APART = 30
"""Ratio of prices from which on an axis is logarithmic."""


def concentration(answer: Answer, layout: Layout) -> Framed:
    """Draw each market as a whole: its largest country, the next two, the others, the unnamed.

    Markets stand in the order of the chain, from the mine on, unless each consumer has its own.
    Of more than there is room for, those of the title are drawn, the largest share first.
    """
    most = layout.most(MOST_MARKETS)
    known = [(place, row) for place, row in enumerate(answer.rows.to_pylist())
             if row["hhi_low"] is not None]  # fmt: skip
    if not known:
        return empty(answer, "no index is known", layout.width)
    some = len(known) > most
    if some:
        in_title = {place for claim in answer.sentence.claims for place in claim.rows}
        known.sort(key=lambda pair: (pair[0] not in in_title, -(pair[1]["cr1"] or 0.0), pair[0]))
    rows = [row for _, row in known[:most]]
    if not some and not answer.scope.get("each"):
        rows.sort(key=lambda row: (row["stage_order"], not row["market"].startswith("production")))
    counted = [{**row, "counted": WORDS.get(row["measure"], row["measure"])} for row in rows]
    names = labels(counted, ("consumer", "product", "market", "period", "counted"), APART_MARKETS)
    unnamed = [row["unnamed_share"] or 0.0 for row in rows]
    next_two = [max(0.0, row["cr3"] - row["cr1"]) for row in rows]
    others = [max(0.0, 1 - row["cr3"] - gap) for row, gap in zip(rows, unnamed, strict=True)]
    grey = [OTHER] * len(rows)
    parts = [
        Bars("the largest country", [row["cr1"] for row in rows],
             [colour_of(row["top"] or "") for row in rows], stack="market", inside=True),
        Bars("the next two", next_two, grey, filled=False, stack="market"),
        Bars("all others", others, [LINE] * len(rows), stack="market"),
        Bars("not named", unnamed, grey, hatched=True, stack="market"),
    ]  # fmt: skip
    plot = labelled_rows(
        layout.width, names, Axis("share of the market", most=1),
        bars=[part for part in parts if any(part.values)], thickness=18,
        numbers=[f"{name_of(r['top'] or '')} {percent(r['cr1'])}, {_index(r)}" for r in rows],
    )  # fmt: skip
    note = (
        "At the right: the largest country, its share, and the Herfindahl-Hirschman index "
        "(over 1,800 is high, US Merger Guidelines 2023), with all that is not named in one "
        "country at most." + " Markets of the title come first, the largest shares above." * some
    )
    return framed(answer, plot, drawn=len(rows), note=note, legend=True)


def _index(row: Mapping[str, Any]) -> str:
    """Write the index of a market, as a range if shares are missing."""
    low, high = row["hhi_low"], row["hhi_high"]
    more = "" if high is None or high <= low + 1 else f" to {high:,.0f}"
    return f"{low:,.0f}{more}"


APART_MARKETS = ("basis", *(name for name in APART if name != "period"))
WORDS = {"usd": "by value", "tonnes": "by weight"}


def production_trend(answer: Answer, layout: Layout) -> Framed:
    """Draw the mass that was made over time; of several products, shares of the world's output.

    Of the world, they are the shares of the largest producers.
    """
    every = [{**row, "amount": row["low"] if row["tonnes"] is None else row["tonnes"]}
             for row in answer.rows.to_pylist()]  # fmt: skip
    alone = len({row["product"] for row in every}) == 1
    share = "largest_share" if {row["producer"] for row in every} == {"WLD"} else "share"
    rows = [row for row in every if row["amount" if alone else share] is not None]
    if not rows:
        return empty(answer, "its rows have no figures", layout.width)
    periods = sorted({row["period"] for row in rows})
    groups = grouped(rows, ("producer", "product"), ("basis", "series"))
    newest = {name: group[-1][share] or 0.0 for name, group in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_LINES)]
    lines = {name: by_period(groups[name], periods, "amount" if alone else share)
             for name in largest}  # fmt: skip
    if alone:
        axis = Axis(
            f"tonnes, basis {', '.join(dict.fromkeys(row['basis'] or 'unknown' for row in rows))}",
            "",
        )
    else:
        lines = {
            name: [None if part is None else 100 * part for part in parts]
            for name, parts in lines.items()
        }
        whose = "the largest producer's share" if share == "largest_share" else "share"
        axis = Axis(f"{whose} of the world's output, %", "")
    colours = {
        name: colour_of(groups[name][0]["producer"]) if alone else LINES[i % len(LINES)]
        for i, name in enumerate(lines)
    }
    note = "The newest edition of each year."
    if any(row["qualifier"] == "at-least" for row in rows):
        note = f"{note} Of a group, the members with a figure."
    if len(groups) > MOST_LINES:
        note = f"{note} The {MOST_LINES} largest shares."
    plot = lines_over(layout.width, periods, lines, axis, colours)
    return framed(answer, plot, drawn=sum(len(groups[name]) for name in lines), note=note)


def grouped(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], apart: Sequence[str] = ()
) -> dict[str, list[Mapping[str, Any]]]:
    """Group rows by the columns that tell their lines apart, under a name for each."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name, row in zip(labels(rows, names, apart), rows, strict=True):
        groups.setdefault(name, []).append(row)
    return groups


def by_period(
    rows: Sequence[Mapping[str, Any]], periods: Sequence[str], column: str
) -> list[float | None]:
    """Return the value of a column in every period; None where there is none."""
    figures = {row["period"]: row[column] for row in rows}
    return [figures.get(period) for period in periods]


def changes(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each partner in both periods as a dumbbell, the largest changes first.

    Of many rows those of the products that come first in the answer are drawn.
    """
    rows = first_rows(answer, ("product",), layout.most(MOST_ROWS))
    ends = ("share_usd_before", "share_usd_after")
    rows = [row for row in rows if any(row[end] is not None for end in ends)]
    if not rows:
        return empty(answer, "no share is known", layout.width)
    rows.sort(key=lambda row: -abs((row[ends[1]] or 0.0) - (row[ends[0]] or 0.0)))
    partner = "supplier" if len(values(answer, "supplier")) > 1 else "consumer"
    colours = [colour_of(row[partner]) for row in rows]
    marks = []
    for name, end in zip((rows[0]["before"], rows[0]["after"]), ends, strict=True):
        known = [i for i, row in enumerate(rows) if row[end] is not None]
        marks.append(
            Marks(
                name, [(i, rows[i][end]) for i in known], "circle", size=13,
                colours=[colours[i] for i in known], filled=end == ends[1],
            )
        )  # fmt: skip
    both = [i for i, row in enumerate(rows) if None not in (row[ends[0]], row[ends[1]])]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "product", "supplier"), APART),
        Axis("share of the trade in the product by value", most=1),
        marks=marks,
        spans=[
            Span(
                i, min(rows[i][end] for end in ends), max(rows[i][end] for end in ends), colours[i]
            )
            for i in both
        ],
        numbers=[" to ".join(_share_text(row[end]) for end in ends) for row in rows],
    )
    return framed(answer, plot, drawn=len(rows), legend=True, note="The largest changes first.")


def _share_text(share: float | None) -> str:
    return "–" if share is None else percent(share)


def prices(answer: Answer, layout: Layout) -> Framed:
    """Draw unit values and prices in USD per tonne over time."""
    rows = [row for row in answer.rows.to_pylist() if row["usd_per_tonne"]]
    if not rows:
        return empty(answer, "no figure is a price of a tonne", layout.width)
    periods = sorted({row["period"] for row in rows})
    groups = list(grouped(rows, ("material", "figure")).items())[: layout.most(MOST_LINES)]
    groups.sort(key=lambda group: -group[1][-1]["usd_per_tonne"])
    lines = {name: by_period(group, periods, "usd_per_tonne") for name, group in groups}
    figures = [row["usd_per_tonne"] for _, group in groups for row in group]
    wide = max(figures) > FAR_APART * min(figures)
    steps = ", each grid line ten times the one below" * wide
    axis = Axis(f"USD per tonne{steps}", "", logarithmic=wide)
    colours = {name: LINES[i % len(LINES)] for i, name in enumerate(lines)}
    plot = lines_over(layout.width, periods, lines, axis, colours, numbered=True)
    return framed(answer, plot, drawn=len(figures))


def mirror_reports(answer: Answer, layout: Layout) -> Framed:
    """Draw what both sides report of each flow by value."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    columns = {"exporter": "usd_exporter", "importer": "usd_importer"}
    most = max((row[column] or 0 for row in rows for column in columns.values()), default=0)
    sizes = ((1e9, "bn "), (1e6, "M "), (1e3, "k "))
    size, unit = next((scale for scale in sizes if most >= scale[0]), (1.0, ""))
    colours = [OTHER] * len(rows)
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "supplier", "product", "period")),
        Axis(f"{unit}USD", ""),
        bars=[
            Bars(f"{reporter} says",
                 [None if row[column] is None else row[column] / size for row in rows],
                 colours, filled=reporter == "exporter")
            for reporter, column in columns.items()
        ],
        thickness=13,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)


NO_BRACES = str.maketrans("{}", "()")
"""Braces would be read as a template."""
NAMED, LARGEST = 9, 46
"""Circles of a map that are named, and the diameter of the largest in pixels."""


def hubs(answer: Answer, layout: Layout) -> Framed:
    """Draw countries on the map, sized by the first measure; over periods, lines of the first."""
    measure = next(iter(answer.scope["measures"]))
    if "product" in answer.rows.column_names:
        return _pools(answer, measure, layout)
    if len(values(answer, "period")) > 1:
        return _over_time(answer, measure, layout)
    rows = [row for row in answer.rows.to_pylist() if row[measure]]
    rows.sort(key=lambda row: (-row[measure], row["country"]))
    placed = [(row, point) for row in rows if (point := point_of(row["country"]))]
    most = max((row[measure] for row, _ in placed), default=1.0)
    shapes, scale = map_of(layout.width), sqrt(layout.width / WIDTH)
    what = worded(measure)
    circles, names = [], []
    for row, point in placed:
        size = round(max(3.0, scale * LARGEST * sqrt(row[measure] / most)), 1)
        text = name_of(row["country"]) if layout.width >= WIDTH else row["country"]
        colour = colour_of(row["country"])
        label: dict[str, Any] = {"formatter": text.translate(NO_BRACES)}
        if text_width(text, SMALL) < size - 4:
            label |= {
                "position": "inside", "color": ink_on(colour), "textBorderColor": colour,
                "textBorderWidth": 3,
            }  # fmt: skip
        value = [*point, row[measure]]
        circles.append({
            "name": name_of(row["country"]), "value": value, "symbolSize": size,
            "itemStyle": {"color": colour},
        })  # fmt: skip
        names.append({"value": value, "symbolSize": size, "label": label})
    parts = {
        "geo": shapes,
        "series": [{
            "type": "scatter", "coordinateSystem": "geo", "name": what, "data": circles,
            "itemStyle": {"opacity": 0.85, "borderColor": PAPER, "borderWidth": 1},
        }, {
            # Above the circles of small neighbours.
            "type": "scatter", "coordinateSystem": "geo", "name": "names", "data": names[:NAMED],
            "silent": True, "z": 3, "itemStyle": {"color": "transparent"},
            "label": {"show": True, "position": "right", "color": INK, "fontSize": SMALL,
                      "distance": 3, "textBorderColor": PAPER, "textBorderWidth": 2},
            "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
        }],
    }  # fmt: skip
    first = ", ".join(f"{name_of(row['country'])} {scored(row[measure])}" for row in rows[:5])
    note = f"Area of a circle: {what}, the largest {first}."
    return framed(
        answer,
        Plot(parts, shapes["height"] + 12, layout.width),
        drawn=len(placed),
        note=note,
        world=True,
    )


def flows(answer: Answer, layout: Layout) -> Framed:
    """Draw the largest flows as arcs on the map, with exporters and importers side by side."""
    measure = answer.scope["by"]
    rows = [row for row in answer.rows.to_pylist() if row[measure]]
    period = max((row["period"] for row in rows), default="")
    rows = [row for row in rows if row["period"] == period]
    placed = [row for row in rows if point_of(row["exporter"]) and point_of(row["importer"])]
    arcs = placed[:MOST_ARCS]
    shapes = map_of(layout.width)
    totals = {
        "Exporters": _totals(rows, "exporter", measure),
        "Importers": _totals(rows, "importer", measure),
    }
    largest = max((countries[0][1] for countries in totals.values() if countries), default=1.0)
    grids, across, down = [], [], []
    series = [_arcs(arcs, measure, layout.width), _numbers(arcs)]
    in_one_row = layout.width >= WIDTH
    room = layout.width // 2 if in_one_row else layout.width
    below = shapes["height"] + 8
    titles, listed_height = _numbered(arcs, measure, layout.width, below)
    below = bottom = below + listed_height
    # A slide has room for the map and its numbers alone.
    sides = {} if layout.is_slide else totals
    for place, (head, countries) in enumerate(sides.items()):
        first = countries[: layout.most(MOST_SIDES)]
        left, top = (place * room, below) if in_one_row else (0, bottom)
        left += EDGE
        grids.append({
            "left": left + NAME_ROOM, "top": top + 22, "width": room - NAME_ROOM - EDGE - 62,
            "height": 20 * len(first),
        })  # fmt: skip
        bottom = max(bottom, top + 22 + 20 * len(first) + 10)
        titles.append({
            "text": head, "left": left, "top": top, "padding": 0,
            "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal"},
        })  # fmt: skip
        across.append({"type": "value", "gridIndex": place, "show": False, "min": 0,
                       "max": largest})  # fmt: skip
        names = [wrapped(name_of(key), NAME_ROOM - 10, SMALL, lines=1)[0] for key, _ in first]
        down.append({
            "type": "category", "inverse": True, "gridIndex": place, "data": names,
            "axisLabel": {"color": INK, "fontSize": SMALL, "interval": 0},
            "axisTick": {"show": False}, "axisLine": {"show": False},
        })  # fmt: skip
        total = sum(value for _, value in countries)
        series.append({
            "type": "bar", "name": head, "xAxisIndex": place, "yAxisIndex": place, "barWidth": 13,
            "data": [
                {"value": value, "itemStyle": {"color": colour_of(key)},
                 "label": {"show": True, "position": "right", "color": INK, "fontSize": SMALL,
                           "formatter": f"{percent(value / total)}"}}
                for key, value in first
            ],
        })  # fmt: skip
    parts: dict[str, Any] = {"geo": shapes, "title": titles, "series": series}
    if sides:
        parts |= {"grid": grids, "xAxis": across, "yAxis": down}
    note = _legend(answer, rows, arcs, measure)
    return framed(answer, Plot(parts, bottom, layout.width), drawn=len(arcs), note=note, world=True)


def _arcs(arcs: Sequence[Mapping[str, Any]], measure: str, width: int) -> dict[str, Any]:
    """Make the series of arcs, the largest on top and with a number."""
    data = []
    for number, row in enumerate(arcs, 1):
        wide = sqrt(width / WIDTH) * THICK * sqrt(row[measure] / UNIT_OF_WIDTH[measure])
        wide = min(MOST_THICK, max(0.6, wide))
        data.append({
            "name": _arc_name(row, measure),
            "coords": _ends(row),
            "lineStyle": {"color": colour_of(row["exporter"]), "width": round(wide, 2),
                          "opacity": 0.75 if number <= NUMBERED else 0.3},
            "symbolSize": round(4 + 1.4 * wide),
        })  # fmt: skip
    return {
        "type": "lines", "coordinateSystem": "geo", "name": "flows", "silent": False,
        "data": data[::-1], "symbol": ["none", "arrow"], "tooltip": {"formatter": "{b}"},
        "lineStyle": {"curveness": CURVED},
    }  # fmt: skip


CURVED, ASPECT = 0.25, 0.75
"""Bend of an arc, and pixels of a degree of longitude for each of a degree of latitude."""


def _ends(row: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the points of exporter and importer, which an arc has."""
    points = (point_of(row[end]) for end in ("exporter", "importer"))
    return [point for point in points if point]


def _numbers(arcs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the numbers of the largest arcs, each in the middle of its bend."""
    data = []
    for number, row in enumerate(arcs[:NUMBERED], 1):
        (east, north), (to_east, to_north) = _ends(row)
        middle = [
            (east + to_east) / 2 + (north - to_north) * CURVED / ASPECT / 2,
            (north + to_north) / 2 + (to_east - east) * CURVED * ASPECT / 2,
        ]
        data.append({"value": middle, "label": {"formatter": str(number)}})
    return {
        "type": "scatter", "coordinateSystem": "geo", "name": "numbers", "silent": True, "z": 4,
        "symbolSize": 1, "itemStyle": {"color": "transparent"}, "data": data,
        "label": {"show": True, "position": "inside", "color": INK, "fontSize": SMALL,
                  "fontWeight": "bold", "textBorderColor": PAPER, "textBorderWidth": 3},
        "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
    }  # fmt: skip


def _arc_name(row: Mapping[str, Any], measure: str) -> str:
    ends = f"{name_of(row['exporter'])} to {name_of(row['importer'])}"
    return f"{ends}: {', '.join([written_amount(row[measure], measure), *_known_share(row)])}"


def _numbered(
    arcs: Sequence[Mapping[str, Any]], measure: str, width: int, top: int
) -> tuple[list[dict[str, Any]], int]:
    """Write the largest flows below the map, with their numbers on it, and return their height."""
    columns = 2 if width >= WIDTH else 1
    room = (width - EDGE) // columns
    lines = [
        wrapped(f"{n}  {_arc_name(row, measure)}", room - EDGE, SMALL, lines=1)[0]
        for n, row in enumerate(arcs[:NUMBERED], 1)
    ]
    per_column = -(-len(lines) // columns)
    texts = [
        {
            "text": "\n".join(lines[column * per_column : (column + 1) * per_column]),
            "left": EDGE + column * room, "top": top, "padding": 0,
            "textStyle": {"fontSize": SMALL, "color": INK, "fontWeight": "normal",
                          "lineHeight": round(SMALL * LEADING)},
        }
        for column in range(columns) if lines[column * per_column :]
    ]  # fmt: skip
    return texts, round(per_column * SMALL * LEADING) + 10


def _known_share(row: Mapping[str, Any]) -> list[str]:
    """Write the share of a flow; trade that is not listed may leave it unknown."""
    return [] if row["share"] is None else [percent(row["share"])]


MOST_ARCS, NUMBERED, MOST_SIDES, NAME_ROOM = 60, 10, 8, 104
"""Arcs drawn and numbered, countries named on each side, and pixels of their names."""
UNIT_OF_WIDTH = {"usd": 1e9, "tonnes": 1e5}
"""Amount of an arc of :data:`THICK` pixels, the same for all products and years."""
THICK, MOST_THICK = 9.0, 20.0
"""Pixels of an arc of that amount, and of the widest."""


def _totals(rows: Sequence[Mapping[str, Any]], end: str, measure: str) -> list[tuple[str, float]]:
    """Add up the flows of each country at one end, largest first."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row[end]] = sums.get(row[end], 0.0) + row[measure]
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def written_amount(amount: float, measure: str) -> str:
    """Write an amount in USD or tonnes."""
    return f"{money(amount)} USD" if measure == "usd" else f"{amount:,.0f} t"


def _legend(
    answer: Answer, rows: Sequence[Mapping[str, Any]], arcs: Sequence[Mapping[str, Any]],
    measure: str,
) -> str:  # fmt: skip
    """Say what the arcs are of, in which unit, and how much of it they and the weights cover."""
    codes = "+".join(values(answer, "hs"))
    total = sum(row[measure] for row in rows)
    in_arcs = sum(row[measure] for row in arcs)
    texts = [f"Arcs: {'+'.join(values(answer, 'products'))}{f', HS {codes}' if codes else ''}"]
    if total:
        texts[0] += f", {written_amount(in_arcs, measure)} of {written_amount(total, measure)}"
    usd = sum(row["usd"] or 0.0 for row in rows)
    weightless = sum((row["usd"] or 0.0) * (row["missing_tonnes_share"] or 0.0) for row in rows)
    if usd:
        texts.append(f"{percent(weightless / usd)} of the value has no weight")
    unit = "value" if measure == "usd" else "weight"
    amount = written_amount(UNIT_OF_WIDTH[measure], measure)
    return (
        f"{'; '.join(texts)}. Width and bars: by {unit}; widths have one scale for all products "
        f"and years, {amount} is {THICK:g} pixels."
    )


def scored(score: float) -> str:
    """Write a score: a sum of flows, or a number that is seldom above 1.

    >>> scored(3.1e9), scored(0.0742)
    ('3.1 bn', '0.074')
    """
    return money(score) if score >= 1000 else f"{score:.3f}"


def worded(measure: str) -> str:
    """Write the key of a measure as words."""
    return measure.replace("_", " ")


def _over_time(answer: Answer, measure: str, layout: Layout) -> Framed:
    periods = sorted(values(answer, "period"))
    groups = grouped(answer.rows.to_pylist(), ("country",))
    newest = {name: by_period(rows, periods, measure)[-1] or 0 for name, rows in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_LINES)]
    plot = lines_over(
        layout.width,
        periods,
        {name: by_period(groups[name], periods, measure) for name in largest},
        Axis(worded(measure), ""),
        {name: colour_of(groups[name][0]["country"]) for name in largest},
    )  # fmt: skip
    rows_drawn = sum(len(groups[name]) for name in largest)
    return framed(answer, plot, drawn=rows_drawn)


def _pools(answer: Answer, measure: str, layout: Layout) -> Framed:
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("period", "country", "product")),
        Axis(worded(measure), ""),
        bars=[Bars("score", [r[measure] for r in rows], [colour_of(r["country"]) for r in rows])],
    )
    return framed(answer, plot, drawn=len(rows))


def losses(answer: Answer, layout: Layout) -> Framed:
    """Draw the loss of each consumer twice: by its way, and by what slack recovers."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    parts = [
        ("lost directly", "direct", FIRST, True, "way"),
        ("lost through others", "indirect", SECOND, True, "way"),
        ("recovered by slack", "recovered", THIRD, True, "rest"),
        ("uncovered", "uncovered", FOURTH, False, "rest"),
    ]
    stacked = [
        Bars(name, [row[column] for row in rows], [colour] * len(rows), filled=filled, stack=stack,
             inside=True)
        for name, column, colour, filled, stack in parts
        if stack == "way" or answer.scope.get("slack")
    ]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "product", "period")),
        Axis("share of the consumer’s imports of the product", most=1),
        bars=stacked,
        thickness=14,
    )
    note = "The largest loss in USD first." if values(answer, "measure") == ["usd"] else ""
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


PARTIES = ("scenario", "consumer", "product")


def cover_by_month(answer: Answer, layout: Layout) -> Framed:
    """Draw what covers the need: of one consumer and product by month, of several in all months."""
    rows = answer.rows.to_pylist()
    scenarios = grouped(rows, ("scenario",)).values() if "scenario" in rows[0] else [rows]
    most = max(1, MOST_ROWS // len(scenarios))
    groups: list[Sequence[Mapping[str, Any]]] = []
    for part in scenarios:
        groups += list(grouped(part, PARTIES, ("period",)).values())[:most]
    alone = len(groups) == 1
    drawn = groups[0][: layout.most(MOST_TURNS)] if alone else [*map(_over_months, groups)]
    parts = [
        ("arrives", "arrivals", FIRST, True), ("from slack", "from_slack", THIRD, True),
        ("from stocks", "from_stocks", SECOND, True), ("uncovered", "uncovered", FOURTH, False),
    ]  # fmt: skip
    bars = [
        Bars(name, [row[column] or None for row in drawn], [colour] * len(drawn), filled=filled,
             stack="need", inside=True)
        for name, column, colour, filled in parts
        if column != "from_slack" or answer.scope.get("slack")
    ]  # fmt: skip
    months = [{**row, "turn": f"month {row['month']}"} for row in drawn] if alone else drawn
    names = ("turn",) if alone else PARTIES
    whole = "of each month" if alone else "of all months"
    axis = Axis(f"share of the need {whole}", most=1)
    plot = labelled_rows(
        layout.width, labels(months, names, ("period",)), axis, bars=bars, thickness=14
    )
    number = len(drawn) if alone else sum(map(len, groups))
    return framed(answer, plot, drawn=number, legend=True)


def _over_months(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Average the shares of the months, which have equal needs."""
    names = ("arrivals", "from_slack", "from_stocks", "uncovered")
    return {**rows[0], **{name: sum(row[name] for row in rows) / len(rows) for name in names}}


def failures(answer: Answer, layout: Layout) -> Framed:
    """Draw the loss of each country in turn: filled if it fails, pale if it holds."""
    rows = sorted(answer.rows.to_pylist()[: layout.most(MOST_TURNS)], key=lambda row: row["round"])
    colours = [FIRST] * len(rows)
    plot = labelled_rows(
        layout.width,
        labels([{**row, "turn": f"round {row['round']}"} for row in rows],
               ("turn", "country", "product", "period")),
        Axis("share of its supply that it loses", most=1),
        bars=[
            Bars(name, [r["lost_share"] if r["failed"] == fails else None for r in rows], colours,
                 filled=fails, stack="one")
            for name, fails in (("fails", True), ("holds", False))
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
