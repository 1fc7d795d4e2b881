"""The kinds of values that are known before a statement runs, and the functions of Neo4j.

A kind is a word: ``node``, ``relationship``, ``path``, ``map``, ``text``, ``integer``, ``float``,
``number`` (one of these two), ``boolean``, ``null``, ``property`` (whatever a node may hold),
``list``, or ``list of`` one of them. The empty text is the kind of a value that may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

Kind = str
UNKNOWN, LIST, LIST_OF = "", "list", "list of "
NUMBERS = frozenset(("integer", "float", "number"))
NO_NUMBERS = frozenset(("text", "boolean", "list", "map", "node", "relationship", "path"))
"""Kinds that nothing is calculated with."""
NO_PROPERTIES = frozenset(("text", "boolean", "list", "path", *NUMBERS))
"""Kinds that have no properties."""

_ACCEPTED = {
    "float": NUMBERS,
    "number": NUMBERS,
    "integer": NUMBERS - {"float"},
    "map": frozenset(("map", "node", "relationship")),
}
"""Kinds that a function takes for another one."""
_STORED = frozenset(("text", "boolean", "list", *NUMBERS))


def base(kind: Kind) -> Kind:
    """Return the kind without what is known of the items of a list."""
    return LIST if kind.startswith(LIST) else kind


def item_of(kind: Kind) -> Kind:
    """Return the kind of a list's items.

    >>> item_of("list of node"), item_of("list")
    ('node', '')
    """
    return kind.removeprefix(LIST_OF) if kind.startswith(LIST_OF) else UNKNOWN


def list_of(kind: Kind) -> Kind:
    """Return the kind of a list of items of one kind."""
    return LIST_OF + kind if kind not in (UNKNOWN, "null") else LIST


def common(kinds: Iterable[Kind]) -> Kind:
    """Return the one kind of several values, unknown if there is none.

    >>> common(["text", "text"]), common(["integer", "float"]), common(["text", "null"])
    ('text', 'number', '')
    """
    several = set(kinds)
    if len(several) == 1:
        return several.pop()
    return "number" if several and several <= NUMBERS else UNKNOWN


def fits(kind: Kind, *kinds: Kind) -> bool:
    """Tell if a value of a kind may be one of the wanted kinds.

    >>> fits("integer", "float"), fits("float", "integer"), fits("", "path")
    (True, False, True)
    """
    if kind in (UNKNOWN, "null") or "any" in kinds:
        return True
    if kind == "property":
        return not _STORED.isdisjoint(kinds)
    return any(base(kind) in _ACCEPTED.get(name, (name,)) for name in kinds)


_WORDS = {"integer": "an integer", "null": "null", "text": "text", "property": "a property"}


def describe(*kinds: Kind) -> str:
    """Return the words for a kind, or for several of which one is wanted.

    >>> describe("text", "list"), describe("list of node"), describe("list of list of text")
    ('text or a list', 'a list of nodes', 'a list of lists')
    """
    return " or ".join(map(_described, kinds))


def _described(kind: Kind) -> str:
    if kind.startswith(LIST_OF):
        items = base(item_of(kind))
        return f"a list of {items if items == 'text' else items + 's'}"
    return _WORDS.get(kind, f"a {kind}")


@dataclass(frozen=True)
class Signature:
    """The parameters of a function, the fewest and most of them, and the kind of its result."""

    parameters: tuple[tuple[Kind, ...], ...]
    fewest: int
    most: float
    result: Kind

    @property
    def arity(self) -> str:
        """The number of arguments, in words."""
        if self.most == float("inf"):
            return f"{self.fewest} or more"
        return f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"


AGGREGATES = frozenset((
    "avg", "collect", "collect_list", "count", "max", "min", "percentile_cont", "percentile_disc",
    "percentilecont", "percentiledisc", "stdev", "stdev_pop", "stdev_samp", "stdevp", "sum",
))  # fmt: skip
"""Functions of all rows of a group, in small letters."""

RANDOM = frozenset(("rand", "randomuuid"))

_TABLE = """
abs number -> number
acos asin atan ceil ceiling cos cosh cot coth degrees exp floor haversin ln log log10 radians sin
  sinh sqrt tan tanh float -> float
