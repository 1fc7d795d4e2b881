// title: Masses of flows of which somebody judged whether they can be right
// units: {tonnes: "t, the mass judged", published_tonnes: "t, as another source gives it"}
MATCH (seller)-[judged:WEIGHT_REVIEWED]->(buyer)
RETURN judged.product AS product, judged.hs AS hs, judged.period AS period,
       seller.iso3 AS exporter, buyer.iso3 AS importer, judged.verdict AS verdict,
       judged.tonnes AS tonnes, judged.published_tonnes AS published_tonnes,
       judged.reviewed AS reviewed, judged.note AS note, judged.source AS source
ORDER BY product, hs, period, exporter, importer
