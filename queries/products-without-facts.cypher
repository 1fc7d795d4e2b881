// title: Products about which the graph knows no trade, production, reserves, control or claim
MATCH (item:Product)
WHERE NOT EXISTS { MATCH ()-[:PRODUCES]->(item) }
  AND NOT EXISTS { MATCH ()-[:HOLDS]->(item) }
  AND NOT EXISTS { MATCH ()-[:RESTRICTS]->(item) }
  AND NOT EXISTS { MATCH (:Claim)-[:ABOUT]->(item) }
  AND NOT EXISTS { MATCH (:Dataset)-[:COVERS]->(item) }
MATCH (item)-[:AT_STAGE]->(step:Stage)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       item.name AS product_name, EXISTS { MATCH (item)-[:TRADED_AS]->(:Code) } AS has_code,
       item.source AS source
ORDER BY stage_order, product
