// title: "Chains of products from the mine to an application, each with its path"
// params:
//   application: {type: application, doc: "an application, such as wind turbines", default: wind-turbines}

// products: what is mined first, what is bought for the application last. from_1 is made into the
// product that is bought, from_2 into from_1, and so on back to the mine.
MATCH chain = (mined:Product)-[:MADE_INTO*0..5]->(bought:Product)
WHERE mined.stage = 'mine' AND EXISTS {
  MATCH (bought)-[:USED_IN]->(purpose:Application) WHERE purpose.key = $application }
WITH chain, mined.key AS mined_product, bought.key AS bought_product,
     length(chain) AS steps, nodes(chain) AS links
UNWIND links AS link
WITH chain, mined_product, bought_product, steps, link.key AS product, link.stage AS stage
WITH chain, mined_product, bought_product, steps, collect(product) AS products,
     collect(stage) AS stages, ['', '', '', '', '', ''] + collect(product) AS padded
RETURN mined_product AS mined_product, bought_product AS bought_product,
       $application AS application, steps AS steps, products AS products, stages AS stages,
       padded[-2] AS from_1, padded[-3] AS from_2, padded[-4] AS from_3, padded[-5] AS from_4,
       chain AS path
ORDER BY mined_product, bought_product, steps, from_1, from_2, from_3, from_4
