// title: Production figures that a newer edition of their source revised
// params:
//   min_change: {type: float, doc: "least change, as a part of the old figure", default: "0.1"}
// units:
//   tonnes_before: "t, of what the basis says, in the older edition"
//   tonnes: "t, of what the basis says, in the newest edition"
//   ratio: "1 means no change; empty where the old figure is zero"

// Only figures on one basis are compared. Answers use the newest edition.
MATCH (maker)-[old:PRODUCES]->(item:Product)
WHERE old.superseded_by IS NOT NULL
MATCH (maker)-[new:PRODUCES]->(item)
WHERE new.source = old.superseded_by AND new.period = old.period
  AND coalesce(new.basis, '') = coalesce(old.basis, '')
  AND abs(new.tonnes - old.tonnes) > $min_change * old.tonnes
MATCH (earlier:Source {key: old.source})
MATCH (later:Source {key: new.source})
RETURN item.key AS product, item.stage AS stage, old.period AS period, maker.iso3 AS country,
       maker.type AS type, old.tonnes AS tonnes_before, new.tonnes AS tonnes,
       CASE WHEN old.tonnes > 0 THEN new.tonnes / old.tonnes END AS ratio,
       new.basis AS basis, earlier.published AS published_before, later.published AS published,
       old.source AS source_before, new.source AS source
ORDER BY product, period, country, basis, source_before
