"""The tools that assistants see: schemas of the declared questions, and reading of arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from mcp.types import Tool, ToolAnnotations

from graphkit.answers.columns import COUNT, FLAG, NUMBER, TEXT, Column
from graphkit.brief.brief import BRIEF
from graphkit.cypher.statement import Statement, json_values
from graphkit.errors import UsageError
from graphkit.explore.addresses import former_field
from graphkit.explore.openapi import SCHEMAS
from graphkit.kinds import Kind, Prop, Type
from graphkit.mcp.work import MOST_ROWS, ROWS, VERB
from graphkit.queries import query_names
from graphkit.questions.columns import columns_of
from graphkit.schema import GRAPH
from graphkit.stores.limits import LIMITS
from graphkit.verbs.parameter import REPEATED
from graphkit.verbs.verb import Verb

Schema = dict[str, Any]
READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
MAX_ROWS: Schema = {
    "type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS,
    "description": "Rows of each table in the result; a note says how many there are in all.",
}  # fmt: skip
LONGEST = 2_000
"""Characters of a text that is not a statement."""
TEXT_SCHEMA: Schema = {"type": "string", "maxLength": LONGEST}
VALUES: Schema = {"type": "object", "description": "Values of the parameters, by name."}
LISTED: Schema = {"type": "array", "items": {"type": "object"}}
TABLE: Schema = {
    "type": "object",
    "required": ["columns", "rows", "complete", "notes"],
    "properties": {
        "title": {"type": "string"},
        "columns": {**LISTED, "description": "Name and unit of each column."},
        "rows": LISTED,
        "complete": {"type": "boolean", "description": "False if there are more rows than these."},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
}
VERDICT: dict[str, Schema] = {
    "sentence": {"type": "string"},
    "verdict": {"enum": ["contradicted", "borne out", "cannot be told", "no measurement"]},
    "claim": {"type": "string", "description": "The claim as understood, with its figure."},
    "data": {"type": ["string", "null"], "description": "The figure of the loaded facts."},
    "differs": {"type": ["string", "null"], "description": "The difference of the two."},
    "why": {"type": "string", "description": "How the facts were read, the likely cause of a "
            "contradiction, or what is missing to tell."},
}  # fmt: skip
DRAFT: Schema = {
    "type": "object",
    "required": ["claim", "source", "note"],
    "properties": {
        "claim": {"type": "string", "description": "Text of a seed file with the claim."},
        "source": {"type": ["string", "null"], "description": "Text of a seed file with the new "
                   "source, if one was given."},
        "note": {"type": "string"},
    },
}  # fmt: skip
NOT_STATED = ("key", "source", "expected", "evidence", "note", "attributed_to", "published_value",
              "application")  # fmt: skip
"""Properties of a claim that its check does not read."""


@cache
def tools() -> tuple[Tool, ...]:
    """Return every tool, in the order of the help."""
    questions = [_of_verb(name, verb) for name, verb in VERB.items()]
    return (*questions, *_statements(), *_claims())


def _tool(name: str, description: str, inputs: Schema, output: Schema) -> Tool:
    return Tool(
        name=name, description=description, input_schema=inputs, output_schema=output,
        annotations=READS,
    )  # fmt: skip


def _object(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _of_verb(name: str, verb: Verb) -> Tool:
    """Make the tool of a declared question."""
    properties = {
        p.field: {**_bounded(p.json_schema), "description": p.described} for p in verb.parameters
    }
    needed = [p.field for p in verb.parameters if p.default is ...]
    if verb is BRIEF:
        output = {
            "type": "object",
            "required": ["markdown"],
            "properties": {"markdown": {"type": "string"}},
        }
    else:
        properties["max_rows"] = MAX_ROWS
        output = answer_schema([c for columns in columns_of(verb).values() for c in columns])
    text = f"{verb.summary} {verb.text}".strip()
    return _tool(name, text, _object(properties, needed), output)


def _bounded(schema: Schema) -> Schema:
    """Limit the length of texts and lists."""
    if schema["type"] == "array":
        return {**schema, "items": _bounded(schema["items"]), "maxItems": 100}
    return {**schema, "maxLength": LONGEST} if schema["type"] == "string" else schema


def answer_schema(columns: Sequence[Column]) -> Schema:
    """Return the JSON Schema of an answer whose rows have some columns."""
    answer = SCHEMAS["Answer"]
    properties = {
        **answer["properties"],
        "rows": {"type": "array", "items": {"type": "object", "properties": _types_of(columns)}},
        "rows_in_all": {"type": "integer", "description": "Number of rows before the limit."},
        "caption": {"type": "string", "description": "How the numbers in the rows are made."},
    }
    needed = [*answer["required"], "rows_in_all"]
    return {"type": "object", "required": needed, "properties": properties}


_JSON = {TEXT: "string", NUMBER: "number", COUNT: "integer", FLAG: "boolean"}


def _types_of(columns: Sequence[Column]) -> dict[str, Schema]:
    """Map each column to the JSON type of its values, which may be null."""
    types: dict[str, Schema] = {}
    for column in columns:
        kind = _JSON.get(column.type, "array")
        known = types.setdefault(column.name, {"type": [], "description": column.meaning})
        known["type"] = sorted({*known["type"], kind, "null"})
    return types


def _statements() -> tuple[Tool, ...]:
    """Make the tools that run Cypher."""
    statement = {"type": "string", "description": "Read-only Cypher of Neo4j, one statement."}
    seconds = {
        "type": "number", "exclusiveMinimum": 0, "maximum": LIMITS.seconds, "default": 10,
        "description": "Seconds until it is given up.",
    }  # fmt: skip
    query = {
        "type": "string", "enum": query_names(),
        "description": "Its text and parameters are in the resource graphkit://query/NAME.",
    }  # fmt: skip
    values = {**VALUES, "additionalProperties": {"type": ["string", "number"]}}
    return (
        _tool(
            "cypher",
            "Run one read-only Cypher statement on the graph, whose kinds and properties are in "
            "the resource graphkit://schema. All else is refused.",
            _object(
                {
                    "statement": statement, "parameters": VALUES, "max_rows": MAX_ROWS,
                    "timeout": seconds,
                },
                ["statement"],
            ),
            TABLE,
        ),
        _tool(
            "query",
            "Run a query file that ships. Names of countries, products, elements and stages are "
            "those that the graph knows.",
            _object(
                {"name": query, "parameters": values, "max_rows": MAX_ROWS, "timeout": seconds},
                ["name"],
            ),
            TABLE,
        ),
    )  # fmt: skip


def _claims() -> tuple[Tool, ...]:
    """Make the tools about claims that stand in no seed."""
    claim = {p.name: _property(p) for p in GRAPH["Claim"].columns}
    stated = {name: schema for name, schema in claim.items() if name not in NOT_STATED}
    stated["measure"] = {**stated["measure"], "description": "What is counted: imports, exports, "
        "production, processing, or imports by origin (looked through)."}  # fmt: skip
    by_function = columns_of(VERB["claims_check"])
    answer = answer_schema([column for columns in by_function.values() for column in columns])
    checked = {
        **answer,
        "required": [*VERDICT, *answer["required"]],
        "properties": {**VERDICT, **answer["properties"]},
    }
    sentence = {**TEXT_SCHEMA, "description": "The sentence as written."}
    source: Kind = GRAPH["Source"]
    new = {
        **_object({p.name: _property(p) for p in source.columns},
                  [p.name for p in source.columns if p.required]),
        "description": "The publication, if the graph does not have it as a source yet.",
    }  # fmt: skip
    return (
        _tool(
            "check_sentence",
            "Check a sentence against the loaded facts by the claim that you read in it: whose "
            "share or amount, of what, when. Gives a verdict, both figures, their difference and "
            "the reason. A share is 0 to 1; the kind is mostly share, with consumer, supplier, a "
            "product or element, period, value and measure imports.",
            _object(
                {"sentence": sentence, **stated, "max_rows": MAX_ROWS},
                ["sentence", "kind", "unit", "measure"],
            ),
            checked,
        ),
        _tool(
            "draft_claim",
            "Write a published claim as the text of a seed file, which a person reviews, saves and "
            "commits. Nothing is written here.",
            _object({**claim, "new_source": new}, ["key", "kind", "source"]),
            DRAFT,
        ),
    )


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
    for field, value in arguments.items() if name in VERB else ():
        if now := VERB[name].now(field, value):
            raise UsageError(former_field(field, value, now))
    schema = next(tool.input_schema for tool in tools() if tool.name == name)
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
    if name not in VERB:
        return values
    return {
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
