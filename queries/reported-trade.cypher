// title: Trade as one side reported it, flow by flow
// params:
//   products: {type: products, doc: "what is traded", default: "ree-compounds,ree-metals,magnets-metal"}
// units: {usd: "USD, at the border that valuation says", tonnes: t}
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product IN $products AND flow.reporter IN ['exporter', 'importer']
RETURN seller.iso3 AS supplier, buyer.iso3 AS consumer, flow.product AS product,
       flow.hs AS hs, flow.hs_revision AS hs_revision, flow.period AS period,
       flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
       flow.basis AS basis, flow.usd AS usd, flow.valuation AS valuation,
       flow.tonnes AS tonnes, flow.tonnes_estimated AS tonnes_estimated
ORDER BY product, period, supplier, consumer, reporter, dataset, hs, hs_revision
