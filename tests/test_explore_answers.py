"""Answers to many readers: each computed once and kept, a lost database opened again."""

from __future__ import annotations

import asyncio
import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from saying import unsaid
from seed_texts import write_seeds

from graphkit.build import build_graph
from graphkit.errors import Unreachable
from graphkit.explore.answers import Answers, Busy, Threads, TooLate, names_of
from graphkit.questions.addresses import by_path, read_values
from graphkit.questions.question import Question, prepare
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore


@pytest.fixture
def answers(sliced_file: Path) -> Iterator[Answers]:
    with Answers(DuckStore(sliced_file), lambda: DuckStore(sliced_file)) as answers:
        yield answers


def concentration(scope: str) -> Question:
    verb = by_path()["concentration"]
    return prepare(verb, read_values(verb, [("for", scope)]), "json")


async def found(answers: Answers, *scopes: str) -> list[Any]:
    return [await answers.find(concentration(scope)) for scope in scopes]


def test_an_answer_is_computed_once(answers):
    first, other, again = asyncio.run(found(answers, "ree-metals", "magnets", "ree-metals"))

    assert again is first
    assert other.answer.question != first.answer.question


def test_the_answer_asked_longest_ago_makes_room_for_a_new_one(answers, monkeypatch):
    monkeypatch.setattr("graphkit.explore.answers.CACHED", 1)
    first, _, again = asyncio.run(found(answers, "ree-metals", "magnets", "ree-metals"))

    assert again is not first
    assert again.answer.rows.equals(first.answer.rows)


def test_a_database_that_was_lost_is_opened_again(tmp_path, sliced_file):
    lost = DuckStore(tmp_path / "gone.duckdb")
    with Answers(lost, lambda: DuckStore(sliced_file)) as answers:
        with pytest.raises(Unreachable, match=r"no database at .*gone\.duckdb"):
            answers.reading(names_of)
        assert "KOR" in [row["key"] for row in answers.reading(names_of)]


def test_a_file_that_a_load_replaced_is_read_anew_by_all(tmp_path, sliced_file):
    path = tmp_path / "graph.duckdb"
    shutil.copy(sliced_file, path)
    small = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    count = "MATCH (f:Country) RETURN count(*) AS countries"

    def countries(answers: Answers) -> int:
        table = answers.reading(lambda catalog: catalog.store.ask(count).table)
        return int(table["countries"][0].as_py())

    with Answers(DuckStore(path), lambda: DuckStore(path)) as answers:
        (before,) = asyncio.run(found(answers, "ree-metals"))
        assert (len(before.answer.rows) > 0, countries(answers) > 100) == (True, True)
        with DuckStore(path) as other:
            other.load(small)

        assert countries(answers) == small.count("Country")
        (after,) = asyncio.run(found(answers, "ree-metals"))
        assert not after.answer.rows.equals(before.answer.rows)
        assert len(answers.reading(names_of)) < 50


def test_the_memory_of_an_answer_is_given_back_soon(answers, monkeypatch):
    monkeypatch.setattr("graphkit.explore.answers.TIDY_SECONDS", 0.01)
    pool = pa.system_memory_pool()
    before = pool.bytes_allocated()

    def leave_garbage() -> None:
        garbage: list[Any] = [pa.allocate_buffer(2**24, memory_pool=pool)]
        garbage.append(garbage)

    async def asked() -> None:
        tidying = asyncio.create_task(answers.stay_small())
        await answers.questions.run(leave_garbage)
        while pool.bytes_allocated() > before:
            await asyncio.sleep(0.01)
        tidying.cancel()

    gc.disable()  # which would otherwise come by chance
    try:
        asyncio.run(asyncio.wait_for(asked(), 20))
    finally:
        gc.enable()


def in_threads(call: Callable[[], Any], calls: int, ended: threading.Event) -> list[Any]:
    """Make some calls at once in one thread, and end those under way: what each gives or raises."""
    threads = Threads(1)

    async def made() -> list[Any]:
        running = (threads.run(call) for _ in range(calls))
        outcomes = await asyncio.gather(*running, return_exceptions=True)
        ended.set()
        while threads._waiting:
            await asyncio.sleep(0.01)
        return outcomes

    try:
        return asyncio.run(made())
    finally:
        threads.close()


def test_a_call_beyond_those_that_may_wait_is_refused_at_once(monkeypatch):
    monkeypatch.setattr("graphkit.explore.answers.MOST_WAITING", 2)
    *others, last = in_threads(lambda: "done", 3, threading.Event())

    assert others == ["done", "done"]
    assert isinstance(last, Busy)


def test_a_call_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr("graphkit.explore.answers.SECONDS", 0.05)
    ended = threading.Event()
    [outcome] = in_threads(lambda: ended.wait(20), 1, ended)

    assert isinstance(outcome, TooLate)
    assert unsaid(str(outcome), "longer than 0.05 s") == []
