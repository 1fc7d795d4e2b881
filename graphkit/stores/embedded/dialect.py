"""Translation of Cypher as Neo4j reads it to the dialect of the embedded database.

A statement is written anew from its syntax tree: by a rule for its kind of construct where
ladybug's dialect differs, else as it stands, with its parts translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from graphkit.cypher import Statement
from graphkit.cypher.grammar import WALKS
from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import Untranslated
from graphkit.stores.embedded.functions import FUNCTIONS, Types, shape
from graphkit.stores.embedded.functions import LACKING as LACKING_FUNCTIONS
from graphkit.stores.embedded.patterns import (
    ANY_VALUE,
    EDGES,
    HIDDEN,
    NODES,
    Joins,
    Nulls,
    aggregates,
    free,
    is_labels,
    labels_of,
    quoted,
    repeated,
    replaced,
)
from graphkit.stores.embedded.subqueries import Page, joined, misplanned, subquery_value
from graphkit.stores.embedded.values import ITEM, LIST, VALUES, filtered, own

LACKING = {
    "collect": "COLLECT subquery",
    "finish": "clause FINISH",
    "next": "clause NEXT",
    "normal-test": "test IS NORMALIZED",
    "own-properties": "map projection of all properties n {.*}",
    "pattern-comprehension": "pattern comprehension [(a)-->(b) | ...]",
    "show": "SHOW",
    "subquery": "CALL subquery",
    "type-test": "type test IS :: TYPE",
}
"""Constructs of Neo4j that ladybug lacks, by their kind."""

LONGEST = 1_000_000
"""Characters of a translation: what is said twice within what is said twice grows without end."""


@dataclass(frozen=True)
class Translation:
    """Statement in ladybug's dialect.

    ``names`` maps each parameter to a name that is not a keyword and needs no backticks;
    ``misplanned`` is true where ladybug's optimizer would make it another statement.
    """

    statement: Statement
    text: str
    names: Mapping[str, str]
    misplanned: bool
    shapes: Mapping[int, str] = field(default_factory=dict)
    """Columns of which the answer has the properties or keys, or the fraction as text."""
    notes: tuple[str, ...] = ()
    """Warnings about the statement."""


def translate(
    statement: Statement,
    parameters: Mapping[str, Any] | None = None,
    schema: frozenset[str] | None = None,
) -> Translation:
    """Translate a statement to ladybug's dialect, for these values of its parameters.

    Labels that a given schema lacks match nothing, and are noted.

    Raises
    ------
    Untranslated
        Ladybug has nothing that means the same as a construct of it.

    Examples
    --------
    >>> translate(Statement("MATCH (a)-[r:HOLDS*1..3]->(b) RETURN head(a.xs), $x")).text
    'MATCH (`a`)-[`r`:`HOLDS`* TRAIL 1..3]->(`b`) RETURN list_max(`a`.`xs`[1:1]), $_graphkit_0'
    >>> met = Statement("MATCH (a)<-[:HOLDS]-(b)-[r:HOLDS]->(c) WHERE a.x = 1 OR c.x = 1 RETURN *")
    >>> print(translate(met).text.replace("`", ""))
    MATCH (a)<-[_graphkit_r9:HOLDS]-(b), (_graphkit_b20:Area|Country)-[r:HOLDS]->(c) \
WHERE id(b) = id(_graphkit_b20) AND id(_graphkit_r9) <> id(r) AND (a.x = 1 OR c.x = 1) RETURN *
    """
    given = parameters or {}
    names = {
        name: f"{HIDDEN}_{n}"
        for n, name in enumerate(statement.parameters)
        if name not in given or given[name] is not None
    }
    none = {
        each: Syntax("no-label", each.at, each.end, each.name)
        for each in statement.query.walk("label")
        if schema is not None and each.name not in schema
    }
    query = joined(replaced(statement.query, none) if none else statement.query)
    writer = Writer(statement, query, names, given)
    text = " ".join(filter(None, writer.all_written([*statement.tree.parts[:-1], query])))
    notes = tuple(
        f"{place(statement.text, each.at)}: the graph has no label or relationship type "
        f"{each.name!r}; it matches nothing"
        for each in none
    )
    return Translation(statement, text, names, misplanned(query), writer.shapes, notes)


def shown(asked: Translation) -> str:
    """Return the text of a translation with the parameters' own names."""
    own = {new: name for name, new in asked.names.items()}
    return re.sub(rf"\$({HIDDEN}_\d+)\b", lambda found: f"${own[found[1]]}", asked.text)


