// First sellers of rare-earth metals by country, with share and value, 2024 (a table)
MATCH (consumer:Country)-[d:DEPENDS_ON {product: 'ree-metals', period: '2024', rank: 1}]->(supplier)
RETURN consumer.name AS consumer, supplier.name AS first_seller, round(d.share_usd * 100, 1) AS percent_of_value,
       d.usd AS usd, d.tonnes AS tonnes, d.source AS source
ORDER BY usd DESC, consumer LIMIT 25
