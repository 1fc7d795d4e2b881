// title: What each product contains, element by element
MATCH (p:Product)-[:CONTAINS]->(e:Element)
RETURN p.key AS product, e.key AS element, e.name AS name
ORDER BY product, element
