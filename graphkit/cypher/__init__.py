"""Cypher text: its parser, which takes only what reads, and what a statement needs and gives."""
