"""National customs statistics."""
