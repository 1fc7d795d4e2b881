"""Times of the explorer in Chromium, of pictures beside tables, and of a brief (docs/explore.md).

    python benchmarks/explorer.py [--rounds N] [--only page|commands]

The shipped graph in the default database. Each line has the median of the rounds by the clock and,
where a server computes, its processor time, which other work on the machine does not change.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psutil
from playwright.sync_api import Page, sync_playwright

GRAPHKIT = [sys.executable, "-m", "graphkit"]
SETTLED = """() => new Promise((done) => {
  const found = () => document.querySelector("main[aria-busy=false] :is(h1, table)");
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done()));
  const look = () => found() ? painted() : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""
"""Resolves when a view has its answer and is painted."""
SKELETON = """() => new Promise((done) => {
  const look = () => document.querySelector("#main :is(h1, form)")
    ? requestAnimationFrame(() => done()) : requestAnimationFrame(look);
  look();
})"""
"""Resolves when a view has its heading or its form, whose answer may be under way."""
CHANGED = f"""([name, value, event]) => {{
  const field = document.querySelector(`form [name="${{name}}"]`), begun = performance.now();
  field.value = value;
  field.dispatchEvent(new Event(event, {{ bubbles: true }}));
  return ({SETTLED})().then(() => performance.now() - begun);
}}"""
"""Changes a field, and measures milliseconds until the new answer is painted."""
FOLLOWED = f"""(query) => {{
  const link = document.createElement("a"), begun = performance.now();
  link.href = `/?${{query}}`;
  document.body.append(link);
  link.click();
  link.remove();
  return ({SETTLED})().then(() => performance.now() - begun);
}}"""
"""Follows a link of the page, and measures milliseconds until the view's answer is painted."""
COUNTRIES = ("JPN", "DEU", "USA", "IND")
PRODUCTS = ("ree-metals", "nickel-ore", "cobalt-metal", "lithium-carbonate")
CHANGES = {
    "another country, Country": ("ask=depends&country=KOR", "country", COUNTRIES),
    "another country, Chain": (
        "ask=origins&country=KOR&for=magnets-metal", "country", COUNTRIES
    ),
    "another product, Country": (
        "ask=suppliers&country=KOR&for=magnets-metal", "for", PRODUCTS
    ),
    "another product, Flows": ("ask=flows&for=magnets-metal", "for", PRODUCTS),
    "a product of before, Flows": ("ask=flows&for=magnets-metal", "for", PRODUCTS),
    "a step of What if": (
        "ask=disrupt&who=CHN&for=magnets-metal", "loss", ("0.95", "0.9", "0.85", "0.8")
    ),
}  # fmt: skip
VIEWS = {
    "Overview": "",
    "Overview of South Korea": "view=overview&country=KOR",
    "Country": "ask=depends&country=KOR",
    "Country, looked through": "ask=spof&country=KOR&for=magnets-metal",
    "Mineral": "ask=concentration&for=rare+earths",
    "Over time": "ask=trend&country=KOR&for=ree-metals",
    "Flows": "ask=flows&for=ree-metals",
    "Chain": "ask=origins&country=KOR&for=magnets-metal",
    "Network": "ask=network&for=magnets-metal",
    "What if": "ask=disrupt&who=CHN&for=magnets-metal",
    "What to do": "ask=diversify&country=KOR&for=magnets-metal",
    "Claims": "ask=claims%2Fcheck&of=KOR",
    "Cypher": "view=cypher",
    "Sources": "view=sources",
}
REST = 6
"""Seconds in which a server answers what its views begin with."""
PAUSE = 0.3
"""Seconds between two steps of a slider."""
TABLES = ("depends KOR", "origins KOR --for magnets-metal", "flows --for ree-metals",
          "centrality --for cobalt", "claims check --of KOR")  # fmt: skip
READERS, ASKED = 50, 4


