"""The OpenAPI document of the explorer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphkit.explore.overview import TASKS
from graphkit.questions.addresses import by_path, path_of
from graphkit.questions.registry import VIEWS, questions_of
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.verb import Verb


def openapi(version: str, formats: Iterable[str]) -> dict[str, Any]:
    """Describe the addresses of all questions in an OpenAPI 3.1 document.

    What the page needs beside that begins with ``x-``: the questions of its front page; its views
    with their questions; the title
    of a question and the fields that it begins with; and of a field its label, the things that it
    names, the topic that it keeps for the next question, and step and end of one that is moved.
    """
    form = {
        "name": "format", "in": "query", "description": "The format of the answer.",
        "schema": {"type": "string", "enum": list(formats), "default": "json"},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "graphkit",
            "version": version,
            "description": "Who depends on whom for critical minerals, with sources. Each path is "
            "a command of graphkit, and its JSON is that of the command with --format json.",
        },
        "paths": {
            **{f"/api/{path}": {"get": _operation(verb, form)} for path, verb in by_path().items()},
            **OTHERS,
        },
        "components": {"schemas": SCHEMAS},
        "x-tasks": [vars(task) for task in TASKS],
        "x-views": [
            {"name": view, "asks": [path_of(verb) for verb in questions_of(view)]} for view in VIEWS
        ],
    }


def _operation(verb: Verb, form: dict[str, Any]) -> dict[str, Any]:
    page = verb.page and {"x-title": verb.page.title, "x-begin": dict(verb.page.begin)}
    return {
        "operationId": verb.name.replace(" ", "_"),
        "summary": verb.summary,
        "description": verb.text,
        "parameters": [*map(_described, verb.parameters), form],
        "responses": {"200": _json("The answer.", "Answer"), **FAULTS},
        **(page or {}),
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    """Describe one field."""
    return {
        "name": parameter.field,
        "in": "query",
        "required": parameter.default is ...,
        "description": parameter.described,
        "schema": parameter.json_schema,
        "x-label": parameter.page_label,
        "x-names": parameter.names,
        "x-topic": parameter.topic,
        "x-step": parameter.step,
        "x-most": parameter.most,
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}


FAULTS = {
    "400": _json("The question cannot be understood.", "Error"),
    "422": _json("The database refuses or fails the question.", "Error"),
    "503": _json("The database cannot be reached, or too many others ask.", "Error"),
    "504": _json("The answer takes too long.", "Error"),
}
OBJECT, ROWS = {"type": "object"}, {"type": "array", "items": {"type": "object"}}
SCHEMAS: dict[str, Any] = {
    "Answer": {
        "type": "object",
        "required": [
            "headline",
            "question",
            "scope",
            "rows",
            "units",
            "coverage",
            "sources",
            "notes",
        ],
        "properties": {
            "headline": {"type": "string", "description": "The result in one sentence."},
            "question": {"type": "string"},
            "scope": {**OBJECT, "description": "The query as understood, and the measure."},
            "rows": ROWS,
            "units": {**OBJECT, "description": "Unit and meaning of each column."},
            "coverage": {**OBJECT, "description": "The data behind the rows, and what they lack."},
            "claims": {**ROWS, "description": "Published claims in the same scope."},
            "comparisons": {**ROWS, "description": "The trade data beside each claim."},
            "elsewhere": {**ROWS, "description": "Products that hold an element in scope as well."},
            "links": {**ROWS, "description": "Makers of two stages in a row, for origins."},
            "sources": ROWS,
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    },
    "Rows": ROWS,
    "Overview": {
        "type": "object",
        "required": ["title", "lead", "period", "exports", "command", "stages", "minerals"],
        "properties": {
            "title": {"type": "string"},
            "lead": {"type": "string", "description": "The shares, in words."},
            "period": {"type": "string", "description": "The newest year."},
            "exports": {"type": "string", "description": "The shares of exports, in words."},
            "command": {"type": "string", "description": "What gives the figures elsewhere."},
            "stages": ROWS,
            "minerals": {**ROWS, "description": "Key, name, list, and figures by stage."},
        },
    },
    "Graph": {
        "type": "object",
        "required": ["database", "facts", "version", "content", "written"],
        "properties": {
            "database": {"type": "string", "description": "The database, for people."},
            "facts": {"type": "integer", "description": "Number of nodes and relationships."},
            "version": {"type": "string", "description": "Version of graphkit that loaded it."},
            "content": {"type": "string", "description": "SHA-256 over all that it holds."},
            "written": {
                "type": ["string", "null"],
                "description": "Time of the file; of Neo4j null.",
            },
        },
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string", "description": "One line, for people."}},
    },
    "Statement": {
        "type": "object",
        "required": ["statement"],
        "additionalProperties": False,
        "properties": {
            "statement": {"type": "string", "description": "Read-only Cypher."},
            "parameters": {**OBJECT, "description": "Values and lists by name."},
            "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 30, "default": 30},
            "max_rows": {"type": "integer", "minimum": 1, "default": 1_000_000},
        },
    },
}
OTHERS: dict[str, Any] = {
    "/api/cypher": {
        "post": {
            "operationId": "cypher",
            "summary": "Run any read-only Cypher.",
            "description": "Notes of the database are a JSON list in the header Graphkit-Notes.",
            "requestBody": _json("The statement.", "Statement"),
            "responses": {"200": _json("The rows.", "Rows"), **FAULTS},
        }
    },
    "/api/queries": {
        "get": {
            "operationId": "queries",
            "summary": "List the query files that ship.",
            "responses": {"200": _json("The query files.", "Rows"), **FAULTS},
        }
    },
    "/api/query/{name}": {
        "get": {
            "operationId": "query",
            "summary": "Run a query file that ships; fields are its parameters.",
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "responses": {"200": _json("The rows.", "Rows"), **FAULTS},
        }
    },
    "/api/brief": {
        "get": {
            "operationId": "brief",
            "summary": "Write a brief on a country or a mineral, as one HTML file.",
            "parameters": [
                {"name": name, "in": "query", "schema": {"type": kind}}
                for name, kind in (
                    ("country", "string"),
                    ("for", "string"),
                    ("period", "string"),
                    ("pages", "integer"),
                    ("title", "string"),
                )
            ],
            "responses": {
                "200": {"description": "The brief.", "content": {"text/html": {}}},
                **FAULTS,
            },
        }
    },
    "/api/names": {
        "get": {
            "operationId": "names",
            "summary": "List the countries, areas, elements, products and stages of the graph.",
            "description": "With a text those that it may mean, the best first: names in other "
            "languages, beginnings, misspellings.",
            "parameters": [{"name": "text", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": _json("Key, name and kind of each.", "Rows")},
        }
    },
    "/api/overview": {
        "get": {
            "operationId": "overview",
            "summary": "Show who comes first at each stage of every mineral.",
            "description": "The first producer, and apart the first exporter; with a country its "
            "first supplier.",
            "parameters": [{"name": "country", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": _json("Minerals with stages.", "Overview"), **FAULTS},
        }
    },
    "/api/graph": {
        "get": {
            "operationId": "graph",
            "summary": "Say what the database holds, and when its file was written.",
            "description": "The header Graphkit-Content of an answer is the content of the graph "
            "that it comes from.",
            "responses": {"200": _json("The last load.", "Graph"), **FAULTS},
        }
    },
    "/api/schema": {
        "get": {
            "operationId": "schema",
            "summary": "List the kinds of node and relationship with their properties.",
            "responses": {"200": _json("Name, ends, meaning and properties of each.", "Rows")},
        }
    },
}
