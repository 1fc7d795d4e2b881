"""The graph for assistants: questions, checks and pages by the Model Context Protocol."""
