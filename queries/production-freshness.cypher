// title: "How fresh the production data are: years, producers and figures, by product and source"
MATCH (maker:Country)-[made:PRODUCES]->(item:Product)
WITH item, made.source AS source, min(made.year) AS first_year, max(made.year) AS last_year,
     count(DISTINCT maker) AS producers, count(*) AS facts, count(made.tonnes) AS with_a_figure
MATCH (origin:Source {key: source})
RETURN item.key AS product, item.stage AS stage, first_year AS first_year,
       last_year AS last_year, producers AS producers, facts AS facts,
       with_a_figure AS with_a_figure, origin.key AS source, origin.version AS version,
       origin.published AS published
ORDER BY product, source
