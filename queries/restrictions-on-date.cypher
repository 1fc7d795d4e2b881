// title: Which export controls stood on a date, and which of them were suspended
// params:
//   date: {type: str, doc: "a day, such as 2025-06-01", default: "2026-01-31"}
// units:
//   quota: "t, of what the note says"
MATCH (place:Country)-[control:RESTRICTS]->(item:Product)
WHERE control.since <= $date AND (control.until IS NULL OR control.until >= $date)
RETURN place.iso3 AS country, item.key AS product, item.stage AS stage, $date AS on_date,
       CASE WHEN control.suspended_from <= $date
             AND (control.suspended_until IS NULL OR control.suspended_until >= $date)
            THEN 'suspended' ELSE 'in force' END AS status,
       control.measure AS measure, control.target AS target, control.since AS since,
       control.until AS until, control.suspended_from AS suspended_from,
       control.suspended_until AS suspended_until, control.quota AS quota,
       control.announcement AS announcement, control.note AS note,
       control.evidence AS evidence, control.source AS source
ORDER BY country, product, since, measure, target
