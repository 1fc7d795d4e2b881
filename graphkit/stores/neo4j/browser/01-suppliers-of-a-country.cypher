// The five largest sellers of metal magnets to South Korea, 2024
MATCH (consumer:Country {iso3: 'KOR'})-[d:DEPENDS_ON {product: 'magnets-metal', period: '2024'}]->(supplier)
WHERE d.rank <= 5
RETURN consumer, d, supplier
ORDER BY d.rank
