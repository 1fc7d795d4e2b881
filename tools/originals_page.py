"""Writes the table of originals, by the next edition that is due, into docs/next-edition.md.

python tools/originals_page.py
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from build_seeds import SEEDS, Locked, read_lock

from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

PAGE = Path(__file__).parents[1] / "docs" / "next-edition.md"
MARKS = "<!-- written by tools/originals_page.py -->\n", "<!-- end of originals -->\n"
HEAD = """\
| next edition | original | edition here | licence (evidence) | made by | script |
|---|---|---|---|---|---|
"""
FETCH = {
    "baci": "`graphkit fetch baci`, then ", "usgs": "`graphkit fetch usgs`, then ",
}  # fmt: skip


def sources() -> dict[str, dict[str, str | None]]:
    """Read the sources of all seeds, by key."""
    found = {}
    for path in sorted(SEEDS.rglob("*.yaml")):
        if "kind: Source\n" in path.read_text(encoding="utf-8"):
            rows = read_file(path, SEEDS, GRAPH).rows
            assert rows is not None, path
            found |= {row["key"]: row for row in rows.to_pylist()}
    return found


def lines(locked: list[Locked]) -> list[str]:
    """Write a row for each original; those of one folder with nothing to tell apart are one."""
    known = sources()
    written = []
    for (due, cut, keys, readers), some in groupby(
        sorted(locked, key=lambda one: (one.due or "~", one.cut, *one.sources, one.file)),
        key=lambda one: (one.due, one.cut, tuple(one.sources), tuple(one.readers)),
    ):
        files = ", ".join(f"`{one.file}`" for one in some)
        rows = [known[key] for key in keys]
        editions = "; ".join(
            f"{row['title']}" + (f", {row['version']}" if row["version"] else "") for row in rows
        )
        licences = "; ".join(
            dict.fromkeys(f"{row['licence']} ({row['evidence'] or 'not read'})" for row in rows)
        )
        scripts = ", ".join(f"{FETCH.get(name, '')}`build_{name}.py`" for name in readers)
        written.append(
            f"| {due or 'none known'} | {files} | {editions or 'each row names its page'} | "
            f"{licences or 'each row names its source'} | {cut or 'as published'} | {scripts} |\n"
        )
    return written


def page(text: str) -> str:
    """Return the page with its table written anew."""
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return before + MARKS[0] + "\n" + HEAD + "".join(lines(read_lock())) + "\n" + MARKS[1] + after


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
