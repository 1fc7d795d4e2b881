"""Small wrong changes to a module, one at a time: what its tests should notice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
DELETED = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
UNREAD = ("annotation", "returns", "decorator_list")
"""Fields that no run of a program reads, or that say only what a function is."""


class Mutant(NamedTuple):
    """Bytes of a module, and what stands in their place."""

    line: int
    start: int
    end: int
    new: str

    def applied(self, source: bytes) -> bytes:
        """The whole module with the change."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def change(self, source: bytes) -> str:
        """The change, in words of the module."""
        return f"{' '.join(source[self.start : self.end].decode().split())} -> {self.new}"


def mutants(source: bytes) -> dict[str, Mutant]:
    """Every mutant of a module in the order of its text, by a name that lines above do not change.

    It is the line, the change in it, and a number where the module has the same again. Texts,
    annotations, decorators and what is raised are left as they are.
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    places = set()
    for node, new in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        places.add(Mutant(node.lineno, start, end, new))
    named: dict[str, Mutant] = {}
    times: Counter[str] = Counter()
    for mutant in sorted(places):
        line = lines[mutant.line - 1].decode().strip()
        name = f"{line} | {mutant.change(source)}"
        times[name] += 1
        named[f"{name} | {times[name]}"] = mutant
    return named


def _changes(node: ast.AST, inside: bool = False) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The nodes that can be changed at and below a node, and the text that replaces each."""
    if isinstance(node, ast.JoinedStr) or _is_type_checking(node):
        return
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == "__repr__":
        return
    inside = inside or isinstance(node, ast.FunctionDef)
    if isinstance(node, ast.expr):
        yield from ((node, f"({ast.unparse(new)})") for new in _other_values(node))
    if inside and isinstance(node, DELETED) and not _is_text(node):
        yield node, "pass"
    if isinstance(node, ast.Return) and not (node.value is None or _is_none(node.value)):
        yield node, "return None"
    if isinstance(node, (ast.If, ast.IfExp)):
        yield from ((node.test, value) for value in ("True", "False"))
    if isinstance(node, ast.While):
        yield node.test, "False"
    if isinstance(node, ast.comprehension):
        yield from ((test, value) for test in node.ifs for value in ("True", "False"))
    if isinstance(node, ast.Raise):
        return
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in UNREAD:
                yield from _changes(child, inside)


def _other_values(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            signs = [*node.ops[:place], SWAPS[type(sign)](), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, signs, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield ast.BinOp(node.left, SWAPS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPS[type(node.op)](), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
