// title: Products, their stages and the other names they go by
MATCH (p:Product)-[:AT_STAGE]->(s:Stage)
RETURN p.key AS key, p.name AS name, s.key AS stage, s.position AS stage_order, p.note AS note,
       p.aliases AS aliases
ORDER BY stage_order, key
