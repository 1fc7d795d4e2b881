// title: Who produces an element, at every stage with published figures
// params:
//   element: {type: element, doc: "an element, mineral or group with its members", default: Co}
//   period: {type: period, doc: "year of production", default: "2024"}
// units:
//   tonnes: "t, of what the basis says"
//   share: "0 to 1, of the published world total or, if larger, the sum"

// Products that contain the element among others are here too: their mass is not the element's.
// role is its role in the product, of a group the first that a member has: main, by-product ...
MATCH (item:Product)-[holds:CONTAINS]->(part:Element)
WHERE part.key = $element
   OR EXISTS { MATCH (part)-[:MEMBER_OF]->(parent:Element) WHERE parent.key = $element }
WITH item, collect(holds.role) AS roles
MATCH (item)-[:AT_STAGE]->(step:Stage)
MATCH (maker:Country)-[made:PRODUCES]->(item)
WHERE made.period = $period AND made.superseded_by IS NULL
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       CASE WHEN 'main' IN roles THEN 'main' WHEN 'by-product' IN roles THEN 'by-product'
            WHEN 'alloying' IN roles THEN 'alloying' ELSE 'trace' END AS role,
       maker.iso3 AS producer, made.period AS period,
       made.tonnes AS tonnes, made.share AS share, made.basis AS basis,
       made.qualifier AS qualifier, made.estimated AS estimated, made.source AS source
ORDER BY stage_order, product, coalesce(tonnes, -1.0) DESC, producer, source
