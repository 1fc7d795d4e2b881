"""Answers: rows with described columns, coverage, claims and sources."""
