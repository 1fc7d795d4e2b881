// title: "How fresh the trade data are: years and number of flows, by product and data set"
MATCH ()-[flow:EXPORTS]->()
WITH flow.product AS product, flow.reporter AS reporter, flow.dataset AS dataset,
     flow.source AS source, min(flow.year) AS first_year, max(flow.year) AS last_year,
     count(DISTINCT flow.period) AS periods, count(*) AS flows
MATCH (item:Product {key: product})
MATCH (origin:Source {key: source})
RETURN item.key AS product, item.stage AS stage, first_year AS first_year,
       last_year AS last_year, periods AS periods, flows AS flows, reporter AS reporter,
       dataset AS dataset, origin.key AS source, origin.version AS version,
       origin.published AS published
ORDER BY product, reporter, dataset, source
