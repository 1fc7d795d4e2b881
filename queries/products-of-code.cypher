// title: Products that travel under an HS code, and how well it fits them
// params:
//   code: {type: str, doc: "HS code without dots, such as 280530"}
MATCH (p:Product)-[t:TRADED_AS]->(c:Code {code: $code})
RETURN p.key AS product, p.name AS name, t.fit AS fit, t.revision AS revision,
       c.description AS description
ORDER BY product, revision
