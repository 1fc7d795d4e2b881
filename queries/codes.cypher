// title: HS codes, and the products that travel under them
MATCH (p:Product)-[t:TRADED_AS]->(c:Code)
RETURN c.code AS code, p.key AS product, t.fit AS fit, t.revision AS revision,
       c.description AS description, t.note AS note
ORDER BY code, product, revision
