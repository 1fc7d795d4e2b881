"""Pages of plain text, Markdown and HTML."""
