"""Cypher text: its tokens, what it may do, and what it needs."""
