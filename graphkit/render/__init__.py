"""Answers and tables in every output format: the only package where they become text."""

from graphkit.render.answer import SHORT, View
from graphkit.render.formats import (
    FORMATS,
    IN_PYTHON,
    READ,
    answer_html,
    answer_text,
    as_object,
    choose_format,
    json_text,
    show_answer,
    show_table,
    write_parquet,
    write_text,
    written,
)

__all__ = [
    "FORMATS",
    "IN_PYTHON",
    "READ",
    "SHORT",
    "View",
    "answer_html",
    "answer_text",
    "as_object",
    "choose_format",
    "json_text",
    "show_answer",
    "show_table",
    "write_parquet",
    "write_text",
    "written",
]
