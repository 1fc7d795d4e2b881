// title: Products that have no HS code of their own, so that no trade figure can be theirs
MATCH (item:Product)
WHERE NOT EXISTS { MATCH (item)-[:TRADED_AS]->(:Code) }
MATCH (item)-[:AT_STAGE]->(step:Stage)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       item.name AS product_name, item.note AS note, item.source AS source
ORDER BY stage_order, product
