// title: "What each product contains, element by element, and what for"
MATCH (p:Product)-[holds:CONTAINS]->(e:Element)
RETURN p.key AS product, p.stage AS stage, e.key AS element, e.name AS name, holds.role AS role,
       holds.note AS note, holds.source AS source
ORDER BY product, element
