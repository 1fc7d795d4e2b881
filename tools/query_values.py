"""Values of query files that have no defaults, for the tests and the site of the docs."""

WITHOUT_DEFAULT = {
    "import-periods": {"consumers": "KOR,JPN"},
    "imports": {"consumers": "KOR", "products": "ree-metals,magnets-metal", "periods": "2024"},
    "products-of-code": {"code": "280530"},
    "products-of-elements": {"elements": "Dy,Co"},
    "trade": {"products": "ree-metals", "periods": "2024,2023"},
}
"""Values of the parameters of the query files behind the command line's questions, by file."""
