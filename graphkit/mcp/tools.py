"""The tools that assistants see: schemas of the declared questions, and reading of arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from mcp.types import Tool, ToolAnnotations

from graphkit.cypher.statement import Statement, json_values
from graphkit.errors import UsageError
from graphkit.kinds import Kind, Prop, Type
from graphkit.mcp.reply import MOST_ROWS
from graphkit.mcp.work import VERB
from graphkit.queries import query_names
from graphkit.questions.supply.scenarios import scenario_names
from graphkit.schema import GRAPH
from graphkit.stores.limits import LIMITS
from graphkit.verbs.parameter import REPEATED
from graphkit.verbs.verb import Verb

Schema = dict[str, Any]
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
PAGING: dict[str, Schema] = {
    "max_rows": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    "skip": {"type": "integer", "minimum": 0, "default": 0},
    "full": {"type": "boolean", "default": False},
}
"""Arguments of every tool whose reply may be long."""
LONGEST = 2_000
"""Characters of a text that is not a statement."""
TEXT_SCHEMA: Schema = {"type": "string", "maxLength": LONGEST}
VALUES: Schema = {"type": "object", "description": "Values of the parameters, by name."}
REPLY: Schema = {
    "type": "object",
    "required": ["headline"],
    "properties": {
        "headline": {"type": "string"},
        "rows": {"type": "array"},
    },
}
"""The schema of every reply."""
TEXTS = {
    "country": "Name or code: KOR, EU27, CHN+HKG",
    "for": "Mineral, product, stage or HS code",
    "material": "Mineral, product, stage or HS code",
    "period": "2024, 2024-Q1, 2020-2023",
    "on": "Only this supplier: CHN, CHN+HKG",
    "assume": "makers,inputs",
    "who": "CHN, CHN+HKG, a plant, a company, seat:CHE",
    "loss": "0 to 1",
    "to": "Only for this destination",
    "restriction": "Key of a control",
    "returns": "",
    "view": "",
    "top": "",
    "months": "",
    "min-loss": "",
    "date": "",
    "dataset": "",
    "by": "",
}
"""Descriptions of arguments that many tools share, in a list of tools."""
DESCRIBED = ("statement", "value", "measure", "period", "source", "new_source", "name")
"""Arguments that are described, of tools that are no question: graphkit://schema has a claim's."""
MOST_ABOUT = 240
"""Letters of the description of a question in a list of tools, if its summary is shorter."""
MOST_LETTERS = 40
"""Letters of a description in a list of tools, if it has a shorter part."""
MOST_CHOICES = 12
"""Choices of an argument that a list of tools has."""
DEFAULTS = {"kind": "share", "unit": "share", "measure": "imports"}
"""Arguments of a sentence, unless its checker says otherwise."""
NOT_STATED = ("key", "source", "expected", "evidence", "note", "attributed_to", "published_value",
              "application", "decided_by", "beside")  # fmt: skip
"""Properties of a claim that its check does not read."""


OWN = {
    "scenario": "Play scenarios that ship: stops of exports of the past, each with its source, "
    "month by month. They are bounds, not forecasts.",
    "cypher": "Run one read-only Cypher statement on the graph, whose kinds and properties are in "
    "the resource graphkit://schema. All else is refused.",
    "query": "Run a query file that ships. Names of countries, products, elements and stages are "
    "those that the graph knows.",
    "check_sentence": "Check a sentence against the loaded facts by the claim that you read in it: "
    "whose share or amount, of what, when. Gives a verdict, both figures, their difference and "
    "the reason. Mostly consumer, supplier, a product or element, period and value (a share is 0 "
    "to 1) will do: what is not given is a share of imports.",
    "draft_claim": "Write a published claim as the text of a seed file, which a person reviews, "
    "saves and commits. Nothing is written here.",
}
"""Tools that are no declared question, with what each does."""


@cache
def tools() -> tuple[Tool, ...]:
    """Return every tool, in the order of the help."""
    questions = [_tool(name, _about(verb)) for name, verb in VERB.items()]
    return (*questions, *(_tool(name, text) for name, text in OWN.items()))


