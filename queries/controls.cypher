// title: "Every export control: who, what, since when, and which elements and products"
// units:
//   quota: "t, of all its products together"
MATCH (act:Control)
RETURN act.key AS key, act.country AS country, act.announcement AS announcement,
       act.measure AS measure, act.target AS target,
       act.announced AS announced, act.since AS since,
       act.until AS until, act.suspended_from AS suspended_from,
       act.suspended_until AS suspended_until,
       act.suspension_source AS suspension_source, act.elements AS elements,
       act.products AS products, act.items AS items, act.quota AS quota,
       act.evidence AS evidence, act.note AS note, act.source AS source
ORDER BY country, since, key
