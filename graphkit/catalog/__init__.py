"""The catalog of a database: its tables, names and scopes."""
