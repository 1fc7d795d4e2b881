// title: "How fresh the reserves are: years, holders and figures, by product and source"
MATCH (holder:Country)-[held:HOLDS]->(item:Product)
WITH item, held.source AS source, min(held.year) AS first_year, max(held.year) AS last_year,
     count(DISTINCT holder) AS holders, count(*) AS facts, count(held.tonnes) AS with_a_figure
MATCH (origin:Source {key: source})
RETURN item.key AS product, item.stage AS stage, first_year AS first_year,
       last_year AS last_year, holders AS holders, facts AS facts,
       with_a_figure AS with_a_figure, origin.key AS source, origin.version AS version,
       origin.published AS published
ORDER BY product, source
