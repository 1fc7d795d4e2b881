"""Headlines of answers."""
