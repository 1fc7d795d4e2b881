// title: What is made into what, step by step of every chain
MATCH (made_from:Product)-[:MADE_INTO]->(made:Product)
RETURN made_from.key AS input, made_from.stage AS input_stage, made.key AS output, made.stage AS output_stage
ORDER BY input, output
