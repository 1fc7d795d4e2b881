// title: Exporters of a product with no published production of it or of anything it is made from
// params:
//   product: {type: product, doc: "what is exported", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_usd: {type: float, doc: "least value of the exports, USD; 0: all", default: "1000000"}
// units:
//   exports_usd: USD
//   imports_usd: "USD, of the same product"
//   exports_tonnes: "t, of the flows that give a mass"
//   imports_tonnes: "t, of the flows that give a mass"

// Left out: every country with published production above zero, in any year, of the product or of
// anything upstream of it. What remains re-exports, or works up imported ore, scrap or
// intermediates, or mines what nobody publishes (Laos). No row at all where no production upstream
// is published. Imports are of the same product only.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (maker:Country)-[made:PRODUCES]->(mined:Product)
WHERE made.tonnes > 0 AND made.superseded_by IS NULL
MATCH (mined)-[:MADE_INTO*0..6]->(:Product {key: $product})
WITH collect(DISTINCT maker.iso3) AS makers
MATCH (seller)-[flow:EXPORTS]->()
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND size(makers) > 0 AND NOT seller.iso3 IN makers
WITH makers, seller, flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS exports_usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS exports_tonnes
WHERE exports_usd >= $min_usd
OPTIONAL MATCH ()-[bought:EXPORTS]->(seller)
WHERE bought.product = $product AND bought.period = $period AND bought.preferred
  AND bought.reporter = reporter AND bought.dataset = dataset AND bought.source = source
WITH makers, seller, reporter, dataset, source, exports_usd, exports_tonnes,
     0.0 + coalesce(sum(bought.usd), 0.0) AS imports_usd,
     CASE WHEN count(bought.tonnes) > 0 THEN sum(round(bought.tonnes * 1000000, 0)) / 1000000 END AS imports_tonnes
MATCH (item:Product {key: $product})
RETURN seller.iso3 AS exporter, seller.name AS exporter_name, item.key AS product,
       item.stage AS stage, $period AS period, exports_usd AS exports_usd,
       imports_usd AS imports_usd, exports_tonnes AS exports_tonnes,
       imports_tonnes AS imports_tonnes, size(makers) AS known_makers, reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY exports_usd DESC, exporter, reporter, dataset, source
