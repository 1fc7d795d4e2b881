"""The questions that graphkit answers, each declared once."""
