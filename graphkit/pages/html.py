"""HTML with the text of the data escaped: parts of a page, and whole pages.

Whole pages ask for nothing from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table with numbers aligned right, and short cells such as dates on one line."""
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
        self._parts.append(
            f"<table>\n<thead>{headers}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        )

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        items = "".join(f"<li>{html(line)}</li>" for line in lines)
        self._parts.append(f"<ul>{items}</ul>\n")

    def contents(self, titles: Mapping[str, str]) -> None:
        """Add links to sections, whose titles are given by their ids."""
        links = [f'<a href="#{key}">{html(title)}</a>' for key, title in titles.items()]
        items = "".join(f"<li>{link}</li>" for link in links)
        self._parts.append(f'<nav aria-label="Sections"><ol>{items}</ol></nav>\n')

    def section(self, title: str, key: str, content: HtmlPage) -> None:
        """Add a section with a title, which links find by its id."""
        heading = f'<h2 id="{key}">{html(title)}</h2>'
        self._parts.append(f'<section aria-labelledby="{key}">{heading}\n{content}</section>\n')

    def region(self, name: str, kind: str, content: str) -> None:
        """Add a part that is wider than some screens, which keys can scroll, of a class."""
        attributes = f'{_class(kind)} tabindex=0 role=region aria-label="{html(name)}"'
        self._parts.append(f"<div{attributes}>{content}</div>\n")

    def fold(self, summary: str, content: HtmlPage) -> None:
        """Add a part of which only the summary is seen until it is opened."""
        self._parts.append(f"<details><summary>{html(summary)}</summary>\n{content}</details>\n")

    def commands(self, commands: Sequence[str]) -> None:
        """Add a paragraph of commands, a line each."""
        lines = "<br>\n".join(f"<code>{_lines(command)}</code>" for command in commands)
        self._parts.append(f"<p class=command>{lines}</p>\n")

    def block(self, lines: Sequence[str]) -> None:
        """Add lines as they are typed."""
        self._parts.append(f"<pre tabindex=0>{_lines(chr(10).join(lines))}</pre>")

    def __str__(self) -> str:
        return "".join(self._parts)


def _class(kind: str) -> str:
    """Write the attribute of a class; one word needs no quotes."""
    if not kind:
        return ""
    return f' class="{kind}"' if " " in kind else f" class={kind}"


def _lines(text: str) -> str:
    return _escaped(visible_lines(text))
