// title: Which periods hold trade, by product and HS code

// The condition holds for every flow. Neo4j takes both properties from its index for it.
MATCH ()-[flow:EXPORTS]->()
WHERE flow.product >= '' AND flow.period IS NOT NULL
RETURN flow.product AS product, flow.hs AS hs, flow.period AS period, count(*) AS flows
ORDER BY product, hs, period
