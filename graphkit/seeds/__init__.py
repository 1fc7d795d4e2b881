"""Seeds: files of facts, read and checked."""
