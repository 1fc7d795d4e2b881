// title: What companies and their plants made of some elements, as published
// params:
//   elements: {type: elements, doc: "elements, minerals or groups themselves, with commas", default: "Co,Ni"}
// units: {tonnes: "t, of what the basis says", content_tonnes: "t, of what production of the product scope", value: "in the unit as published"}

// Figures that count all of a plant, a company's share of it, or sales are never added up.
MATCH (firm:Company)-[made:MADE]->(material:Element)
WHERE material.key IN $elements
OPTIONAL MATCH (plant:Facility {key: made.plant})
RETURN firm.key AS company, firm.name AS name, material.key AS element, made.product AS product,
       made.plant AS plant, plant.name AS plant_name, plant.country AS country,
       made.label AS label, made.scope AS scope, made.period AS period, made.value AS value,
       made.unit AS unit, made.tonnes AS tonnes, made.basis AS basis,
       made.content_tonnes AS content_tonnes, made.factor AS factor,
       made.factor_source AS factor_source, made.qualifier AS qualifier,
       made.estimated AS estimated, made.bought AS bought, made.note AS note,
       made.source AS source
ORDER BY element, product, period DESC, tonnes DESC, company, plant, label, scope, source
