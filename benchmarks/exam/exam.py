"""An open exam: a hundred questions on who depends on whom for critical minerals.

    python exam.py questions > questions.jsonl          # without the key
    python exam.py grade answers.jsonl [--pass 80]      # 1 if below, 2 if a line is malformed

An answer is a line {"id": ..., "answer": number or text}, {"id": ..., "low": ..., "high": ...} for
a range, or {"id": ..., "answer": "cannot be told"}. It needs Python and PyYAML, and no graphkit.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CANNOT = "cannot be told"
WANTED = {
    "share": "a number in %",
    "number": "a number in {unit}",
    "range": "low and high, numbers in %",
    "country": "the name or ISO 3166-1 code of a country",
    "name": "a name",
    "yes or no": "yes or no",
}
"""The answer that each form of question wants."""
POINTS, RANGE_POINTS, PART = 0.5, 1.0, 0.02
"""Tolerances of a share, of the ends of a range, and of any other number."""
RIGHT, OPEN, WRONG, TOO_CERTAIN = 1, 0, -1, -2

Question = dict[str, Any]
Answer = dict[str, Any]


class Mark(NamedTuple):
    """The points of an answer, and the reason where they are not full."""

    points: int
    reason: str = ""


class Malformed(Exception):
    """Lines of answers that cannot be read, each with its place."""


def read_questions() -> list[Question]:
    path = Path(__file__).with_name("questions.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf-8"), loader)
    sources = {key: ", ".join(source.values()) for key, source in content["sources"].items()}
    return [
        {
            "given": content["given"][question["kind"]],
            "sources": [sources[key] for key in question["source"].split()],
            **question,
        }
        for question in content["questions"]
    ]


def wanted(question: Question) -> str:
    return WANTED[question["form"]].format(unit=question.get("unit"))


def asked(question: Question) -> Question:
    """Select what a candidate may see."""
    shown = {name: question[name] for name in ("id", "kind", "question", "given", "sources")}
    return {**shown, "wanted": f"{wanted(question)}, or {CANNOT!r}"}


def plain(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def fault_of(answer: Any, questions: dict[str, Question], seen: Iterable[str]) -> str | None:
    """Say what is wrong with a line of answers."""
    if not isinstance(answer, dict) or "id" not in answer:
        return f'{json.dumps(answer)[:60]} is no answer: wanted {{"id": ..., "answer": ...}}'
    name = answer["id"]
    if not isinstance(name, str) or name not in questions:
        return f"no question has the id {name!r}"
    if name in seen:
        return f"{name} is answered twice"
    question, value = questions[name], answer.get("answer")
    ends = [answer.get("low"), answer.get("high")]
    if value == CANNOT:
        return None
    is_of_numbers = question["form"] in ("share", "number", "range")
    if is_of_numbers and all(map(is_number, ends)):
        return None if ends[0] <= ends[1] else f"{name}: low {ends[0]} is above high {ends[1]}"
    if is_of_numbers and ends != [None, None]:
        return f"{name}: low and high are {ends[0]!r} and {ends[1]!r}, wanted two numbers"
    if not (is_number(value) if is_of_numbers else isinstance(value, str)):
        return f"{name}: the answer is {value!r}, wanted {wanted(question)}, or {CANNOT!r}"
    return None


def read_answers(path: Path, questions: dict[str, Question]) -> dict[str, Answer]:
    """Read a file of answers, by the id of their question.

    Raises
    ------
    Malformed
        Lines are no JSON, name no question, or are no answer to it.
    """
    answers: dict[str, Answer] = {}
    faults = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
        except ValueError as error:
            fault: str | None = f"no JSON ({error})"
        else:
            fault = fault_of(answer, questions, answers)
        if fault:
            faults.append(f"{path}:{number}: {fault}")
        else:
            answers[answer["id"]] = answer
    if faults:
        raise Malformed("\n".join(faults))
    return answers


def slack(question: Question) -> float:
    """Return how far the numbers of an answer may be off."""
    if "within" in question:
        return float(question["within"])
    if question["form"] == "range":
        return RANGE_POINTS
    return POINTS if question["form"] == "share" else PART * abs(question["answer"])


def is_open(question: Question, answer: Answer) -> bool:
    """Say whether an answer leaves everything open."""
    everything = is_number(answer.get("low")) and answer["low"] <= 0 and answer["high"] >= 100
    in_percent = question["form"] in ("share", "range")
    return answer.get("answer") == CANNOT or (in_percent and everything)


def mark(question: Question, answer: Answer | None) -> Mark:
    """Mark one answer by the rules of docs/exam.md."""
    key = question.get("answer")
    if answer is None:
        return Mark(OPEN, "no answer")
    if is_open(question, answer):
        return Mark(RIGHT) if key == CANNOT else Mark(OPEN, f"can be told: {stated(question)}")
    if key == CANNOT:
        return Mark(TOO_CERTAIN, f"{stated(answer)}, but {question['why']}")
    reason = f"{stated(answer)}, and it is {stated(question)}"
    if question["form"] not in ("share", "number", "range"):
        names = {plain(name) for name in (key, *question.get("also", ()))}
        return Mark(RIGHT) if plain(str(answer.get("answer"))) in names else Mark(WRONG, reason)
    within = slack(question)
    is_range = is_number(answer.get("low"))
    if question["form"] == "range" and not is_range:
        return Mark(TOO_CERTAIN, f"{reason}: the data tell no single figure")
    if not is_range:
        return Mark(RIGHT) if abs(answer["answer"] - key) <= within else Mark(WRONG, reason)
    low, high = (question.get(end, key) for end in ("low", "high"))
    if (
        question["form"] == "range"
        and max(abs(answer["low"] - low), abs(answer["high"] - high)) <= within
    ):
        return Mark(RIGHT)
    if answer["low"] <= low + within and answer["high"] >= high - within:
        return Mark(OPEN, f"{reason}: true, and wider than need be")
    return Mark(WRONG, reason)


def stated(answer: Answer) -> str:
    """Write an answer or a key."""
    if is_number(answer.get("low")):
        return f"{answer['low']:,.4g} to {answer['high']:,.4g}"
    value = answer["answer"]
    return f"{value:,.6g}" if is_number(value) else str(value)


def report(questions: Sequence[Question], answers: dict[str, Answer]) -> tuple[int, str]:
    """Mark all answers; return the total and a table by kind, with each mark that is not full."""
    marks = {question["id"]: mark(question, answers.get(question["id"])) for question in questions}
    heads = ("kind", "questions", "right", "open", "wrong", "too certain", "points")
    lines = [heads]
    kinds = list(dict.fromkeys(question["kind"] for question in questions))
    for kind in (*kinds, "all"):
        points = [
            marks[question["id"]].points
            for question in questions
            if kind in (question["kind"], "all")
        ]
        counts = [points.count(value) for value in (RIGHT, OPEN, WRONG, TOO_CERTAIN)]
        lines.append((kind, *map(str, (len(points), *counts, sum(points)))))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    missed = [
        f"{mark.points:+d}  {name}: {mark.reason}" if mark.points else f" 0  {name}: {mark.reason}"
        for name, mark in marks.items()
        if mark.points < RIGHT
    ]
    return sum(mark.points for mark in marks.values()), "\n".join((*table, *missed))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("questions", help="print the questions as JSON lines, without the key")
    grade = commands.add_parser("grade", help="mark a file of answers")
    grade.add_argument("answers", type=Path, help="JSON lines")
    grade.add_argument("--pass", dest="least", type=int, default=None, metavar="POINTS")
    options = parser.parse_args(arguments)
    questions = read_questions()
    if options.command == "questions":
        for question in questions:
            print(json.dumps(asked(question), ensure_ascii=False))
        return 0
    try:
        answers = read_answers(
            options.answers, {question["id"]: question for question in questions}
        )
    except (Malformed, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    total, text = report(questions, answers)
    print(text)
    return int(options.least is not None and total < options.least)


if __name__ == "__main__":
    sys.exit(main())
