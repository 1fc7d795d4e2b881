// title: Production of a product by country, year by year, and the edition of each figure
// params:
//   product: {type: product, doc: "what is produced", default: cobalt-ore}
// units:
//   tonnes: "t, of what the basis says"
//   share: "0 to 1, of the published world total or, if larger, the sum"
//   same_edition_as_before: "false: the step from the year before is partly a change of edition"

// Each year in the newest edition that has it: a series can join editions, which revise what they
// said before. production-changes compares two years within one edition.
MATCH (maker)-[made:PRODUCES]->(item:Product {key: $product})
WHERE made.superseded_by IS NULL
WITH item, maker, made, made.year - 1 AS year, coalesce(made.basis, '') AS basis
OPTIONAL MATCH (maker)-[before:PRODUCES]->(item)
WHERE before.superseded_by IS NULL AND before.year = year AND coalesce(before.basis, '') = basis
WITH item, maker, made, collect(before.source) AS editions
RETURN item.key AS product, item.stage AS stage, maker.iso3 AS country, maker.type AS type,
       made.period AS period, made.tonnes AS tonnes, made.share AS share,
       made.qualifier AS qualifier, made.estimated AS estimated, made.basis AS basis,
       made.source AS source,
       CASE WHEN size(editions) > 0 THEN made.source IN editions END AS same_edition_as_before
ORDER BY product, country, basis, period, source
