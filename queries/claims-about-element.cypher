// title: What has been published about an element or any product bought for it
// params:
//   element: {type: element, doc: "an element, mineral or group", default: Dy}
// units:
//   value: in the unit beside it
//   low: in the unit beside it
//   high: in the unit beside it

// A claim about a product with several elements is here under each of them.
MATCH (said:Claim)
WHERE said.element = $element
   OR EXISTS { MATCH (said)-[:ABOUT]->(item:Product)-[:CONTAINS {role: 'main'}]->(part:Element)
               WHERE part.key = $element }
RETURN said.kind AS kind, said.element AS element, said.product AS product,
       said.stage AS stage, said.application AS application, said.consumer AS consumer,
       said.supplier AS supplier, said.rival AS rival, said.period AS period,
       said.than AS than, said.measure AS measure, said.value AS value, said.low AS low,
       said.high AS high, said.qualifier AS qualifier, said.unit AS unit,
       said.counted_by AS counted_by, said.includes AS includes,
       said.includes_other AS includes_other, said.basis AS basis,
       said.statement AS statement, said.attributed_to AS attributed_to,
       said.evidence AS evidence, said.note AS note, said.source AS source,
       said.key AS claim
ORDER BY kind, period, claim
