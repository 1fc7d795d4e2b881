"""The frame of every picture: its title, what it counts, its axis, its sources, names of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import ceil, log10
from typing import Any

from graphkit.answers.answer import OWN_FACTS, Answer, cited
from graphkit.answers.figures import money, percent
from graphkit.answers.remarks import FIT_REMARKS, REMARKS
from graphkit.answers.terms import Measure
from graphkit.answers.unsettled import unsettled_lines
from graphkit.errors import visible_lines
from graphkit.names import capitalized
from graphkit.plot.drawing import (
    EDGE,
    FONT,
    INK,
    LEADING,
    LINE,
    MUTED,
    PAPER,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    Picture,
    name_of,
    text_width,
    wrapped,
)


@dataclass(frozen=True)
class Plot:
    """Components of an option below a title."""

    parts: dict[str, Any]
    height: int
    """Pixels, with the axes."""
    width: int
    """Pixels of the picture."""
    note: str = ""
    """Reading aid, for the lines below the title."""


FORMATTERS = {"%": "{value} %", "year": "{yyyy}"}
"""Formatters of the numbers of an axis, by unit; all others have thousands separators."""
YEAR = 365 * 24 * 3600 * 1000
"""Milliseconds, in which an axis of years counts from 1970."""


SHORT = 260
"""Pixels of an axis up to which its numbers are few."""


@dataclass(frozen=True)
class Axis:
    """The numbers that bars and points are measured on."""

    name: str
    unit: str = "%"
    """``%`` for shares, ``points`` for differences of shares, ``USD``, ``year``, or none."""
    most: float | None = None
    least: float | None = None
    lines: Mapping[str, float] = field(default_factory=dict)
    """Named values to draw a line at."""
    logarithmic: bool = False
    """Equal steps are equal ratios; ``least`` and ``most`` are given and above 0."""
    length: int = WIDTH
    """Pixels."""

    def scaled(self, value: float | None) -> float | None:
        """Return a value on the axis: shares and their differences in percent."""
        return value if value is None or self.unit not in ("%", "points") else 100 * value

    def text(self, value: float) -> str:
        """Write a value beside its bar or point."""
        if self.unit == "%":
            return percent(value)
        if self.unit == "points":
            return f"{100 * value:.1f} points"
        if self.unit == "USD":
            return money(value)
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"

    def height_of(self, value: float) -> float:
        """Return where a value stands between the least, 0, and the most, 1."""
        numbers = (self.least or 0.0, value, self.most or 1.0)
        low, position, high = map(log10, numbers) if self.logarithmic else numbers
        return (position - low) / (high - low)

    @property
    def option(self) -> dict[str, Any]:
        """The axis as a component of the option."""
        limits = {"min": self.least, "max": self.most}
        return {
            "type": "log" if self.logarithmic else "time" if self.unit == "year" else "value",
            "name": "\n".join(wrapped(self.name, self.length, SMALL)),
            "nameLocation": "middle", "nameGap": 26,
            "nameTextStyle": {"color": MUTED, "fontSize": SMALL,
                              "lineHeight": round(SMALL * LEADING), "verticalAlign": "top"},
            "axisLabel": {"color": MUTED, "fontSize": SMALL, "hideOverlap": True,
                          **({"formatter": FORMATTERS[self.unit]}
                             if self.unit in FORMATTERS else {})},
            "axisLine": {"show": False}, "splitLine": gridlines(),
            "splitNumber": 5 if self.length > SHORT else 2,
            **({"minInterval": YEAR} if self.unit == "year" else {}),
            **{name: self.scaled(value) for name, value in limits.items() if value is not None},
        }  # fmt: skip


def gridlines() -> dict[str, Any]:
    """Return the style of the lines behind a plot."""
    return {"show": True, "lineStyle": {"color": LINE}}


def lines_at(axis: Axis, *, across: str = "xAxis", distance: int = 5) -> dict[str, Any]:
    """Draw the named lines of an axis."""
    return {
        "silent": True, "symbol": "none", "animation": False,
        "lineStyle": {"color": MUTED, "type": "dashed", "width": 1},
        "label": {"color": MUTED, "fontSize": SMALL - 1, "formatter": "{b}", "distance": distance,
                  "textBorderColor": PAPER, "textBorderWidth": 3,
                  # Rows count from the top, so that their axis starts there.
                  "position": "start" if across == "xAxis" else "insideEndTop"},
        "data": [{across: axis.scaled(value), "name": name}
                 for name, value in axis.lines.items()],
    }  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Room for the plot of a picture."""

    width: int = WIDTH
    """Pixels."""
    rows: int | None = None
    """Most rows, bars or lines, where fewer are wanted than a drawing has by itself."""

    @property
    def is_slide(self) -> bool:
        """True if its height is limited too."""
        return self.rows is not None

    def most(self, count: int) -> int:
        """Return the number of rows to draw, of the most that a drawing has by itself."""
        return count if self.rows is None else min(count, self.rows)


