// title: Products that are bought for any of some elements, minerals or groups
// params:
//   elements: {type: elements, doc: "elements; a group stands for its members too", default: REE}
MATCH (p:Product)-[:CONTAINS {role: 'main'}]->(e:Element)
WHERE e.key IN $elements OR EXISTS { MATCH (e)-[:MEMBER_OF]->(g:Element) WHERE g.key IN $elements }
WITH p, count(e) AS asked
MATCH (p)-[:CONTAINS]->(every:Element)
RETURN p.key AS product, asked, count(every) AS elements
ORDER BY product
