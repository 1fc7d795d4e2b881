"""Dates, times and durations of Cypher in SQL."""
