// title: "Trade balance of a country, product by product: imports, exports and net imports"
// params:
//   country: {type: country, doc: "whose trade", default: KOR}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   imports_usd: USD
//   exports_usd: USD
//   net_imports_usd: "USD, negative where it exports more"
//   imports_tonnes: "t, of the flows that give a mass"
//   exports_tonnes: "t, of the flows that give a mass"

// Masses of a direction are empty where no flow gives one; a difference of them is not given,
// for the two directions can hold goods of different content.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (place:Country {iso3: $country})-[flow:EXPORTS]-()
WHERE flow.period = $period AND flow.preferred
WITH DISTINCT place, flow.product AS product, flow.reporter AS reporter,
     flow.dataset AS dataset, flow.source AS source
OPTIONAL MATCH ()-[bought:EXPORTS]->(place)
WHERE bought.product = product AND bought.period = $period AND bought.preferred
  AND bought.reporter = reporter AND bought.dataset = dataset AND bought.source = source
WITH place, product, reporter, dataset, source, 0.0 + coalesce(sum(bought.usd), 0.0) AS imports_usd,
     CASE WHEN count(bought.tonnes) > 0 THEN sum(round(bought.tonnes * 1000000, 0)) / 1000000 END AS imports_tonnes
OPTIONAL MATCH (place)-[sold:EXPORTS]->()
WHERE sold.product = product AND sold.period = $period AND sold.preferred
  AND sold.reporter = reporter AND sold.dataset = dataset AND sold.source = source
WITH place, product, reporter, dataset, source, imports_usd, imports_tonnes,
     0.0 + coalesce(sum(sold.usd), 0.0) AS exports_usd,
     CASE WHEN count(sold.tonnes) > 0 THEN sum(round(sold.tonnes * 1000000, 0)) / 1000000 END AS exports_tonnes
MATCH (item:Product {key: product})
RETURN place.iso3 AS country, item.key AS product, item.stage AS stage, $period AS period,
       imports_usd AS imports_usd, exports_usd AS exports_usd,
       imports_usd - exports_usd AS net_imports_usd, imports_tonnes AS imports_tonnes,
       exports_tonnes AS exports_tonnes, reporter AS reporter, dataset AS dataset,
       source AS source
ORDER BY net_imports_usd DESC, product, reporter, dataset, source
