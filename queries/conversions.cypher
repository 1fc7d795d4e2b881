// title: What is made into what, step by step of every chain
// units:
//   input_per_output: "mass of input for one of output, without losses"
MATCH (made_from:Product)-[step:MADE_INTO]->(made:Product)
RETURN made_from.key AS input, made_from.stage AS input_stage, made.key AS output,
       made.stage AS output_stage, step.process AS process, step.kind AS kind, step.host AS host,
       step.input_per_output AS input_per_output, step.note AS note, step.source AS source
ORDER BY input, output
