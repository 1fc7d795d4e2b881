// title: Every export control, with the key that names it
MATCH (place:Country)-[control:RESTRICTS]->(item:Product)
RETURN control.key AS key, control.announcement AS announcement, place.iso3 AS country,
       item.key AS product, control.measure AS measure, control.target AS target,
       control.since AS since, control.until AS until,
       control.suspended_from AS suspended_from, control.suspended_until AS suspended_until,
       control.note AS note, control.source AS source
ORDER BY country, product, since, measure, target
