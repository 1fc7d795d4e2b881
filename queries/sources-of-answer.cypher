// title: "What an answer about a country and a product rests on: sources, data sets and claims"
// params:
//   consumer: {type: country, doc: "who depends", default: KOR}
//   product: {type: product, doc: "for what", default: ree-metals}
// units:
//   flows: "trade flows to the country"
//   production: "production figures of the product"
//   reserves: "reserve figures of the product"
//   controls: "export controls on the product"
//   claims: "claims on the country as consumer and the product, its main elements or their groups"
MATCH (asked:Product {key: $product})
OPTIONAL MATCH (asked)-[:CONTAINS {role: 'main'}]->(part:Element)
OPTIONAL MATCH (part)-[:MEMBER_OF]->(whole:Element)
WITH collect(part.key) + collect(whole.key) AS elements
MATCH (origin:Source)
OPTIONAL MATCH ()-[flow:EXPORTS]->(buyer:Country {iso3: $consumer})
WHERE flow.product = $product AND flow.source = origin.key
WITH elements, origin, count(flow) AS flows, min(flow.year) AS first_trade_year,
     max(flow.year) AS last_trade_year
OPTIONAL MATCH ()-[made:PRODUCES]->(item:Product {key: $product})
WHERE made.source = origin.key AND made.superseded_by IS NULL
WITH elements, origin, flows, first_trade_year, last_trade_year, count(made) AS production
OPTIONAL MATCH ()-[held:HOLDS]->(item:Product {key: $product})
WHERE held.source = origin.key
WITH elements, origin, flows, first_trade_year, last_trade_year, production, count(held) AS reserves
OPTIONAL MATCH (act:Control)-[:RESTRICTS]->(item:Product {key: $product})
WHERE act.source = origin.key
WITH elements, origin, flows, first_trade_year, last_trade_year, production, reserves,
     count(act) AS controls
OPTIONAL MATCH (said:Claim)-[:CITES]->(origin)
WHERE said.consumer = $consumer
  AND (said.product = $product OR said.element IN elements)
WITH origin, flows, first_trade_year, last_trade_year, production, reserves, controls,
     count(said) AS claims
WHERE flows + production + reserves + controls + claims > 0
RETURN origin.key AS source, origin.title AS title, origin.publisher AS publisher,
       $consumer AS consumer, $product AS product, flows AS flows,
       first_trade_year AS first_trade_year, last_trade_year AS last_trade_year,
       production AS production, reserves AS reserves, controls AS controls, claims AS claims,
       origin.licence AS licence, origin.url AS url
ORDER BY source
