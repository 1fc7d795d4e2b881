"""Writes the table of tools in docs/assistants.md.

python tools/assistants_page.py
"""

from __future__ import annotations

from pathlib import Path

from graphkit.mcp.tools import tools

PAGE = Path(__file__).parents[1] / "docs/assistants.md"
BEGIN, END = "<!-- tools -->\n", "<!-- end of tools -->\n"


def with_tools(page: str) -> str:
    """Return the page with the table of the tools that are declared now."""
    head, _, rest = page.partition(BEGIN)
    rows = "".join(
        f"| `{tool.name}` | {(tool.description or '').partition('. ')[0].rstrip('.')} | "
        f"{', '.join(f'`{name}`' for name in tool.input_schema['required'])} |\n"
        for tool in tools()
    )
    table = f"| tool | what it does | needed |\n|---|---|---|\n{rows}"
    return f"{head}{BEGIN}{table}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_tools(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
