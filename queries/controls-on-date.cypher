// title: "Which export controls stood on a date: announced, in force, licensed or suspended"
// params:
//   date: {type: str, doc: "a day, such as 2025-06-01", default: "2026-01-31"}
// units:
//   quota: "t, of all products of the control together"

// Of a suspension that was announced to end before the date, by a source that is no newer than that
// end, nobody has said what came after.
MATCH (act:Control)-[:RESTRICTS]->(item:Product)
WHERE (act.since <= $date OR act.announced <= $date)
  AND (act.until IS NULL OR act.until >= $date)
MATCH (document:Source {key: coalesce(act.suspension_source, act.source)})
RETURN act.country AS country, item.key AS product, item.stage AS stage, $date AS on_date,
       CASE WHEN act.since > $date AND (act.suspended_from IS NULL OR act.suspended_from > $date)
            THEN 'announced'
            WHEN act.suspended_from <= $date
             AND (act.suspended_until IS NULL OR act.suspended_until >= $date)
            THEN 'suspended'
            WHEN act.suspended_until < $date
             AND (document.published IS NULL OR document.published <= act.suspended_until)
            THEN 'suspended as announced, later unknown'
            WHEN act.measure = 'licence' THEN 'licensed' ELSE 'in force' END AS status,
       act.key AS control, act.measure AS measure, act.target AS target,
       act.since AS since, act.until AS until,
       act.suspended_from AS suspended_from, act.suspended_until AS suspended_until,
       act.elements AS elements, act.quota AS quota,
       act.announcement AS announcement, act.note AS note,
       act.evidence AS evidence, act.source AS source
ORDER BY country, product, since, control
