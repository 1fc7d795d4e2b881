"""Published claims checked against the facts."""
