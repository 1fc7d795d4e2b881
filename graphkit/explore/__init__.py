"""The explorer: a page in the browser and an HTTP API, both from the declared questions."""
