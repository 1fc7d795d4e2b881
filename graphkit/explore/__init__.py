"""The explorer: questions in a browser."""
