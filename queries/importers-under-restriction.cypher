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

// A control may cover only part of a product: read the note. Controls with no traded product of
// their own, such as one on dysprosium oxide alone, are not here. One row for each control.
MATCH (place:Country)-[control:RESTRICTS]->(item:Product)
WHERE control.since <= $date AND (control.until IS NULL OR control.until >= $date)
WITH place, control, item
MATCH (buyer)-[need:DEPENDS_ON]->(place)
WHERE need.product = item.key AND need.period = $period AND need.share_usd >= $min_share
  AND need.usd >= $min_usd
  AND (control.target IS NULL OR control.target = buyer.iso3)
RETURN place.iso3 AS country, item.key AS product, item.stage AS stage,
       control.measure AS measure, $date AS on_date,
       CASE WHEN control.suspended_from <= $date
             AND (control.suspended_until IS NULL OR control.suspended_until >= $date)
            THEN 'suspended' ELSE 'in force' END AS status,
       buyer.iso3 AS consumer, buyer.name AS consumer_name, need.period AS period,
       need.share_usd AS share_usd, need.share_tonnes AS share_tonnes, need.usd AS usd,
       need.tonnes AS tonnes, control.since AS since, control.target AS target,
       control.note AS note, control.source AS control_source, need.reporter AS reporter,
       need.dataset AS dataset, need.source AS source
ORDER BY country, product, since, measure, target, usd DESC, consumer, reporter, dataset, source
