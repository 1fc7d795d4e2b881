// title: "Elements on the lists of critical materials, and the largest producer of each"
// params:
//   period: {type: period, doc: "year of production", default: "2024"}
// units:
//   top_share: "0 to 1, of the published world total of that product or, if larger, the sum"

// Of the products bought for the element, the one whose largest producer has the highest share;
// rare-earth-ore stands for each rare earth, which are mined together.
MATCH (listed:Element)
WHERE listed.us_2025 OR listed.eu_2023
OPTIONAL MATCH (item:Product)-[:CONTAINS {role: 'main'}]->(listed)
WITH listed, count(item) AS products
OPTIONAL MATCH (:Country)-[made:PRODUCES]->(:Product)-[:CONTAINS {role: 'main'}]->(listed)
WHERE made.period = $period AND made.superseded_by IS NULL
WITH listed, products, max(made.share) AS top_share
OPTIONAL MATCH (maker:Country)-[most:PRODUCES]->(top:Product)-[:CONTAINS {role: 'main'}]->(listed)
WHERE most.period = $period AND most.share = top_share AND most.superseded_by IS NULL
RETURN listed.key AS element_key, listed.name AS element_name, listed.type AS type,
       listed.us_2025 AS us_2025, listed.eu_2023 AS eu_2023, products AS products,
       top.key AS product, top.stage AS stage, maker.iso3 AS top_producer,
       top_share AS top_share, $period AS period, most.basis AS basis,
       most.estimated AS estimated, most.source AS source
ORDER BY coalesce(top_share, -1.0) DESC, element_key, product, top_producer, source
