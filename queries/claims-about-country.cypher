// title: What has been published about a country, as consumer, supplier or rival
// params:
//   country: {type: country, doc: "a country or group, such as KOR or EU27", default: KOR}
// units:
//   value: in the unit beside it
//   low: in the unit beside it
//   high: in the unit beside it
MATCH (said:Claim)
WHERE said.consumer = $country OR said.supplier = $country OR said.rival = $country
RETURN CASE WHEN said.consumer = $country THEN 'consumer'
            WHEN said.supplier = $country THEN 'supplier' ELSE 'rival' END AS role,
       said.kind AS kind, said.consumer AS consumer,
       said.supplier AS supplier, said.rival AS rival, said.product AS product,
       said.element AS element, said.stage AS stage, said.period AS period,
       said.than AS than, said.measure AS measure, said.value AS value, said.low AS low,
       said.high AS high, said.qualifier AS qualifier, said.unit AS unit,
       said.counted_by AS counted_by, said.includes AS includes,
       said.includes_other AS includes_other, said.basis AS basis,
       said.statement AS statement, said.attributed_to AS attributed_to,
       said.evidence AS evidence, said.note AS note, said.source AS source,
       said.key AS claim
ORDER BY role, kind, period, claim
