"""Questions in words: read by rules and tables into commands, without a language model."""
