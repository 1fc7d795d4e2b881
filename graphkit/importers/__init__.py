"""Importers: turn published tables into seeds, each a YAML description and a Parquet table.

An importer writes only files, so that every load can be repeated from files that a person can
review. Equal input gives equal bytes.
"""
