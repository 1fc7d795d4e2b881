// title: What a product is made from, step by step, back to the mine
// params:
//   product: {type: product, doc: what is made, default: magnets-metal}

// One row for each step between two products: input into output. steps is the shortest way from
// the input to the product asked about.
MATCH chain = (output:Product)-[:MADE_INTO*0..6]->(:Product {key: $product})
MATCH (input:Product)-[step:MADE_INTO]->(output)
WITH input, output, step, min(length(chain)) + 1 AS steps
MATCH (input)-[:AT_STAGE]->(before:Stage)
MATCH (output)-[:AT_STAGE]->(after:Stage)
RETURN steps AS steps, output.key AS output_product, after.key AS output_stage,
       input.key AS input_product, before.key AS input_stage, step.process AS process,
       step.kind AS kind, step.host AS host, step.source AS source
ORDER BY steps, output_product, input_product