class Writer:
    """Writes a statement for ladybug from the beginning to the end, knowing what is bound."""

    def __init__(
        self,
        statement: Statement,
        query: Syntax,
        names: Mapping[str, str],
        parameters: Mapping[str, Any],
    ) -> None:
        self.statement = statement
        self.used = [each.name for each in query.walk("variable")]
        self.names = names
        self.joins = Joins(statement.text, query)
        self.types = Types(parameters)
        self.renamed: dict[str, str] = {}
        self.moved: list[str] = []
        self.walks: dict[Syntax, str] = {}
        self.shapes: dict[int, str] = {}
        self.shaping = query.first("union", "next") is None
        self.nulls = Nulls(self.types)
        self.tested: frozenset[str] = frozenset()
        """Tests for nulls that hold where a text is being written."""
        self.labels: set[str] = set()
        """Columns of a WITH or RETURN that hold labels."""
        self.locals = 0
        self.optional = any(each.name == "OPTIONAL" for each in query.walk("match"))
        self.captured: dict[str, Syntax] = {}
        """Variables that comprehensions take from outside them, by the names of their items."""
        self.apart: list[str] | None = None
        """Clauses that make functions of items, where these are written apart."""
        self.together: set[str] = set()
        """Places of lists, of comprehensions that take nothing but the list from outside them."""
        self.undirected = any(each.name not in ("<", ">") for each in query.walk("relationship"))

    def written(self, each: Syntax) -> str:
        """Write one construct."""
        if each.kind in LACKING:
            self.lacks(each, LACKING[each.kind])
        rule = RULES.get(each.kind)
        text = rule(self, each) if rule else self.as_it_stands(each)
        if len(text) > LONGEST:
            self.lacks(each, "room for what this becomes there")
        return text

    def as_it_stands(self, each: Syntax, write: Callable[[Syntax], str] | None = None) -> str:
        """Write a construct with its own words, and its parts translated."""
        text, pieces, at = self.statement.text, [], each.at
        for part in each.parts:
            pieces += [text[at : part.at], (write or self.written)(part)]
            at = part.end
        return "".join([*pieces, text[at : each.end]])

    def every(self, parts: list[Syntax], between: str = ", ") -> str:
        """Write constructs one after the other."""
        return between.join(self.all_written(parts))

    def all_written(self, parts: list[Syntax]) -> list[str]:
        """Write constructs, each for itself."""
        return [self.written(part) for part in parts]

    def lacks(self, each: Syntax, what: str, instead: str = "") -> NoReturn:
        """Refuse what ladybug has nothing for."""
        hint = f" (here: {instead})" if instead else ""
        self.refuses(each, f"the embedded database has no {what}{hint}")

    def refuses(self, each: Syntax, message: str) -> NoReturn:
        """Refuse what would be another answer there."""
        raise Untranslated(f"{place(self.statement.text, each.at)}: {message}")

    @contextmanager
    def local(self, variable: Syntax, values: Syntax, body: Syntax) -> Iterator[str]:
        """Bind the variable of a comprehension, under a name that nothing else has."""
        apart, self.apart, before = self.apart, None, self.renamed
        outside = list(free(body, {variable.name}))
        name = self.item_name()
        self.captured |= {name: outside[0]} if outside else {}
        if values.kind == "places":
            of = {v.name for v in free(values, set())}
            self.together |= {name} if {v.name for v in outside} <= of else set()
        self.renamed = {**before, variable.name: name}
        with self.nulls.inside(), self.types.inside():
            self.nulls.item(variable, values)
            self.types.take(variable, values)
            yield name
        self.renamed, self.apart = before, apart

    def item_name(self) -> str:
        """Return a name for the items of a list that nothing else has."""
        self.locals += 1
        return f"{ITEM}{self.locals}"

    @property
    def in_comprehension(self) -> bool:
        """True for what is made of each item of a list."""
        return any(name.startswith(ITEM) for name in self.renamed.values())

    def is_item(self, each: Syntax) -> bool:
        """Tell if a construct is the variable of a comprehension."""
        return each.kind == "variable" and self.renamed.get(each.name, "").startswith(ITEM)

    def lambda_(
        self, function: str, text: str, variable: Syntax, values: Syntax, body: Syntax
    ) -> str:
        """Write a function of ladybug's that takes a list and what is made of each item."""
        with self.local(variable, values, body) as name:
            maps = self.types.of(body) in ("map", "node", "relationship", "path")
            if maps and function == "list_transform":
                self.lacks(body, "comprehension that makes maps")
            made = self.written(body)
        if function == "list_filter" and not (values.kind == "list" and values.parts):
            return self.of_each(filtered(text, name, made))
        # As it is read, a list may bring the nulls of other rows with it; a part of it does not.
        return self.of_each(f"{function}({text}[1:], {name} -> {made})")

    def of_each(self, text: str) -> str:
        """Return a function of the items of a list; of one that is to stand apart, a name."""
        if self.apart is None:
            return text
        self.locals += 1
        name = f"value_{self.locals}{HIDDEN}"
        self.apart.append(f"WITH *, {self.checked(text)} AS {name}")
        return name

    def checked(self, text: str) -> str:
        """Return a whole value or condition, in which ladybug takes functions of items right.

        It finds other items if there are several and one takes something of its row.
        """
        for variable in self._mixed(text):
            what = "value of two comprehensions where one uses a variable from outside it"
            self.lacks(variable, what, "make one in a WITH before")
        return text

    def _mixed(self, text: str) -> list[Syntax]:
        """Return what functions of items take from outside, if there are several."""
        names = set(re.findall(rf"({ITEM}\d+)\)? -> ", text))
        if len(names) < 2 or names <= self.together:
            return []
        return [variable for name, variable in self.captured.items() if name in names]

    # --- clauses

    def union(self, each: Syntax) -> str:
        """Write UNION."""
        self.nulls.forget()
        return f"UNION {each.name}".strip()

    def match(self, each: Syntax) -> str:
        """Write MATCH without hints."""
        optional = "OPTIONAL " if each.name else ""
        return f"{optional}MATCH {self.pattern_with_conditions(each)}"

    def condition(self, each: Syntax) -> str:
        """Write a condition; parts that AND joins are conditions of their own for ladybug."""
        if each.kind == "and":
            return self.as_it_stands(each, self.condition)
        return self.checked(self.written(each))

    def pattern_with_conditions(self, *patterns: Syntax) -> str:
        """Write the paths of one MATCH or several, and all that is required of them."""
        outer, apart, self.moved, self.apart = self.moved, self.apart, [], None
        paths, conditions = [], []
        for each in patterns:
            self.nulls.match(each)
            for node in each.walk("path"):
                self.types.bind(node)
            paths.append(self.every(each.all("path")))
            conditions += self.joins.conditions.get(each, [])
        conditions += self.moved
        self.moved, self.apart = outer, apart
        given = [c.parts[0] for c in (p.first("where") for p in patterns) if c is not None]
        if len(given) == 1 and not conditions:
            conditions = [self.condition(given[0])]
        else:
            conditions += [f"({self.condition(each)})" for each in given]
        return ", ".join(paths) + (f" WHERE {' AND '.join(conditions)}" if conditions else "")

    def projection(self, each: Syntax) -> str:
        """Write WITH or RETURN, as several clauses where ladybug takes one for something else."""
        page = Page.of(each, self.nulls)
        kind = "with" if page.apart else each.kind
        columns, names, first = self._columns(each, kind)
        # In WITH, ladybug forgets DISTINCT where every column is a constant for it; a group does.
        grouped = each.name and kind == "with" and not any(map(aggregates, each.all("item")))
        listed = [text for text, _ in columns]
        if grouped:
            listed.append(f"count(*) AS {HIDDEN}_n{each.at}")
        if page.beside:
            listed.append(f"{quoted(page.beside)} AS {page.hidden}")
        self.nulls.project(each)
        self.types.project(each)
        outer, self.renamed = self.renamed, {**self.renamed, **names}
        order, (counted, again) = self.checked(self.every(each.all("order"))), page.written(self)
        self.renamed = outer
        if each.kind == "with":
            self.nulls.hide(each)
        word = f"{kind.upper()} DISTINCT" if each.name and not grouped else kind.upper()
        clauses = [[word, ", ".join(listed), order or page.order, counted]]
        # Two names of one value are two columns of the next WITH only if both are said once more.
        said = "{0} AS {0}" if each.kind == "with" else "{0}"
        made = [said.format(name) if name else text for text, name in columns]
        made = ["*"] if each.first("star") else made
        if page.apart and page.beside:
            clauses.append(["WITH", ", ".join([*made, said.format(page.hidden)]), again])
            again = ""
        if each.kind == "with" and names:
            made = [f"{new} AS {quoted(name)}" for name, new in names.items()]
        if page.apart or page.beside or (each.kind == "with" and names):
            clauses.append([each.kind.upper(), ", ".join(made), again])
        written = [part for clause in clauses for part in clause if part]
        return " ".join([*first, *written, *self.all_written(each.all("where"))])

    def _columns(
        self, each: Syntax, kind: str
    ) -> tuple[list[tuple[str, str]], dict[str, str], list[str]]:
        """Write columns with their names, the new names of variables, and what to write before.

        A column that is called like a variable, or that another clause follows, is renamed.
        """
        items = each.all("item", "star")
        self.labels = {item.parts[-1].name for item in items if is_labels(*item.parts[:1])}
        shadows = each.first("order") is not None and any(map(self._shadows, items))
        renames = (shadows or kind != each.kind) and not each.first("star")
        columns, names, first = [], dict[str, str](), list[str]()
        for number, item in enumerate(items):
            value = self.column(each, number, item)
            if self._mixed(value) and not each.first("star") and not aggregates(item):
                self.apart = first
                value = self.column(each, number, item)
                self.apart = None
            last = item.parts[-1] if item.parts else item
            name = self.variable(last) if last.kind == "variable" else ""
            text = f"{value} AS {name}" if len(item.parts) == 2 else value
            if renames and (name or kind != each.kind):
                new = f"column_{number}{HIDDEN}"
                names |= {last.name: new} if name else {}
                text, name = f"{value} AS {new}", new
            columns.append((self.checked(text), name))
        return columns, names, first

    def column(self, clause: Syntax, number: int, item: Syntax) -> str:
        """Write the value of a column; of the properties of a node in an answer, the node."""
        if item.kind == "star":
            return self.written(item)
        value = item.parts[0]
        if value.kind == "variable":
            return self.variable(value)
        shown = shape(self.types, value)
        if shown and self.shaping and clause.kind == "return" and not clause.first("star"):
            ordered = [v.name for each in clause.all("order") for v in each.walk("variable")]
            if shown != "text" or item.parts[-1].name not in ordered:
                self.shapes[number] = shown
                return self.written(value.parts[0])
        return self.written(value)

    def sort(self, each: Syntax) -> str:
        """Write a value to order by; of labels the only one, as ladybug orders no lists.

        Nulls are sorted by a test for them: next to a null, ladybug forgets other values of the row
        where it merges sorted parts, and drops rows where it keeps only the first.
        """
        value = each.parts[0]
        labels = value.name in self.labels if value.kind == "variable" else is_labels(value)
        text = f"{self.written(value)}{'[1]' * labels}"
        type_ = "text" if labels else self.types.of(value)
        keys = [text]
        if type_ == "null":
            keys = ["''"]
        elif type_ in ANY_VALUE and self.nulls.may_be(value):
            keys = [f"({text}) IS NULL", f"coalesce({text}, {ANY_VALUE[type_]})"]
        return ", ".join(f"{key} {each.name}".rstrip() for key in keys)

    def _shadows(self, item: Syntax) -> bool:
        """Tell if a column is called like something else that is bound before."""
        if len(item.parts) < 2:
            return False
        value, name = item.parts
        same = value.kind == "variable" and value.name == name.name
        return name.name in self.types.bound and not same

    def let(self, each: Syntax) -> str:
        """Write LET as a WITH."""
        given = ["*"] if self.types.bound else []
        for variable, value in (part.parts for part in each.parts):
            given.append(f"{self.checked(self.written(value))} AS {self.variable(variable)}")
            self.nulls.assign(variable, value)
            self.types.assign(variable, value)
        return f"WITH {', '.join(given)}"

    def unwound(self, values: Syntax, variable: Syntax) -> str:
        """Write UNWIND."""
        text = f"UNWIND {self.checked(self.written(values))} AS {self.variable(variable)}"
        self.nulls.item(variable, values)
        self.types.take(variable, values)
        return text

    # --- patterns

    def path(self, each: Syntax) -> str:
        """Write a path; ladybug marks the shortest one in its relationship."""
        variable, shortest = each.first("variable"), each.first("shortest")
        walk = self._selected(each)
        for relationship in each.walk("relationship"):
            self.walks[relationship] = walk
        chain = (shortest or each).all("node", "relationship", "group-path")
        pieces = [f"{self.variable(variable)} = "] if variable else []
        for before, part, after in zip([None, *chain[:-1]], chain, [*chain[1:], None], strict=True):
            if part.kind != "group-path":
                pieces.append(self.written(part))
                continue
            pieces.append("()" * (before is None) + self.relationship(repeated(self, each, part)))
            pieces.append("()" * (after is None or after.kind == "group-path"))
        return "".join(pieces)

    def _selected(self, path: Syntax) -> str:
        """Return the word for which of several paths are meant."""
        shortest, selector = path.first("shortest"), path.first("selector")
        if shortest is not None:
            return "SHORTEST" if shortest.name == "SHORTESTPATH" else "ALL SHORTEST"
        if selector is None or selector.name in ("ALL", "ALL PATHS"):
            return "TRAIL"
        number = selector.parts[0].name if selector.parts else "1"
        [*many] = path.walk("length", "quantifier")
        if number != "1" or "GROUP" in selector.name or len(many) != 1:
            self.lacks(selector, f"{selector.name} of such paths")
        return "ALL SHORTEST" if selector.name.startswith("ALL SHORTEST") else "SHORTEST"

    def node(self, each: Syntax) -> str:
        """Write a node, and the second node that may follow it."""
        return f"({self._described(each)}){self.joins.then.get(each, '')}"

    def relationship(self, each: Syntax) -> str:
        """Write a relationship; of variable length it repeats none, as Neo4j's."""
        inside = self._described(each)
        left, right = "<" * (each.name == "<"), ">" * (each.name == ">")
        return f"{left}-{f'[{inside}]' if inside else ''}-{right}"

    def _described(self, each: Syntax) -> str:
        """Write what stands in the brackets of a node or relationship."""
        variable, where = each.first("variable"), each.first("where")
        name = self.joins.names.get(each) or (self.variable(variable) if variable else "")
        length = self._length(each)
        if where is not None and length:
            self.lacks(where, "WHERE inside a relationship of variable length")
        if where is not None:
            self.moved.append(f"({self.condition(where.parts[0])})")
        properties = each.first("map", "parameter")
        given = f" {self.checked(self.written(properties))}" if properties else ""
        return f"{name}{self._labels(each)}{length}{given}".strip()

    def _labels(self, each: Syntax) -> str:
        labels = each.first("labels")
        if labels is None:
            return self.joins.kinds.get(each, "")
        meant = labels_of(each) or frozenset()
        if meant in (frozenset(), EDGES, NODES):
            return ""
        return ":" + "|".join(f"`{name}`" for name in sorted(meant))

    def _length(self, each: Syntax) -> str:
        length, quantifier = each.first("length"), each.first("quantifier")
        walk = f" {self.walks.get(each, 'TRAIL')}"
        if each in self.joins.stretched:
            return "* TRAIL 1..1"
        if length is not None:
            text = self.statement.text[length.at : length.end].strip()
            walk = "" if text.upper().startswith(WALKS) else walk
            return f"*{walk} {text}".rstrip()
        if quantifier is None:
            return ""
        inside = quantifier.name.strip("{}").replace(" ", "")
        least, comma, most = inside.partition(",")
        if quantifier.name in ("+", "*"):
            least, comma, most = ("1" if quantifier.name == "+" else "0"), ",", ""
        return f"*{walk} {least or '0'}..{most if comma else least}"

    def pattern(self, each: Syntax) -> str:
        """Write a pattern that is a condition."""
        if self.in_comprehension:
            self.lacks(each, "pattern in a comprehension")
        with self.nulls.inside():
            return f"EXISTS {{ MATCH {self.pattern_with_conditions(each)} }}"

    # --- values

    def variable(self, each: Syntax) -> str:
        """Write a variable."""
        name = self.renamed.get(each.name, quoted(each.name))
        return own(name, self.types.of(each)) if self.is_item(each) else name

    def value(self, each: Syntax) -> str:
        """Write the value of a variable: of a relationship of variable length, the list."""
        walk = self.types.of(each) == f"{LIST}relationship" and each.name in self.types.walks
        return f"rels({self.variable(each)})" if walk else self.variable(each)

    def number(self, each: Syntax) -> str:
        """Write a number in the one way that ladybug reads."""
        text = each.name.replace("_", "")
        if text[:2].lower() in ("0x", "0o"):
            return str(int(text, 0))
        return f"0{text}" if text.startswith(".") else text

    def parameter(self, each: Syntax) -> str:
        """Write a parameter by its new name, and null, which ladybug would give a type."""
        return f"${self.names[each.name]}" if each.name in self.names else "null"

    def function(self, each: Syntax) -> str:
        """Write a call by the rule for the function."""
        name = each.name.lower()
        if rule := FUNCTIONS.get(name):
            return rule(self, each, each.parts)
        if name in LACKING_FUNCTIONS or "." in name:
            self.lacks(each, f"function {each.name}()")
        return self.called(each)

    @contextmanager
    def unless_null(self, values: list[Syntax]) -> Iterator[Callable[[str], str]]:
        """Give what makes a text null if one of the values is.

        Functions of three values let a null into other rows, unless it is also `filled`.
        """
        null = [each for value in values for each in self.nulls.sources(value)]
        tests = dict.fromkeys(f"({self.written(each)}) IS NOT NULL" for each in null)
        new, before = [test for test in tests if test not in self.tested], self.tested
        self.tested = before.union(new)
        yield lambda text: f"CASE WHEN {' AND '.join(new)} THEN {text} END" if new else text
        self.tested = before

    def filled(self, value: Syntax, other: str) -> str:
        """Write a value, and another where it is null."""
        text = self.written(value)
        return f"coalesce({text}, {other})" if self.nulls.may_be(value) else text

    def called(self, each: Syntax) -> str:
        """Write a call as it is."""
        distinct = "DISTINCT " if each.first("distinct") else ""
        arguments = [part for part in each.parts if part.kind != "distinct"]
        number = aggregates(each) or each.name.lower() == "abs"
        null = number and [self.types.of(part) for part in arguments] == ["null"]
        text = "cast(null, 'INT64')" if null else self.every(arguments)
        return f"{each.name}({distinct}{text})"