def _about(verb: Verb) -> str:
    """Describe a question: its summary, and the sentences after it that fit."""
    about, *more = re.split(r"(?<=[a-z)]\.) ", f"{verb.summary} {verb.text}".strip())
    for sentence in more:
        if len(about) + len(sentence) > MOST_ABOUT:
            break
        about = f"{about} {sentence}"
    return about


def _tool(name: str, description: str) -> Tool:
    """Make a tool as a list of tools has it: with short descriptions, and without limits."""
    inputs = accepted(name)
    fields = inputs["properties"].items()
    properties = {
        field: _listed(field, schema, described=name in VERB or field in DESCRIBED)
        for field, schema in fields
    }
    return Tool(
        name=name, description=description, annotations=READS, output_schema=REPLY,
        input_schema={
            "type": "object", "properties": properties, "required": inputs["required"],
        },
    )  # fmt: skip


def _listed(field: str, schema: Schema, *, described: bool) -> Schema:
    """Shorten the schema of an argument; of a list, one text with commas will do."""
    if schema["type"] == "array":
        schema = {**schema["items"], "description": schema.get("description", "")}
    listed = {"type": schema["type"]}
    if "enum" in schema and len(schema["enum"]) <= MOST_CHOICES:
        listed["enum"] = schema["enum"]
    text = _first_sentence(schema.get("description", ""))
    if len(text) > len(TEXTS.get(field, text)):
        text = TEXTS[field]
    if text and field not in PAGING and described:
        listed["description"] = text
    return listed


def _first_sentence(text: str) -> str:
    """Cut a description to its first sentence, and a long one to its first part."""
    first = re.split(r"(?<=[a-z)])[.:;] ", text.rstrip("."))[0]
    return first if len(first) <= MOST_LETTERS else re.split(r", | \(", first)[0]


@cache
def accepted(name: str) -> Schema:
    """Return the JSON Schema of the arguments that a tool accepts, with all limits.

    >>> accepted("controls")["properties"]["skip"]["minimum"]
    0
    """
    if name in VERB:
        return _of_verb(VERB[name])
    own = {
        "scenario": _scenario, "cypher": _cypher, "query": _query,
        "check_sentence": _sentence, "draft_claim": _draft,
    }  # fmt: skip
    return own[name]()


