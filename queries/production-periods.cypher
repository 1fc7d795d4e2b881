// title: Periods with figures of production, product by product
MATCH ()-[made:PRODUCES]->(item:Product)
WHERE made.superseded_by IS NULL
RETURN item.key AS product, item.stage AS stage, made.period AS period, made.source AS source,
       count(*) AS figures, count(CASE WHEN made.estimated THEN 1 END) AS estimated
ORDER BY product, period, source
