// title: Which periods hold trade, by product, HS code and data set
// units: {usd: USD, tonnes: "t, of the flows that give a mass"}

// preferred: answers take this data set for the product and period.
MATCH (series:Dataset)-[held:COVERS]->(item:Product)
RETURN item.key AS product, held.hs AS hs, held.period AS period, series.key AS dataset,
       held.preferred AS preferred, held.flows AS flows, held.usd AS usd, held.tonnes AS tonnes
ORDER BY product, hs, period, dataset
