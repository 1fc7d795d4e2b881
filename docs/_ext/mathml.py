"""Formulas as MathML, which browsers draw themselves: no script and no font is loaded."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOG = logging.getLogger(__name__)


def _write(writer: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    inline = isinstance(node, nodes.math)
    try:
        formula = tex2mathml(node.astext(), as_block=not inline)
    except SyntaxError as error:
        LOG.warning("formula %r: %s", node.astext(), error, location=node)
        formula = ""
    writer.body.append(formula if inline else f'<div class="formula">{formula}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", (_write, None), (_write, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
