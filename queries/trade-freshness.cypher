// title: "How fresh the trade data are: years and number of flows, by product and data set"
MATCH (series:Dataset)-[held:COVERS]->(item:Product)
MATCH (origin:Source {key: series.source})
WITH item, series, origin, min(held.year) AS first_year, max(held.year) AS last_year,
     count(DISTINCT held.period) AS periods, sum(held.flows) AS flows
RETURN item.key AS product, item.stage AS stage, first_year AS first_year,
       last_year AS last_year, periods AS periods, flows AS flows,
       series.reporter AS reporter, series.key AS dataset, origin.key AS source,
       origin.version AS version, origin.published AS published
ORDER BY product, reporter, dataset, source
