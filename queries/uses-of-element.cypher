// title: "What an element is used for: its products stage by stage and their applications"
// params:
//   element: {type: element, doc: "an element, mineral or group with its members", default: Dy}

// One row for each product and application; a product without an application of its own is used
// through what it is made into. role is that of the element, of a group the first that a member
// has: main, by-product ...
MATCH (item:Product)-[holds:CONTAINS]->(part:Element)
WHERE part.key = $element
   OR EXISTS { MATCH (part)-[:MEMBER_OF]->(parent:Element) WHERE parent.key = $element }
WITH item, collect(holds.role) AS roles
MATCH (item)-[:AT_STAGE]->(step:Stage)
OPTIONAL MATCH (item)-[:USED_IN]->(purpose:Application)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       item.name AS product_name,
       CASE WHEN 'main' IN roles THEN 'main' WHEN 'by-product' IN roles THEN 'by-product'
            WHEN 'alloying' IN roles THEN 'alloying' ELSE 'trace' END AS role,
       purpose.key AS application,
       purpose.name AS application_name, purpose.sector AS sector,
       item.source AS source
ORDER BY stage_order, product, application
