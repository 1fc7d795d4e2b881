"""Coverage of the sandbox, which can write no file: its processes send it to the tests' own.

A process begins with `measured` instead of its `main`, and sends what is new before each answer,
as it is killed without notice. The lines that follow an answer come with the next one.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coverage

PART = 2_000
"""Branches sent at a time: a datagram has its limit."""


@contextmanager
def counted(folder: Path) -> Iterator[str]:
    """Add what sandboxes send to this process's own coverage; give the code that starts one."""
    address = folder / "coverage"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as arrivals:
        arrivals.bind(str(address))
        reader = threading.Thread(target=_add, args=(arrivals,))
        reader.start()
        yield (
            "import sys; sys.path[:] = sys.argv[1:];"
            "from graphkit.startup import start_small; start_small();"
            f"from sandbox_coverage import measured; measured({str(address)!r})"
        )
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"{}", str(address))  # all that was sent before is read by then
        reader.join()


def _add(arrivals: socket.socket) -> None:
    own = coverage.Coverage.current()
    assert own is not None
    while arcs := json.loads(arrivals.recv(2**20)):
        own.get_data().add_arcs({file: map(tuple, pairs) for file, pairs in arcs.items()})


def measured(address: str) -> None:
    """Answer as the sandbox does, and send each branch that is taken for the first time."""
    own = coverage.Coverage(data_file=None, branch=True, source=["graphkit"], config_file=False)
    own.start()
    sending = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sending.connect(address)
    sent: dict[str, set[tuple[int, int]]] = {}

    def report() -> None:
        data = own.get_data()
        for file in data.measured_files():
            known = sent.setdefault(file, set())
            new = sorted(set(data.arcs(file) or ()) - known)
            known.update(new)
            for start in range(0, len(new), PART):
                sending.send(json.dumps({file: new[start : start + PART]}).encode())

    from graphkit.stores.duck import sandbox_worker

    answer = sandbox_worker._send

    def reported(header: dict[str, Any]) -> None:
        report()
        answer(header)

    sandbox_worker._send = reported
    report()  # opens what it needs before the process may open nothing
    sandbox_worker.main()
