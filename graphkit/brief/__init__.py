"""Briefs: a page on a country or a mineral."""
