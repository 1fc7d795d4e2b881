"""Answers of one database to many readers: within limits, and as the page shows them."""

from __future__ import annotations

import asyncio
import gc
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock, Timer
from time import monotonic
from typing import Any, TypeVar

from graphkit.answers.answer import Answer
from graphkit.answers.columns import PROFILED
from graphkit.answers.remarks import with_remarks_for_marks
from graphkit.arrow import release_memory
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement
from graphkit.database import LastLoad, last_load
from graphkit.errors import GraphkitError, Unreachable, visible
from graphkit.explore.overview import minerals_of
from graphkit.names import NEARLY
from graphkit.pages.columns import TextColumn
from graphkit.plot.drawing import DARK
from graphkit.plot.pictures import layouts
from graphkit.queries import Reading, noted_readings
from graphkit.questions.question import Question
from graphkit.questions.rows_as_network import rows_as_network
from graphkit.render.answer import coverage_lines, lay_out
from graphkit.render.json import objects_of
from graphkit.schema import Schema
from graphkit.stores.base import Closing, Store
from graphkit.stores.results import Result as StatementResult

Result = TypeVar("Result")
THREADS, STATEMENTS = 4, 2
"""Threads for questions, and for statements of readers, of which each may take 4 GiB."""
MOST_WAITING = 256
CACHED, CACHED_BYTES = 64, 4 * 2**20
"""Answers that are kept, and the size from which one is not."""
SECONDS = 120.0
CHECK_SECONDS = 1.0
"""Time for which kept answers are given without asking whether the database is still that one."""
TIDY_SECONDS = 5.0
"""Time after which the memory that answers took goes back to the system."""


class Busy(GraphkitError):
    """Too many readers ask at once."""


class TooLate(GraphkitError):
    """An answer takes too long."""


@dataclass(frozen=True)
class AnsweredQuestion:
    """An answer, and the query files that were read for it."""

    answer: Answer
    readings: tuple[Reading, ...]
    load: LastLoad
    """Load that the database held."""


