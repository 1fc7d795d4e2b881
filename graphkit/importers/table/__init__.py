"""Tables of any layout, by a mapping."""
