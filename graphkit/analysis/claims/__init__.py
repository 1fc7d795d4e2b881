"""Published claims held against the facts."""
