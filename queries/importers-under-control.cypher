// title: Which importers depend on a country for what it restricts on a date
// params:
//   date: {type: str, doc: "a day, such as 2025-06-01", default: "2026-01-31"}
//   period: {type: period, doc: "period of the imports, such as 2024", default: "2024"}
//   min_share: {type: float, doc: "least share of the imports by value, 0 to 1", default: "0.5"}
//   min_usd: {type: float, doc: "least value of these imports, in USD", default: "1000000"}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t

// A control may cover only part of a product: elements are those that it names. Controls with no
// traded product of their own, such as one on dysprosium oxide alone, are not here. One row for each
// control.
MATCH (place:Country)<-[:IMPOSED_BY]-(act:Control)-[:RESTRICTS]->(item:Product)
WHERE act.since <= $date AND (act.until IS NULL OR act.until >= $date)
MATCH (document:Source {key: act.source})
WITH place, act, item, document
MATCH (buyer)-[need:DEPENDS_ON]->(place)
WHERE need.product = item.key AND need.period = $period AND need.share_usd >= $min_share
  AND need.usd >= $min_usd
  AND (act.target IS NULL OR act.target = buyer.iso3)
RETURN place.iso3 AS country, item.key AS product, item.stage AS stage,
       act.measure AS measure, $date AS on_date,
       CASE WHEN act.suspended_from <= $date
             AND (act.suspended_until IS NULL OR act.suspended_until >= $date)
            THEN 'suspended'
            WHEN act.suspended_until < $date
             AND (document.published IS NULL OR document.published <= act.suspended_until)
            THEN 'suspended as announced, later unknown'
            WHEN act.measure = 'licence' THEN 'licensed' ELSE 'in force' END AS status,
       buyer.iso3 AS consumer, buyer.name AS consumer_name, need.period AS period,
       need.share_usd AS share_usd, need.share_tonnes AS share_tonnes, need.usd AS usd,
       need.tonnes AS tonnes, act.since AS since, act.target AS target,
       act.key AS control, act.elements AS elements, act.note AS note,
       act.source AS control_source, need.reporter AS reporter,
       need.dataset AS dataset, need.source AS source
ORDER BY country, product, since, control, usd DESC, consumer, reporter, dataset, source
