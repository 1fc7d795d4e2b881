"""The tests that concern a module: those that name what it defines, or what is made of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from functools import cache
from math import log, sqrt
from pathlib import Path

PACKAGE, TESTS = Path("graphkit"), Path("tests")
STEPS = 3
"""Steps from a module to those that import it, and on, that are looked through."""
FADE = 0.4
"""Part of a step's weight that the next one has."""
PARTS = {"text": ("headline",), "picture": ("plot", "kind")}
"""Words of the tests of a part of a question, by the end of its module's name."""
NAMED = 6.0
"""Weight of a file of tests that has the name of a module, beside that of words that it uses."""


def files_for(module: str, most: int) -> list[str]:
    """Return the module, for its examples, and the files of tests that concern it most."""
    scores: dict[Path, float] = {}
    weight, level, seen = 1.0, {Path(module)}, {Path(module)}
    for _ in range(STEPS):
        for test in _tests():
            best = max((_likeness(test, source) for source in level), default=0.0)
            scores[test] = max(scores.get(test, 0.0), weight * best)
        level = {p for p in _imports() for q in level if q in _imports()[p]} - seen
        seen |= level
        weight *= FADE
    ranked = sorted((-score, test.as_posix()) for test, score in scores.items() if score)
    return [module, *(test for _, test in ranked[:most])]


def _likeness(test: Path, source: Path) -> float:
    """Weigh the words of a file of tests that a module defines, and its name."""
    names, words = _names(source), _words(test)
    score = sum(map(_rarity, names & words)) / sqrt(len(names) or 1)
    own, above = _parts(source.stem), _parts(source.parent.name)
    own |= {word for part in own for word in PARTS.get(part, ())}
    named = _parts(test.stem.removeprefix("test_"))
    same = sum(_is_among(word, own | above) for word in named) / len(named)
    return score + NAMED * same * (1.0 if any(_is_among(word, own) for word in named) else 0.5)


def _is_among(word: str, words: Collection[str]) -> bool:
    """Tell if a word is one of some, or the beginning of one, or begins with one."""
    return any(
        w.startswith(word) or word.startswith(w) for w in words if min(len(w), len(word)) > 3
    )


def _parts(name: str) -> set[str]:
    """Split a name into its words, without the ending of a plural."""
    return {word.removesuffix("s") for word in name.split("_") if word not in ("init", "")}


@cache
def _tests() -> tuple[Path, ...]:
    return tuple(sorted(TESTS.glob("test_*.py")))


@cache
def _words(test: Path) -> frozenset[str]:
    text = test.read_text(encoding="utf-8")
    return frozenset(re.findall(r"[A-Za-z_]\w{3,}", text)) | _parts(test.stem)


@cache
def _counts() -> dict[str, int]:
    counts: dict[str, int] = {}
    for test in _tests():
        for word in _words(test):
            counts[word] = counts.get(word, 0) + 1
    return counts


def _rarity(word: str) -> float:
    return log((1 + len(_tests())) / (1 + _counts().get(word, 0)))


@cache
def _names(source: Path) -> frozenset[str]:
    """Collect the functions, classes and constants of a module, and its own name."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    names = {node.name.lstrip("_") for node in ast.walk(tree)
             if isinstance(node, ast.FunctionDef | ast.ClassDef)}  # fmt: skip
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset({name for name in names if len(name) > 3} | {source.stem})


@cache
def _imports() -> dict[Path, Collection[Path]]:
    """Return the modules that each module imports when it runs."""
    sources = sorted(PACKAGE.rglob("*.py"))
    return {source: _imported(source) - {source} for source in sources}


def _imported(source: Path) -> set[Path]:
    names: set[str] = set()
    stack: list[ast.AST] = [ast.parse(source.read_text(encoding="utf-8"))]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        stack.extend(ast.iter_child_nodes(node))
    paths = {Path(*name.split(".")).with_suffix(".py") for name in names
             if name.startswith("graphkit.")}  # fmt: skip
    return {path for path in paths if path.exists()}