@dataclass(frozen=True)
class Framed:
    """A plot with its title, how to read it, and its sources, before they have their places."""

    title: str
    counted: Sequence[str]
    """What it counts, the most important first; what has room is one line below the title."""
    notes: Sequence[str]
    """How to read it, and what changes its meaning."""
    sources: str
    plot: Plot
    drawn: int
    """Number of rows that are shown."""
    world: bool = False

    def page(self) -> Picture:
        """Place the title and one line above the plot, and all other words below it."""
        plot, space = self.plot, self.plot.width - 2 * EDGE
        wrap = round(WIDTH / plot.width)
        title = wrapped(self.title, space, TITLE, bold=True, lines=4 * wrap)
        counted = _line(self.counted, space)
        foot = [
            line for text in (*self.notes, self.sources)
            for line in wrapped(text, space, SMALL, lines=4 * wrap)
        ]  # fmt: skip
        top = EDGE + len(title) * TITLE * LEADING + 6 + len(counted) * SMALL * LEADING + 8
        top += 0 if "legend" in plot.parts else 4
        bottom = len(foot) * SMALL * LEADING + EDGE
        head = _words(title, TITLE, INK, left=EDGE, top=EDGE, below=counted)
        height = round(top + plot.height + bottom)
        return self._picture([head, _words(foot, SMALL, left=EDGE, bottom=EDGE - 6)],
                             round(top), plot.width, height)  # fmt: skip

    def slide(self) -> Picture:
        """Place the words above, beside and below the plot, in the shape of a slide."""
        width, height = self._slide_size()
        title, sources, top, bottom = self._slide_lines(width)
        left = self.plot.width + 8
        lines = [
            line
            for text in (SEPARATOR.join(self.counted), *self.notes)
            for line in [*wrapped(text, width - left - EDGE, SMALL, lines=9), ""]
        ][:-1]
        most = int((height - top - bottom) / (SMALL * LEADING))
        if len(lines) > most:
            lines = [*lines[: most - 1], "…"]
        return self._picture(
            [
                _words(title, SLIDE_TITLE, INK, left=EDGE, top=EDGE),
                _words(sources, SMALL, left=EDGE, bottom=EDGE - 6),
                _words(lines, SMALL, left=left, top=top),
            ],
            top, width, height, is_slide=True,
        )  # fmt: skip

    @property
    def fits_slide(self) -> bool:
        """True if the plot has room on a slide whose letters have their full size."""
        return self._slide_size()[0] == SLIDE_WIDTH

    def _slide_size(self) -> tuple[int, int]:
        """Return the pixels of the smallest layout in the shape of a slide that has room."""
        _, _, top, bottom = self._slide_lines(SLIDE_WIDTH)
        step = max(SLIDE_WIDTH // 16, ceil((top + self.plot.height + bottom) / 9))
        return 16 * step, 9 * step

    def _slide_lines(self, width: int) -> tuple[list[str], list[str], int, int]:
        """Wrap title and sources, and return their lines and the pixels that they take."""
        title = wrapped(self.title, width - 2 * EDGE, SLIDE_TITLE, bold=True, lines=2)
        sources = wrapped(self.sources, width - 2 * EDGE, SMALL, lines=2)
        top = EDGE + len(title) * SLIDE_TITLE * LEADING + 12
        return title, sources, round(top), round(len(sources) * SMALL * LEADING + EDGE)

    def _picture(
        self, titles: list[dict[str, Any]], top: int, width: int, height: int, *,
        is_slide: bool = False,
    ) -> Picture:  # fmt: skip
        components = moved(self.plot, top, width - self.plot.width).parts
        option: dict[str, Any] = {
            "animation": False,
            "useUTC": True,
            "backgroundColor": PAPER,
            "textStyle": {"fontFamily": FONT, "fontSize": TEXT, "color": INK},
            # Names of the data are never read as HTML.
            "tooltip": {"renderMode": "richText", "confine": True},
            "aria": {"enabled": True},
            **components,
            "title": [*titles, *components.get("title", ())],
        }
        return Picture(_readable(option), height, self.drawn, self.world, width, is_slide)


SLIDE_WIDTH, SLIDE_TITLE = 960, 20
"""Pixels of the layout of a slide, which is drawn twice as large, and of its title."""


SEPARATOR = " · "


def _line(parts: Sequence[str], space: float) -> list[str]:
    """Join the first parts that have room in one line.

    >>> _line(["2024", "imports by value (USD)", "CEPII"], 170)
    ['2024 · imports by value (USD)']
    """
    line = ""
    for part in parts:
        longer = SEPARATOR.join(filter(None, (line, part)))
        if line and text_width(longer, SMALL) > space:
            break
        line = longer
    return wrapped(line, space, SMALL, lines=1) if line else []


def _words(
    lines: Sequence[str], size: int, colour: str = MUTED, *, below: Sequence[str] = (), **place: int
) -> dict[str, Any]:
    """Make a text at a place, with smaller lines below it."""
    return {
        "text": "\n".join(lines), **({"subtext": "\n".join(below)} if below else {}), **place,
        "padding": 0, "itemGap": 6, "subtextStyle": _style(SMALL, MUTED),
        "textStyle": _style(size, colour, "bold" if colour == INK else "normal"),
    }  # fmt: skip


def framed(
    answer: Answer,
    plot: Plot,
    *,
    drawn: int,
    note: str = "",
    legend: bool = False,
    world: bool = False,
) -> Framed:
    """Give a plot its title, the words on how to read it, and its sources.

    Parameters
    ----------
    answer
        The answer that the plot shows.
    plot
        Its places count from its own top.
    drawn : int
        Number of rows that are shown.
    note : str
        How to read it. How many rows are drawn is added, if not all are.
    legend : bool
        Reserve room for the legend.
    world : bool
        The plot has a map.
    """
    publications = _publications(answer)
    publishers = dict.fromkeys(row["publisher"] for row in publications if row.get("publisher"))
    counted = (*_counted(answer), ", ".join(publishers))
    notes = (
        " ".join(text for text in (note, plot.note, _left_out(answer, drawn)) if text),
        answer.question * bool(answer.headline), capitalized(SEPARATOR.join(_data(answer))),
        *_remarked(answer, drawn), " ".join(unsettled_lines([answer.coverage])),
    )  # fmt: skip
    if legend:
        plot = stacked([legend_of(plot), plot])
    return Framed(
        answer.headline or answer.question, [*filter(None, counted)], [*filter(None, notes)],
        source_line(answer), plot, drawn, world,
    )  # fmt: skip


LEGEND, SAMPLE, GAP = 26, 14, 10
"""Pixels from one line of a legend to the next, of a sample, and between names."""


def legend_of(plot: Plot) -> Plot:
    """Make the legend of the series of a plot."""
    space = plot.width - 2 * EDGE
    names = _named(plot.parts["series"])
    if not names:
        return Plot({}, 4, plot.width)
    parts = {
        "legend": {
            "left": EDGE, "top": 0, "width": space, "padding": 0,
            "itemWidth": SAMPLE, "itemHeight": 10, "itemGap": GAP, "data": names,
            "selectedMode": False,
            "textStyle": _style(SMALL, INK),
        }
    }  # fmt: skip
    return Plot(parts, _legend_lines(names, space) * LEGEND, plot.width)


def stacked(plots: Sequence[Plot]) -> Plot:
    """Put plots below each other; one of them has axes."""
    parts: dict[str, Any] = {"series": []}
    height = 0
    for plot in plots:
        placed = moved(plot, height)
        for name, part in placed.parts.items():
            lists = name in ("series", "title")
            parts[name] = [*parts.get(name, ()), *part] if lists else part
        height = placed.height
    return Plot(parts, height, plots[0].width, " ".join(plot.note for plot in plots if plot.note))


def _legend_lines(names: Sequence[str], space: float) -> int:
    """Count the lines that a legend takes."""
    lines, filled = 1, 0.0
    for name in names:
        long = SAMPLE + 5 + text_width(name, SMALL)
        if filled and filled + long > space:
            lines, filled = lines + 1, 0.0
        filled += long + GAP
    return lines


def _named(series: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of series that a legend explains, without ranges and empty series."""
    return list(
        dict.fromkeys(
            part["name"] for part in series
            if not part.get("silent") and part["type"] != "sankey"
            and any(map(_has_value, part["data"]))
        )
    )  # fmt: skip


def _has_value(item: Any) -> bool:
    return (item["value"] if isinstance(item, dict) else item) is not None


def _style(size: int, colour: str, weight: str = "normal") -> dict[str, Any]:
    return {
        "fontSize": size, "lineHeight": round(size * LEADING), "color": colour,
        "fontWeight": weight, "fontFamily": FONT,
    }  # fmt: skip


PLACED = ("grid", "geo", "title", "legend", "visualMap")
"""Components with a place of their own; axes and most series lie in a grid."""


def moved(plot: Plot, down: int, left: int = 0) -> Plot:
    """Move a plot down by some pixels, and left of some pixels that its picture is wider."""

    def lower(part: Any) -> Any:
        if isinstance(part, list):
            return [*map(lower, part)]
        right = {"right": part["right"] + left} if "right" in part else {}
        return {**part, "top": part["top"] + down, **right}

    parts = {name: lower(part) if name in PLACED else part for name, part in plot.parts.items()}
    parts["series"] = [
        lower(series) if series["type"] == "sankey" else series
        for series in plot.parts.get("series", ())
    ]
    return Plot(parts, plot.height + down, plot.width, plot.note)


def _readable(value: Any) -> Any:
    """Escape the hidden characters of every text, line by line."""
    if isinstance(value, str):
        return visible_lines(value)
    if isinstance(value, Mapping):
        return {key: _readable(v) for key, v in value.items()}
    return [_readable(v) for v in value] if isinstance(value, list | tuple) else value


def values(answer: Answer, name: str) -> list[str]:
    """Return the different values of a column of text, in order of the rows; none if it lacks."""
    if name not in answer.rows.column_names:
        return []
    return [v for v in dict.fromkeys(answer.rows[name].to_pylist()) if v is not None]


def _left_out(answer: Answer, drawn: int) -> str:
    total = len(answer.rows)
    return f"{drawn:,} of {total:,} rows are drawn." if drawn < total else ""


MOST_REMARKS, MOST_NAMES = 4, 6
"""Remarks on rows that a picture gives, and products that one on other goods names."""


def _remarked(answer: Answer, drawn: int) -> tuple[str, str]:
    """Name the rows whose meaning a remark changes, then all products that count other goods."""
    remarks: dict[str, dict[str, None]] = {}
    for row in answer.rows.slice(0, drawn).to_pylist():
        subject = next((row[name] for name in SUBJECTS if row.get(name)), "")
        for part in row.get(REMARKS) or ():
            remarks.setdefault(answer.names.get(subject, subject), {})[part] = None
    subjects: dict[str, list[str]] = {}
    for name, parts in remarks.items():
        subjects.setdefault("; ".join(parts), []).append(name)
    texts = [f"{', '.join(names)}: {text}" for text, names in subjects.items()]
    hidden = [name for names in [*subjects.values()][MOST_REMARKS:] for name in names]
    first = texts[:MOST_REMARKS] + [f"more remarks on {_first_names(hidden)}"] * bool(hidden)
    named = {name for names in [*subjects.values()][:MOST_REMARKS] for name in names}
    return _sentence(first), _sentence(_unfit(answer, named))


def _sentence(texts: Sequence[str]) -> str:
    return f"{'; '.join(texts)}." if texts else ""


def _unfit(answer: Answer, named: Set[str]) -> list[str]:
    """Name the other products of rows or of sums whose codes hold other goods too."""
    names = {"product", "fit"}
    rows = answer.rows.select([*names]).to_pylist() if names <= {*answer.rows.column_names} else []
    fits = [(row["product"], row["fit"]) for row in rows]
    for part in answer.coverage.parts.values():
        fits += [(series.product, series.fit) for series in part.series]
    products: dict[str, dict[str, None]] = {}
    for product, fit in fits:
        text = FIT_REMARKS.get(fit or "")
        name = answer.names.get(product, product)
        if text and name not in named:
            products.setdefault(text, {})[name] = None
    return [f"{_first_names([*unfit])}: {text}" for text, unfit in products.items()]


def _first_names(names: Sequence[str]) -> str:
    """List names, of many the first.

    >>> _first_names(list("abcdefgh"))
    'a, b, c, d, e, f and 2 more'
    """
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


SUBJECTS = ("product", "element", "material", "country", "consumer", "exporter", "origin")
"""Columns that name what a remark is on, the first that a row has."""


def _counted(answer: Answer) -> tuple[str, str]:
    """State the period and the measure of an answer."""
    periods = sorted(values(answer, "period")) or answer.scope.periods[:1] or [""]
    period = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    years = _years(answer)
    period += f" ({years})" if years and ";" not in years else ""
    measures = answer.scope.each(Measure)
    return period, "; ".join(dict.fromkeys(measure.measure for measure in measures))


def _data(answer: Answer) -> list[str]:
    """Name the years and the data sets of an answer, and say if weights are left out."""
    sets = values(answer, "dataset") or sorted(
        {
            series.dataset
            for part in answer.coverage.parts.values()
            for series in part.series
            if series.dataset
        }
    )
    datasets = f"data set{'s' * (len(sets) > 1)} {', '.join(sets[:4])}{' …' * (len(sets) > 4)}"
    doubts = "without weights in doubt" if values(answer, "doubt") else ""
    years = _years(answer)
    return [*filter(None, (years if ";" in years else "", datasets if sets else "", doubts))]


def _years(answer: Answer) -> str:
    """Name the years that figures are of, where some of their period have no data."""
    if "years" not in answer.rows.column_names:
        return ""
    years = answer.rows["years"].to_pylist()
    names = answer.rows["product"].to_pylist() if "product" in answer.rows.column_names else years
    alike = len(set(years)) == 1
    words = dict.fromkeys(text if alike or name == text else f"{name} {text}"
                          for name, text in zip(names, years, strict=True) if text)  # fmt: skip
    return f"data of {'; '.join(words)}" if words else ""


def _publications(answer: Answer) -> list[dict[str, Any]]:
    """Return the sources that the rows, or the flows behind them, come from, and the user's own."""
    used: set[str] = set()
    for name in answer.rows.column_names:
        if name.endswith("source"):
            used |= {key for text in values(answer, name) for key in cited(str(text))}
    for part in answer.coverage.parts.values():
        texts = (*(s.source for s in part.series), *(p.source for p in part.production))
        used |= {key for text in texts if text for key in cited(text)}
    sources: list[dict[str, Any]] = answer.sources.to_pylist()
    return [row for row in sources if row["key"] in used or row.get("own")] or sources


def source_line(answer: Answer) -> str:
    """Name the sources of an answer."""
    publications = list(dict.fromkeys(map(_source, _publications(answer))))
    rest = f"; and {len(publications) - 3} more" if len(publications) > 3 else ""
    if not publications:
        return ""
    return f"Source{'s' * (len(publications) > 1)}: {'; '.join(publications[:3])}{rest}"


def _source(row: Mapping[str, Any]) -> str:
    stated = [str(row[name]) for name in ("publisher", "title", "version") if row.get(name)]
    return ", ".join([*stated, *[OWN_FACTS] * bool(row.get("own"))])


MOST_ROWS = 24
"""Rows of one picture, with one bar each."""
APART = ("dataset", "reporter", "source")
"""Columns that tell rows apart which are otherwise of one name."""


def labels(
    rows: Sequence[Mapping[str, Any]], names: Iterable[str], apart: Iterable[str] = ()
) -> list[str]:
    """Name each row by the columns that differ between the rows, or by the first of them.

    Columns of ``apart`` are named too where rows would have one name without them.
    """
    present = [name for name in names if any(row.get(name) is not None for row in rows)]
    differing = [n for n in present if len({str(row.get(n)) for row in rows}) > 1] or present[:1]
    for name in apart:
        coarse = {tuple(str(row.get(n)) for n in differing) for row in rows}
        finer = {tuple(str(row.get(n)) for n in (*differing, name)) for row in rows}
        differing += [name] * (len(finer) > len(coarse))
    return [" · ".join(name_of(str(row[n])) for n in differing if row.get(n)) for row in rows]


def empty(answer: Answer, reason: str, width: int) -> Framed:
    """Make the picture of an answer that has nothing to draw: one line that says so."""
    row_count = len(answer.rows)  # No row is left out for others.
    plot = Plot({"series": []}, 4, width)
    return framed(answer, plot, drawn=row_count, note=f"Nothing to draw: {reason}.")


def only_country(answer: Answer, rows: Sequence[Mapping[str, Any]], column: str) -> str:
    """Name the country that all rows have, which their labels leave out; not if the title does."""
    countries = {name_of(row[column]) for row in rows}
    title = f"{answer.headline} {answer.question}"
    if len(countries) > 1 or any(name in title for name in countries):
        return ""
    return f"{column.capitalize()} in every row: {', '.join(countries)}."


def first_rows(answer: Answer, names: Sequence[str], most: int) -> list[dict[str, Any]]:
    """Choose the first rows of each group, as many of each, so that no group is left out alone."""
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    return [rows[number] for number in answer.first_of_each(names, most)]
