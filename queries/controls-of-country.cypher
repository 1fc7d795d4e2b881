// title: "Elements that a country's export controls name, one row for each"
// params:
//   country: {type: country, doc: "who restricts", default: CHN}

// For the products that a control covers, see controls.
MATCH (place:Country {iso3: $country})<-[:IMPOSED_BY]-(act:Control)-[:NAMES]->(part:Element)
RETURN act.since AS since, act.until AS until, place.iso3 AS country,
       act.key AS control, act.measure AS measure, part.key AS element,
       part.name AS element_name, act.target AS target,
       act.suspended_from AS suspended_from, act.suspended_until AS suspended_until,
       act.announcement AS announcement, act.note AS note,
       act.evidence AS evidence, act.source AS source
ORDER BY since, control, element
