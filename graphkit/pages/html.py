"""HTML with the text of the data escaped: parts of a page, and whole pages.

Whole pages ask for nothing from outside.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.errors import visible, visible_lines
from graphkit.pages.columns import TextColumn

SHORT_CELL = 12
"""Letters of a date or a country with a short name."""
WITHOUT_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline';\n font-src data:"
WITH_SCRIPTS = (
    "default-src 'none'; script-src 'unsafe-inline';\n style-src 'unsafe-inline'; font-src data:; "
    "img-src data:"
)
"""Content security policies of whole pages."""


def _escaped(text: str) -> str:
    from html import escape  # which only pages need, with its table of all names

    return escape(text)


def html(text: str) -> str:
    """Escape text so that HTML shows it as it is, in an attribute too.

    >>> html('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return _escaped(visible(text))


def document(title: str, body: str, style: str, *, policy: str = WITHOUT_SCRIPTS) -> str:
    """Write a whole page.

    Parameters
    ----------
    title : str
        Its title, which is escaped.
    body, style : str
        HTML and CSS, which are not.
    policy : str
        What the page may load and run.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{html(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{body}</body>\n</html>\n"
    )


def frame(page: str, width: int, height: int) -> str:
    """Write a whole page as a part of another."""
    size = f'width="{width}" height="{height}" style="border: 0"'
    return f'<iframe srcdoc="{_escaped(page)}" {size}></iframe>'


class HtmlPage:
    """Parts of an HTML page.

    Parameters
    ----------
    heading : bool
        Make the first title the heading of a page of its own.
    """

    width: int | None = None

    def __init__(self, *, heading: bool = False) -> None:
        self._heading = heading
        self._parts: list[str] = []

    def title(self, text: str) -> None:
        """Add a paragraph in bold, or the heading of the page."""
        if self._heading and not self._parts:
            self._parts.append(f"<h1>{html(text)}</h1>\n")
        else:
            self._parts.append(f"<p><strong>{html(text)}</strong></p>\n")

    def text(self, text: str, kind: str = "") -> None:
        """Add a paragraph, of a class of the style."""
        self._parts.append(f"<p{_class(kind)}>{html(text)}</p>\n")

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        self._parts.append(f"<h{level}>{html(text)}</h{level}>\n")

    def table(self, columns: Sequence[TextColumn], name: str = "") -> None:
        """Add a table with numbers aligned right, and short cells such as dates on one line.

        One with a name stands in a region that keys can scroll.
        """
        right, whole = ' style="text-align: right"', ' style="white-space: nowrap"'
        aligned = [right * column.number for column in columns]
        styles = [
            style or whole * all(len(cell) <= SHORT_CELL for cell in column.cells)
            for style, column in zip(aligned, columns, strict=True)
        ]

        def row(tag: str, texts: Sequence[str], styles: Sequence[str]) -> str:
            cells = []
            for text, style, column in zip(texts, styles, columns, strict=True):
                key = column.keys.get(text) if tag == "td" else None
                title = f' title="{html(key)}"' if key else ""
                cells.append(f"<{tag}{style}{title}>{html(text)}</{tag}>")
            return f"<tr>{''.join(cells)}</tr>"

        headers = row("th", [column.header for column in columns], aligned)
        rows = zip(*(column.cells for column in columns), strict=True)
        body = "\n".join(row("td", texts, styles) for texts in rows)
        table = f"<table>\n<thead>{headers}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        if name:
            self.region(f"Table: {name}", "wide", table)
        else:
            self._parts.append(table)

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        items = "".join(f"<li>{html(line)}</li>" for line in lines)
        self._parts.append(f"<ul>{items}</ul>\n")

    def region(self, name: str, kind: str, content: str) -> None:
        """Add a part that is wider than some screens, which keys can scroll, of a class."""
        attributes = f'{_class(kind)} tabindex=0 role=region aria-label="{html(name)}"'
        self._parts.append(f"<div{attributes}>{content}</div>\n")

    def command(self, text: str, command: str) -> None:
        """Add a command, and before it what it is for."""
        code = f"<code>{_escaped(visible_lines(command))}</code>"
        self._parts.append(f"<p class=command>{html(text)} {code}</p>\n")

    def block(self, lines: Sequence[str]) -> None:
        """Add lines as they are typed."""
        text = _escaped(visible_lines(chr(10).join(lines)))
        self._parts.append(f"<pre tabindex=0>{text}</pre>")

    def new_page(self) -> None:
        """Begin a new sheet, if the page is printed."""
        self._parts.append('<hr class="sheet">\n')

    def __str__(self) -> str:
        return "".join(self._parts)


def _class(kind: str) -> str:
    """Write the attribute of a class; one word needs no quotes."""
    if not kind:
        return ""
    return f' class="{kind}"' if " " in kind else f" class={kind}"
