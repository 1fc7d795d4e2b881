// title: Every published claim, with its scope and source
MATCH (claim:Claim)
RETURN claim.key AS key, claim.kind AS kind, claim.consumer AS consumer,
       claim.supplier AS supplier, claim.rival AS rival, claim.located AS located, claim.product AS product,
       claim.element AS element, claim.stage AS stage, claim.control AS control,
       claim.period AS period, claim.than AS than, claim.value AS value,
       claim.low AS low, claim.high AS high,
       claim.qualifier AS qualifier, claim.unit AS unit, claim.measure AS measure,
       claim.counted_by AS counted_by, claim.includes AS includes,
       claim.includes_other AS includes_other, claim.basis AS basis,
       claim.statement AS statement, claim.published_value AS published_value,
       claim.attributed_to AS attributed_to, claim.evidence AS evidence,
       claim.decided_by AS decided_by, claim.beside AS beside,
       claim.expected AS expected, claim.note AS note, claim.source AS source
ORDER BY key