Rule = Callable[[Writer, Syntax], str]

RULES: dict[str, Rule] = {
    **VALUES,
    "filter": lambda writer, each: f"WITH * WHERE {writer.condition(each.parts[0])}",
    "for": lambda writer, each: writer.unwound(*reversed(each.parts)),
    "function": Writer.function,
    "let": Writer.let,
    "match": Writer.match,
    "matched": lambda writer, each: f"CASE WHEN {each.name} THEN {writer.every(each.parts)} END",
    "node": Writer.node,
    "node-id": lambda writer, each: f"id({writer.every(each.parts)})",
    "order": lambda writer, each: f"ORDER BY {writer.every(each.parts)}",
    "parameter": Writer.parameter,
    "path": Writer.path,
    "pattern": Writer.pattern,
    "prefix": lambda writer, each: each.name.replace("CYPHER", ""),  # ladybug has no versions
    "query": lambda writer, each: writer.every(each.parts, " "),
    "relationship": Writer.relationship,
    "return": Writer.projection,
    "sort": Writer.sort,
    "star": lambda writer, each: "*",
    "number": Writer.number,
    "entry": lambda writer, each: f"{quoted(each.name)}: {writer.every(each.parts)}",
    "subquery-value": subquery_value,
    "union": Writer.union,
    "unwind": lambda writer, each: writer.unwound(*each.parts),
    "variable": Writer.value,
    "where": lambda writer, each: f"WHERE {writer.condition(each.parts[0])}",
    "with": Writer.projection,
}