@contextmanager
def server() -> Iterator[tuple[str, psutil.Process]]:
    """Start the explorer; yield its address and process."""
    command = [*GRAPHKIT, "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().rpartition(" at ")[2].strip()
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()


def said(what: str, seconds: list[float], computed: list[float] | None = None) -> None:
    spent = f"; {1000 * statistics.median(computed):.0f} ms of the server" if computed else ""
    print(f"{what}: {1000 * statistics.median(seconds):.0f} ms{spent}", flush=True)


def spent(process: psutil.Process, call: Callable[[], float]) -> tuple[float, float]:
    """Return what a call measures, and the processor time of the server meanwhile."""
    before = process.cpu_times()
    seconds = call()
    after = process.cpu_times()
    return seconds, after.user + after.system - before.user - before.system


def opened(page: Page, address: str) -> tuple[float, float]:
    """Open a view; return the seconds until it has its form or heading, and its answer."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.evaluate(SKELETON)
    skeleton = time.perf_counter() - begun
    page.evaluate(SETTLED)
    return skeleton, time.perf_counter() - begun


def each_view(page: Page, rounds: int) -> None:
    """Time each view: at once on a server that has just started, a while later, and again."""
    for view, query in VIEWS.items():
        first, later, again, linked = [], [], [], []
        for _ in range(rounds):
            with server() as (address, _):
                first.append(opened(page, f"{address}?{query}"))
            with server() as (address, _):
                time.sleep(REST)
                later.append(opened(page, f"{address}?{query}"))
                time.sleep(1)
                again.append(opened(page, f"{address}?{query}"))
                page.goto(f"{address}?view=sources")
                page.evaluate(SETTLED)
                linked.append(page.evaluate(FOLLOWED, query))
        for when, times in (("at once", first), ("later", later), ("again", again)):
            skeleton, answer = (1000 * statistics.median(t) for t in zip(*times, strict=True))
            print(f"{view}, {when}: form {skeleton:.0f} ms, answer {answer:.0f} ms", flush=True)
        print(f"{view}, by a link: {statistics.median(linked):.0f} ms", flush=True)


def change(page: Page, field: str, value: str, event: str) -> float:
    """Change a field; return the seconds until the new answer is painted."""
    return float(page.evaluate(CHANGED, [field, value, event])) / 1000


def changes(page: Page, address: str, process: psutil.Process) -> None:
    for what, (query, field, values) in CHANGES.items():
        page.goto(f"{address}?{query}")
        page.evaluate(SETTLED)
        time.sleep(1)
        slider = page.locator(f"input[type=range][name={field}]")
        event = "input" if slider.count() else "change"
        found = []
        for value in values:
            if slider.count():
                slider.focus()  # as a reader who moves it has to
                time.sleep(PAUSE)
            found.append(spent(process, partial(change, page, field, value, event)))
        said(what, [a for a, _ in found], [b for _, b in found])


def readers(address: str) -> None:
    paths = ("", "api/depends?country=KOR", "api/page/origins?country=KOR&for=magnets-metal",
             "api/flows?for=ree-metals")  # fmt: skip

    def ask(number: int) -> int:
        wrong = 0
        for turn in range(ASKED):
            with urlopen(f"{address}{paths[(number + turn) % len(paths)]}") as reply:
                wrong += reply.status != 200
                reply.read()
        return wrong

    begun = time.perf_counter()
    with ThreadPoolExecutor(READERS) as pool:
        wrong = sum(pool.map(ask, range(READERS)))
    seconds = time.perf_counter() - begun
    print(f"{READERS} readers at once, {ASKED} requests each: {wrong} errors, {seconds:.1f} s")


def commands(rounds: int, folder: Path) -> None:
    """Time pictures against tables, and a brief."""

    def used(*arguments: str) -> tuple[float, float]:
        before, begun = psutil.Process().cpu_times(), time.perf_counter()
        subprocess.run([*GRAPHKIT, *arguments], check=True, stdout=subprocess.DEVNULL)
        after = psutil.Process().cpu_times()
        return time.perf_counter() - begun, (
            after.children_user + after.children_system
            - before.children_user - before.children_system
        )  # fmt: skip

    def median(*arguments: str) -> tuple[float, float]:
        runs = [used(*arguments) for _ in range(rounds)]
        return statistics.median(a for a, _ in runs), statistics.median(b for _, b in runs)

    for command in TABLES:
        wall, table = median(*command.split(), "--format", "table")
        for ending in ("svg", "png"):
            clock, drawn = median(*command.split(), "-o", str(folder / f"a.{ending}"))
            print(
                f"{command}: table {wall:.1f} s ({table:.2f} s of the processor), {ending} "
                f"{clock:.1f} s ({drawn:.2f}); at most {1.5 * table + 1:.2f} s wanted", flush=True
            )  # fmt: skip
    clock, drawn = median("brief", "KOR", "-o", str(folder / "korea.html"))
    print(f"brief KOR: {clock:.1f} s ({drawn:.2f} s of the processor)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("page", "commands"))
    given = parser.parse_args()
    if given.only != "commands":
        views(given.rounds)
    if given.only != "page":
        with TemporaryDirectory() as folder:
            commands(given.rounds, Path(folder))


def views(rounds: int) -> None:
    """Time the page."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page()
        each_view(page, rounds)
        with server() as (address, process):
            page.goto(address)
            page.evaluate(SETTLED)
            time.sleep(REST)  # what views begin with is computed ahead
            changes(page, address, process)
            readers(address)
        chromium.close()


if __name__ == "__main__":
    main()
