// Products of cobalt with their stages and customs codes
MATCH (element:Element {key: 'Co'})<-[c:CONTAINS]-(product:Product)-[s:AT_STAGE]->(stage:Stage)
OPTIONAL MATCH (product)-[t:TRADED_AS]->(code:Code)
RETURN element, c, product, s, stage, t, code
ORDER BY product.name, code.code
