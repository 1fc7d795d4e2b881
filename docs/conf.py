"""Configuration of the site: ``sphinx-build -W -n -b html docs build/site``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
sys.path.insert(0, str(Path(__file__).parent / "_ext"))
# A notebook runs the command `graphkit` of this environment.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

from graphkit import __version__

project = "graphkit"
html_show_copyright = False
version = release = __version__
html_title = f"graphkit {__version__}"
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "live", "mathml"]
exclude_patterns = ["_ext"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "tango"
highlight_language = "none"
html_math_renderer = "mathml"
smartquotes = False  # an option keeps its two hyphens

myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False
# A docstring may name a module that is private here: it is not a link. Words before a colon
# in the docstring of a property are taken for its type.
nitpick_ignore_regex = [
    ("py:(func|class|data|mod|meth)", r"graphkit\.\w+(\.\w+)*"),
    ("py:class", r"(?!graphkit\.).*"),
    ("py:exc", r"(?!graphkit\.).*"),
]
