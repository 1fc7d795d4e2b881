// title: Which periods hold trade, by product and HS code
MATCH ()-[flow:EXPORTS]->()
RETURN flow.product AS product, flow.hs AS hs, flow.period AS period, count(*) AS flows
ORDER BY product, hs, period
