// title: What a product is made into, step by step, down to its uses
// params:
//   product: {type: product, doc: "where the chain begins", default: rare-earth-ore}

// One row for each step between two products: input into output. steps is the shortest way from
// the first product to the output.
MATCH chain = (:Product {key: $product})-[:MADE_INTO*0..6]->(input:Product)
MATCH (input)-[step:MADE_INTO]->(output:Product)
WITH input, output, step, min(length(chain)) + 1 AS steps
MATCH (input)-[:AT_STAGE]->(before:Stage)
MATCH (output)-[:AT_STAGE]->(after:Stage)
RETURN steps AS steps, input.key AS input_product, before.key AS input_stage,
       output.key AS output_product, after.key AS output_stage,
       step.process AS process, step.kind AS kind, step.host AS host,
       output.used_in AS applications, step.source AS source
ORDER BY steps, input_product, output_product
