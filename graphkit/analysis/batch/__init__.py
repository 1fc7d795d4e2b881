"""Measures of many networks at once."""