class Threads:
    """A few threads, and a limited number of calls that wait for one."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, "graphkit-explore")
        self._waiting = 0
        self.done = 0
        """Calls that ended."""

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run a call in a thread; one that takes too long goes on there unheard.

        Raises
        ------
        Busy
            Too many calls wait.
        TooLate
            It is not done in time.
        """
        if self._waiting >= MOST_WAITING:
            raise Busy("too many readers ask at once; ask again")
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, call)
        running.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(running), SECONDS)
        except TimeoutError as error:
            raise TooLate(f"the answer takes longer than {SECONDS:g} s; ask for less") from error

    def _done(self, running: asyncio.Future[Result]) -> None:
        self._waiting -= 1
        self.done += 1
        if not running.cancelled():
            running.exception()  # of a call that nobody waits for, nobody wants it

    def close(self) -> None:
        """Take no more calls; those under way end with the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Answers(Closing):
    """The answers of one database, each computed once and kept while few others are asked."""

    def __init__(self, store: Store, reopen: Callable[[], Store]) -> None:
        self._reopen = reopen
        self._catalog: Catalog | None = Catalog(store)
        self._load: tuple[Catalog, LastLoad] | None = None
        self._cached: OrderedDict[str, asyncio.Task[AnsweredQuestion]] = OrderedDict()
        self._checked = 0.0
        self._opening = Lock()
        self._old: set[Store] = set()
        """Databases of before a load, until what still reads them in another thread has ended."""
        self.questions, self.statements = Threads(THREADS), Threads(STATEMENTS)

    def close(self) -> None:
        """Close the database."""
        for threads in (self.questions, self.statements):
            threads.close()
        if self._catalog is not None:
            self._catalog.store.close()
        for store in list(self._old):
            self._close_old(store)

    def _close_old(self, store: Store) -> None:
        self._old.discard(store)
        store.close()

    async def stay_small(self) -> None:
        """Return the memory that answers took to the system, for as long as readers ask.

        Python looks for garbage by the number of its objects, and some of few objects holds
        megabytes of rows.
        """
        before = 0
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            done = self.questions.done + self.statements.done
            if done > before:
                await asyncio.to_thread(_tidy)
            before = done

    def catalog(self) -> Catalog:
        """Return the facts of the database, opened again if it was lost or loaded anew."""
        if (catalog := self._catalog) is not None:
            self._go_on(catalog, catalog.renewed())
        with self._opening:
            if self._catalog is None:
                self._catalog = Catalog(self._reopen())
            return self._catalog

    def _go_on(self, before: Catalog, now: Catalog | None) -> None:
        """Put other facts in the place of those of before, and let go of all answers from these."""
        with self._opening:
            if self._catalog is not before or now is before:
                return  # another thread may have done it
            self._catalog = now
            self._cached.clear()
        if now is None:
            self._old.add(before.store)
            timer = Timer(SECONDS, self._close_old, [before.store])
            timer.daemon = True
            timer.start()

    async def find(self, question: Question) -> AnsweredQuestion:
        """Find an answer: the kept one, that which another reader waits for, or a new one."""
        await self._forget_old()
        key = f"{question.name} {sorted(question.arguments.items())!r}"
        task = self._cached.get(key)
        if task is None:
            task = asyncio.create_task(self.questions.run(partial(self._ask, question)))
            task.add_done_callback(partial(self._forget_unfit, key))
            self._cached[key] = task
            if len(self._cached) > CACHED:
                self._cached.popitem(last=False)
        else:
            self._cached.move_to_end(key)
        return await asyncio.shield(task)

    async def _forget_old(self) -> None:
        """Drop the kept answers of other facts; a server is asked for its own now and then."""
        catalog, now = self._catalog, monotonic()
        if not self._cached or catalog is None:
            return
        if catalog.store.is_replaced:
            self._go_on(catalog, None)
        elif now >= self._checked + CHECK_SECONDS:
            self._checked = now
            with suppress(Unreachable):  # which the next reading says, unless it is over by then
                await self.questions.run(partial(self.reading, lambda catalog: None))

    def _ask(self, question: Question) -> AnsweredQuestion:
        with noted_readings() as readings:
            answer, load = self.reading_load(question.ask)
        return AnsweredQuestion(answer, tuple(readings), load)

    def _forget_unfit(self, key: str, task: asyncio.Task[AnsweredQuestion]) -> None:
        """Forget what failed or is large."""
        failed = task.cancelled() or task.exception() is not None
        if (failed or task.result().answer.rows.nbytes > CACHED_BYTES) and self._cached.get(
            key
        ) is task:
            del self._cached[key]

    def reading_load(self, call: Callable[[Catalog], Result]) -> tuple[Result, LastLoad]:
        """Call as :meth:`reading` does; return also what the database held."""

        def both(catalog: Catalog) -> tuple[Result, LastLoad]:
            return call(catalog), self._load_of(catalog)

        return self.reading(both)

    def _load_of(self, catalog: Catalog) -> LastLoad:
        """Return the load that the facts of a catalog come from, which is read once."""
        known = self._load
        if known is None or known[0] is not catalog:
            known = self._load = catalog, last_load(catalog.store)
        return known[1]

    def reading(self, call: Callable[[Catalog], Result]) -> Result:
        """Call with the facts of the database; if it was lost, the next call opens it again."""
        try:
            return call(self.catalog())
        except Unreachable:
            lost, self._catalog = self._catalog, None
            self._cached.clear()
            if lost is not None:
                lost.store.close()
            raise


def _tidy() -> None:
    gc.collect()
    release_memory()


def names_of(catalog: Catalog) -> list[dict[str, Any]]:
    """List all that a question may be about: key, name, short name of a long one, and kind.

    A stage has its ``position`` in the chain, a product its ``stage`` and the ``minerals`` that it
    belongs to (its main element, the group of many, or each of a few), and the ``years`` of its
    trade.
    """
    years: dict[str, set[str]] = {}
    for row in catalog.traded.select(["product", "period"]).to_pylist():
        if len(row["period"]) == len("2024"):
            years.setdefault(row["product"], set()).add(row["period"])
    names = []
    for kind in ("Country", "Area", "Element", "Product", "Stage"):
        columns = ["key", "name", "short", "stage", "position"]
        for row in catalog.nodes(kind).select(columns).to_pylist():
            named = {"key": row["key"], "name": row["name"], "kind": kind}
            if row["short"]:
                named["short"] = row["short"]
            if kind == "Stage":
                named["position"] = row["position"]
            elif kind == "Product":
                named |= {
                    "stage": row["stage"],
                    "minerals": minerals_of(catalog.materials, row["key"]),
                    "years": sorted(years.get(row["key"], ())),
                }
            names.append(named)
    return names


MOST_MATCHES = 12


def matches(catalog: Catalog, text: str) -> list[dict[str, str]]:
    """List what a text may name, the best first: in any language, beginnings, misspellings.

    Misspelt names count only where no name has the text.
    """
    ranked = [
        *catalog.places.like(text, ("Country", "Area")),
        *catalog.materials.names.like(text, ("Element", "Product", "Stage")),
    ]
    best = min((fit for fit, _ in ranked), default=0)
    ranked = [(fit, entity) for fit, entity in ranked if fit < NEARLY or best == NEARLY]
    ranked.sort(key=lambda pair: pair[0])
    return [
        {"key": entity.key, "name": entity.name, "kind": entity.kind}
        for _, entity in ranked[:MOST_MATCHES]
    ]


FOLDED = ("Coverage", "Sources", "Notes")
"""Sections of an answer that the page folds, as a screen leaves them to ``--long``."""


class Blocks:
    """Page whose parts are plain data, in order."""

    width: int | None = None

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []

    def title(self, text: str) -> None:
        """Add a title, of a section that the page folds if most readers skip it."""
        self.parts.append({"title": visible(text), "folded": text in FOLDED})

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.parts.append({"text": visible(text)})

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table, column by column."""
        self.parts.append({"table": [vars(column) for column in columns]})

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self.parts.append({"lines": [visible(line) for line in lines]})


