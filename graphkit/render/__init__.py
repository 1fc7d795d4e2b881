"""Answers and tables as text, pages and files."""
