"""Answers and tables in every output format: the only package where they become text."""

from graphkit.render.formats import (
    FORMATS,
    answer_html,
    answer_text,
    as_object,
    choose_format,
    flush,
    json_text,
    show_answer,
    show_table,
    write_parquet,
    write_text,
    written,
)

__all__ = [
    "FORMATS",
    "answer_html",
    "answer_text",
    "as_object",
    "choose_format",
    "flush",
    "json_text",
    "show_answer",
    "show_table",
    "write_parquet",
    "write_text",
    "written",
]