atan2 float float -> float
avg sum number -> number
btrim ltrim rtrim trim text [any] [any] -> text
cardinality any -> integer
char_length character_length text -> integer
coalesce any ... -> common
coll.distinct coll.sort list -> same
coll.flatten list [integer] -> list
coll.indexOf list any -> integer
coll.insert list integer any -> list
coll.max coll.min list -> item
coll.remove list integer -> same
collect collect_list any -> each
count any -> integer
date datetime localdatetime localtime time local_datetime local_time zoned_datetime zoned_time
  [any] [any] ->
date.realtime date.statement date.transaction datetime.realtime datetime.statement
  datetime.transaction localdatetime.realtime localdatetime.statement localdatetime.transaction
  localtime.realtime localtime.statement localtime.transaction time.realtime time.statement
  time.transaction [any] ->
date.truncate datetime.truncate localdatetime.truncate localtime.truncate time.truncate
  text [any] [map] ->
datetime.fromEpoch number number ->
datetime.fromEpochMillis number ->
duration any [any] ->
duration.between duration.inDays duration.inMonths duration.inSeconds duration_between any any ->
e pi rand -> float
elementId node|relationship -> text
endNode startNode relationship -> node
exists any -> boolean
file randomUUID -> text
format any [text] -> text
head last list -> item
id node|relationship -> integer
isEmpty text|map|list -> boolean
isNaN number -> boolean
keys map -> list of text
labels node -> list of text
left right text integer -> text
length path_length path -> integer
linenumber timestamp -> integer
lower upper toLower toUpper text -> text
max min any -> same
nodes path -> list of node
normalize text [any] -> text
nullIf any any ->
percentileCont percentile_cont float float -> float
percentileDisc percentile_disc number float -> number
point map ->
point.distance any any ->
point.withinBBox any any any -> boolean
properties map -> map
property_exists node|relationship text -> boolean
range integer integer [integer] -> list of integer
relationships path -> list of relationship
replace text text text [integer] -> text
reverse any -> same
round float [number] [text] -> float
sign number -> integer
size text|list -> integer
split text text|list -> list of text
stDev stDevP stdev_pop stdev_samp float -> float
string.indexOf text text -> integer
string.join list text -> text
string.regexReplace text text text -> text
substring text integer [integer] -> text
tail list -> same
toBoolean boolean|text|integer -> boolean
toBooleanList list -> list of boolean
toBooleanOrNull any -> boolean
toFloat text|number -> float
toFloatList toIntegerList toStringList any -> list
toFloatOrNull any -> float
toInteger boolean|text|number|list -> integer
toIntegerOrNull any -> integer
toString boolean|text|number -> text
toStringOrNull any -> text
type relationship -> text
uuid [any] [any] ->
uuid.leastSignificantBits uuid.mostSignificantBits any -> integer
valueType any -> text
vector any any any ->
vector.similarity.cosine vector.similarity.euclidean any any -> float
vector_dimension_count any -> integer
vector_distance any any any -> float
vector_norm any any -> float
"""
"""Functions of Neo4j 5.26 and 2026.08, what they take and what they give.

In brackets what may be left out. ``same`` is the kind of the first argument, ``item`` that of its
items, ``each`` a list of it, and ``common`` the one kind of all arguments.
"""


@cache
def signatures() -> dict[str, Signature]:
    """Read the table of functions, by their names in small letters."""
    functions: dict[str, Signature] = {}
    for line in _TABLE.replace("\n  ", " ").strip().splitlines():
        call, _, result = line.partition("->")
        words = call.split()
        parameters = [word for word in words if _is_parameter(word)]
        kinds = [tuple(word.strip("[]").split("|")) for word in parameters if word != "..."]
        fewest = sum(word[0] not in "[." for word in parameters)
        most = float("inf") if "..." in parameters else len(kinds)
        signature = Signature(tuple(kinds), fewest, most, result.strip())
        functions |= dict.fromkeys((w.lower() for w in words if not _is_parameter(w)), signature)
    return functions


def function_names() -> list[str]:
    """List the names of the functions as Neo4j's manual writes them, in their order."""
    lines = _TABLE.replace("\n  ", " ").strip().splitlines()
    words = (word for line in lines for word in line.partition("->")[0].split())
    return sorted(word for word in words if not _is_parameter(word))


_PARAMETERS = frozenset(
    ("any", "text", "list", "map", "node", "path", "boolean", "relationship", *NUMBERS)
)


def _is_parameter(word: str) -> bool:
    return word[0] in "[." or "|" in word or word in _PARAMETERS
