// The sellers of rare-earth metals to South Korea, and their own first sellers, 2024
MATCH (consumer:Country {iso3: 'KOR'})-[d:DEPENDS_ON {product: 'ree-metals', period: '2024'}]->(supplier)
WHERE d.rank <= 5
OPTIONAL MATCH (supplier)-[e:DEPENDS_ON {product: 'ree-metals', period: '2024', rank: 1}]->(behind)
RETURN consumer, d, supplier, e, behind
ORDER BY d.rank
