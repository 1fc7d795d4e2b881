// title: Which applications need a product, directly or through what it is made into
// params:
//   product: {type: product, doc: "what is missing", default: gallium}

// steps 0: the product itself is used; 1: what is made from it, and so on. A use can have other
// suppliers or substitutes: this says what is touched if it is missing, not what stops.
MATCH chain = (missing:Product {key: $product})-[:MADE_INTO*0..6]->(bought:Product)
WITH missing, bought, min(length(chain)) AS steps
MATCH (bought)-[:USED_IN]->(purpose:Application)
RETURN steps AS steps, missing.key AS product, missing.stage AS stage,
       bought.key AS bought_product, bought.stage AS bought_stage, purpose.key AS application,
       purpose.name AS application_name, purpose.sector AS sector, bought.source AS source
ORDER BY steps, bought_product, application
