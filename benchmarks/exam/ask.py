"""Answer the exam with graphkit: each question through a tool of ``graphkit mcp``.

    python benchmarks/exam/ask.py > answers.jsonl        # [--db DATABASE]
    python benchmarks/exam/exam.py grade answers.jsonl

``graphkit.yaml`` names the tool and the arguments of each question, and the column that holds the
figure. What leaves a question open is read in one way for all of them, and the key is never opened.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import yaml
from mcp import Client
from mcp.client.stdio import StdioServerParameters

CANNOT = "cannot be told"
NOT_OF_IT_ALONE = ("No code holds", "other goods included", "its codes also hold")
"""Words of a headline whose figure is of a basket, and not of what was asked for."""
VERDICTS = {"borne out": "yes", "contradicted": "no", "cannot be told": CANNOT}
IN_FORCE, UNKNOWN_LATER = ("in force", "licensed"), "later unknown"
NOTHING, EVERYTHING = 0.01, 0.99
CALL_AGAIN, PAUSE = "call again", 10
"""Message of a server that still builds its database, and seconds to wait then."""
MOST_ROWS = {"flows", "suppliers"}
"""Tools of which all rows are asked for: their sum is wanted."""

Row = dict[str, Any]


def read_calls() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("graphkit.yaml")
    calls: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return calls


def rows_of(
    reply: Mapping[str, Any], where: Mapping[str, Any], starts: Mapping[str, str]
) -> Iterator[Row]:
    """Yield the rows of a reply with these values, or with texts that start so."""
    for row in reply["rows"]:
        row = {**reply.get("same_in_all_rows", {}), **row}
        cells = ((row.get(name), value) for name, value in where.items())
        if all(
            value in cell if isinstance(cell, list) else cell == value for cell, value in cells
        ) and all(str(row.get(name)).startswith(text) for name, text in starts.items()):
            yield row


def read_reply(reply: Mapping[str, Any], read: Mapping[str, Any]) -> Row:
    """Read an answer: a figure, a name, a range, a verdict, or whether an act is in force."""
    if any(words in reply["headline"] for words in NOT_OF_IT_ALONE):
        return {"answer": CANNOT}
    if "verdict" in reply:
        return {"answer": VERDICTS[reply["verdict"]]}
    rows = list(rows_of(reply, read.get("where", {}), read.get("starts", {})))
    column = read["column"]
    if column == "status":
        states = [row["status"] for row in rows]
        if any(UNKNOWN_LATER in state for state in states):
            return {"answer": CANNOT}
        return {"answer": "yes" if any(state in IN_FORCE for state in states) else "no"}
    if not rows:
        return {"answer": CANNOT}
    if column == "range":
        ends = [rows[0].get(name, rows[0].get(f"share_usd_{name}")) for name in ("low", "high")]
        if None in ends or (ends[0] < NOTHING and ends[1] > EVERYTHING):
            return {"answer": CANNOT}
        return {"low": 100 * ends[0], "high": 100 * ends[1]}
    value = rows[0].get(column)
    if value is None:
        return {"answer": CANNOT}
    if read.get("sum") or read.get("part"):
        value = sum(row[column] for row in rows)
    if read.get("part"):
        value /= sum(row[column] for row in rows_of(reply, {}, {}))
    return {"answer": value if isinstance(value, str) else value * read.get("times", 1)}


def graphkit_server(db: str | None = None) -> StdioServerParameters:
    """Describe the server that a client starts."""
    command = ["-m", "graphkit", "mcp", *(["--db", db] if db else [])]
    return StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))


async def ask(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    """Call a tool, again and again while the server builds its database."""
    while True:
        result = await client.call_tool(tool, arguments)
        if not (result.is_error and CALL_AGAIN in said(result)):
            return result
        await anyio.sleep(PAUSE)


def said(result: Any) -> str:
    return str(result.content[0].text)


async def answers(server: StdioServerParameters) -> list[Row]:
    """Ask all questions of a server, by the official client.

    Raises
    ------
    ValueError
        A tool refuses its arguments: that is no answer.
    """
    lines = []
    async with Client(server) as client:
        for name, call in read_calls().items():
            more = {"max_rows": 1_000} if call["tool"] in MOST_ROWS else {}
            result = await ask(client, call["tool"], call["arguments"] | more)
            if not result.is_error:
                lines.append({"id": name, **read_reply(result.structured_content, call["read"])})
            elif said(result).startswith("no "):
                lines.append({"id": name, "answer": CANNOT})
            else:
                raise ValueError(f"{name}: {call['tool']} says {said(result)}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--db", help="as for graphkit; the shipped facts without it")
    options = parser.parse_args()
    for line in anyio.run(answers, graphkit_server(options.db)):
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
