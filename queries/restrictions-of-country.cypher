// title: "Export controls of a country in the order of their dates"
// params:
//   country: {type: country, doc: "who restricts", default: CHN}
// units:
//   quota: "t, of what the note says"
MATCH (place:Country {iso3: $country})-[control:RESTRICTS]->(item:Product)
RETURN control.since AS since, control.until AS until, place.iso3 AS country,
       control.measure AS measure, item.key AS product, item.stage AS stage,
       control.target AS target, control.suspended_from AS suspended_from,
       control.suspended_until AS suspended_until, control.quota AS quota,
       control.announcement AS announcement, control.note AS note,
       control.evidence AS evidence, control.source AS source
ORDER BY since, measure, product, target
