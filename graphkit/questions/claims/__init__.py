"""Published figures, held against the facts, and citations of answers."""
