"""Supply networks over the stages of a chain."""
