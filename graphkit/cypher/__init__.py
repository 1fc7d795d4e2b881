"""Cypher that reads: its parser, and what Neo4j refuses of it."""
