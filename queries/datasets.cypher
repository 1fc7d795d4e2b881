// title: "Data sets of trade, the preferred first: what each counts, and how"

// Of each product and period, answers take the data set with the lowest preference.
MATCH (series:Dataset)
OPTIONAL MATCH (series)-[held:COVERS]->(item:Product)
RETURN series.key AS dataset, series.name AS name, series.publisher AS publisher,
       series.version AS version, series.hs_revision AS hs_revision,
       series.valuation AS valuation, series.reporter AS reporter,
       series.preference AS preference, series.extent AS extent, series.largest AS largest,
       series.world_share AS world_share, count(DISTINCT item.key) AS products,
       min(held.year) AS first_year, max(held.year) AS last_year,
       coalesce(sum(held.flows), 0) AS flows, series.note AS note, series.source AS source
ORDER BY preference, dataset
