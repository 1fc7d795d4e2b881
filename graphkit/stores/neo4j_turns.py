"""How loads of one Neo4j take turns, and how what they do is noticed by whoever reads meanwhile.

A load holds a lock in a transaction that is never committed, so it is free again as soon as its
holder is gone. Each of its writes also makes sure, in its own transaction, that no other load
has had its turn since: a lock that was lost unnoticed lets nothing be mixed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from graphkit.errors import StoreError, Unreachable
from graphkit.stores import say_waiting

CONSTRAINT = (
    "CREATE CONSTRAINT graphkit_LoadLock IF NOT EXISTS FOR (x:LoadLock) REQUIRE x.key IS UNIQUE"
)
LOCK = "MERGE (x:LoadLock {key: 'turn'})"
CLAIM = "MERGE (x:LoadLock {key: 'owner'}) SET x.owner = $owner"
RELEASE = "MATCH (x:LoadLock {key: 'owner', owner: $owner}) DELETE x"
# Writing before reading: what is read under the lock cannot change before the end.
CHECK = (
    "MATCH (x:LoadLock {key: 'owner'}) SET x.locked = true WITH x WHERE x.owner = $owner "
    "RETURN count(*) AS ours"
)
MARKER = "MATCH (l:Load) RETURN l.content AS content"
SOON = 3.0
"""Seconds of waiting that need no word."""


@contextmanager
def turn(open_session: Callable[[], neo4j.Session], label: str) -> Iterator[str]:
    """Wait until no other load is under way, and keep others out; gives the owner's name."""
    owner = uuid.uuid4().hex
    with open_session() as locking, open_session() as session:
        lock = locking.begin_transaction(metadata={"graphkit": "load"})
        try:
            _wait(lock, label)
            session.run(CLAIM, owner=owner).consume()
            yield owner
        finally:
            with suppress(DriverError, Neo4jError):
                session.run(RELEASE, owner=owner).consume()
                lock.rollback()


def _wait(lock: neo4j.Transaction, label: str) -> None:
    notice = Timer(SOON, say_waiting, (label,))
    notice.start()
    try:
        lock.run(LOCK).consume()
    finally:
        notice.cancel()


def check_owner(transaction: neo4j.ManagedTransaction, owner: str, label: str) -> None:
    """Refuse a transaction of a load that has lost its turn, and keep the turn until its end.

    Raises
    ------
    StoreError
        Another load has begun.
    """
    if not transaction.run(CHECK, owner=owner).single(strict=True)["ours"]:
        raise StoreError(f"another load of {label} has taken over; this one gave up")


def marker(transaction: neo4j.ManagedTransaction) -> str:
    """What the database was filled with; empty while that is not finished."""
    found = transaction.run(MARKER).single()
    return str(found["content"]) if found else ""


def check_unchanged(before: str, after: str, label: str) -> None:
    """Refuse what was read if the load marker changed meanwhile.

    Raises
    ------
    Unreachable
        A load began or ended: the answer could be a mixture.
    """
    if after != before:
        what = "was loaded anew" if after else "is being loaded, or a load of it was cut off,"
        raise Unreachable(f"{label} {what} while it was read; ask again")
