// Countries that buy at least 1 million USD of metal magnets, and the first seller of each, 2024
MATCH (consumer:Country)-[d:DEPENDS_ON {product: 'magnets-metal', period: '2024', rank: 1}]->(supplier)
WHERE d.usd >= 1000000
RETURN consumer, d, supplier
ORDER BY d.usd DESC LIMIT 60