def _object(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _of_verb(verb: Verb) -> Schema:
    properties = {
        p.field: {**_bounded(p.json_schema), "description": p.described} for p in verb.parameters
    }
    needed = [p.field for p in verb.parameters if p.default is ...]
    return _object({**properties, **PAGING}, needed)


def _bounded(schema: Schema) -> Schema:
    """Limit the length of texts and lists."""
    if schema["type"] == "array":
        return {**schema, "items": _bounded(schema["items"]), "maxItems": 100}
    return {**schema, "maxLength": LONGEST} if schema["type"] == "string" else schema


def _scenario() -> Schema:
    names = {
        "type": "array", "items": {"type": "string", "enum": scenario_names()}, "minItems": 1,
        "maxItems": 10, "description": "Scenarios that ship, played side by side.",
    }  # fmt: skip
    return _object({"names": names, **PAGING}, ["names"])


def _seconds() -> Schema:
    return {
        "type": "number", "exclusiveMinimum": 0, "maximum": LIMITS.seconds, "default": 10,
        "description": "Seconds until it is given up.",
    }  # fmt: skip


def _cypher() -> Schema:
    statement = {"type": "string", "description": "Read-only Cypher of Neo4j, one statement."}
    limits = {"max_rows": PAGING["max_rows"], "timeout": _seconds()}
    return _object({"statement": statement, "parameters": VALUES, **limits}, ["statement"])


def _query() -> Schema:
    query = {
        "type": "string", "enum": query_names(),
        "description": "Listed in graphkit://queries; its text: graphkit://query/NAME",
    }  # fmt: skip
    values = {**VALUES, "additionalProperties": {"type": ["string", "number"]}}
    limits = {"max_rows": PAGING["max_rows"], "timeout": _seconds()}
    return _object({"name": query, "parameters": values, **limits}, ["name"])


def _stated() -> dict[str, Schema]:
    """Return the properties of a claim that an assistant states."""
    return {p.name: _property(p) for p in GRAPH["Claim"].columns}


def _sentence() -> Schema:
    stated = {name: schema for name, schema in _stated().items() if name not in NOT_STATED}
    for name, value in DEFAULTS.items():
        stated[name] = {**stated[name], "default": value}
    stated["measure"]["description"] = (
        "imports, exports, production, processing, or imports by origin (looked through)"
    )
    sentence = {**TEXT_SCHEMA, "description": "The sentence as written."}
    return _object({"sentence": sentence, **stated, "full": PAGING["full"]}, ["sentence"])


def _draft() -> Schema:
    source: Kind = GRAPH["Source"]
    new = {
        **_object({p.name: _property(p) for p in source.columns},
                  [p.name for p in source.columns if p.required]),
        "description": "The publication, if the graph does not have it as a source yet.",
    }  # fmt: skip
    return _object({**_stated(), "new_source": new}, ["key", "kind", "source"])


def _property(prop: Prop) -> Schema:
    """Return the JSON Schema of a property in a claim or source that an assistant gives."""
    kinds = {Type.NUMBER: "number", Type.INTEGER: "integer", Type.FLAG: "boolean"}
    schema: Schema = {"type": kinds.get(prop.type, "string")}
    if prop.one_of:
        schema["enum"] = list(prop.one_of)
    schema = _bounded(schema)
    if prop.type is Type.TEXTS:
        schema = {"type": "array", "items": schema, "maxItems": 100}
    return {**schema, "description": prop.doc}


def read_arguments(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check the arguments of a tool, and name the values as its work does.

    One text stands for a list of one, and a whole number for its text.

    Raises
    ------
    UsageError
        An argument is unknown, missing, of another type or out of range; or a statement does not
        only read.

    Examples
    --------
    >>> read_arguments("controls", {"country": "CHN", "date": "2025-06-01"})["country"]
    ['CHN']
    """
    schema = accepted(name)
    schemas = schema["properties"]
    values = {key: _fitted(value, schemas.get(key)) for key, value in arguments.items()}
    errors = sorted(Draft202012Validator(schema).iter_errors(values), key=lambda e: list(e.path))
    if errors:
        raise UsageError("; ".join(_wrong(error) for error in errors[:5]))
    for key, value in values.items():
        if isinstance(value, float) and not isfinite(value):  # which JSON has no word for
            raise UsageError(f"{key}: found {value}, wanted a number")
    if name == "cypher":
        Statement(values["statement"]).check_read_only()
    if name in ("cypher", "query"):
        json_values(values.get("parameters", {}))
    if name == "query":
        values["parameters"] = {k: str(v) for k, v in values.get("parameters", {}).items()}
    if name == "check_sentence":
        return {**DEFAULTS, **values}
    if name not in VERB:
        return values
    paging = {field: values[field] for field in PAGING if field in values}
    return paging | {
        p.name: values.get(p.field, [] if p.type in REPEATED else _default(p.default))
        for p in VERB[name].parameters
    }


def _default(value: Any) -> Any:
    return None if value is ... else value


def _fitted(value: Any, schema: Schema | None) -> Any:
    if schema is None or "type" not in schema:
        return value
    if schema["type"] == "array" and "items" in schema:
        several = value if isinstance(value, list) else [value]
        return [_fitted(item, schema["items"]) for item in several]
    if schema["type"] == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _wrong(error: ValidationError) -> str:
    """Word a fault of an argument: what was found, and what was wanted."""
    where = ".".join(map(str, error.path)) or "arguments"
    value = repr(error.instance)
    value = value if len(value) <= 60 else f"{value[:57]}..."
    wanted = {
        "type": f"wanted {error.validator_value}",
        "enum": f"wanted one of {', '.join(map(str, error.validator_value))}"
        if isinstance(error.validator_value, list) else "",
        "minimum": f"wanted {error.validator_value} or more",
        "exclusiveMinimum": f"wanted more than {error.validator_value}",
        "maximum": f"wanted at most {error.validator_value}",
        "maxLength": f"wanted at most {error.validator_value} characters",
        "maxItems": f"wanted at most {error.validator_value}",
    }  # fmt: skip
    if error.validator in wanted:
        return f"{where}: found {value}, {wanted[error.validator]}"
    if error.validator == "additionalProperties":
        names = ", ".join(error.schema["properties"])
        return f"{where}: {error.message.partition('(')[2].rstrip(')')}; it takes {names}"
    return f"{where}: {error.message}"
