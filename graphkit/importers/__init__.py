"""Importers: published tables become seeds, a YAML description and a Parquet table beside it.

An importer writes files and nothing else, so that every load can be repeated from files that a
person can review. The same input gives the same bytes.
"""