def page_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as the page shows it.

    ``blocks`` are those of ``--format markdown``; a row of the first table is that of ``rows``
    with the same number.
    """
    blocks = Blocks()
    lay_out(with_remarks_for_marks(answer), blocks)
    return {
        "blocks": blocks.parts,
        "rows": objects_of(answer.rows),
        "names": dict(answer.names),
        "units": dict(answer.units),
        "pages": {c.name: c.refers_to for c in answer.columns if c.refers_to in PROFILED},
        "sources": objects_of(answer.sources),
        "coverage": coverage_lines(answer),
        "picture": _picture(answer),
    }


def page_of_rows(catalog: Catalog, result: StatementResult, statement: Statement) -> dict[str, Any]:
    """Return the rows of a statement as the page shows them, with a picture if they hold nodes."""
    network = rows_as_network(catalog, result.table, statement)
    return {
        "rows": objects_of(result.table),
        "notes": list(result.notes),
        "picture": _picture(network) if len(network.rows) else None,
    }


def kinds_of(graph: Schema) -> list[dict[str, Any]]:
    """List the kinds of node and relationship of a graph, with the properties of each."""
    return [
        {
            "name": kind.name,
            "edge": kind.is_edge,
            "doc": kind.doc,
            "ends": ["|".join(end.kinds) for end in kind.ends],
            "properties": [
                {"name": p.name, "meaning": p.meaning, "doc": p.doc} for p in kind.stored
            ],
        }
        for kind in graph.kinds
    ]


def _picture(answer: Answer) -> dict[str, Any] | None:
    """Return the layouts of the picture, the widest first, if anything can be drawn."""
    pictures = layouts(answer)
    if not pictures[0].drawn:
        return None
    return {
        "layouts": [picture.layout for picture in pictures],
        "world": pictures[0].world,
        "label": pictures[0].title,
        "dark": DARK,
    }
