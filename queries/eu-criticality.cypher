// title: Supply risk and economic importance of materials for the EU, as published
// params:
//   min_supply_risk: {type: float, doc: "least supply risk; 1.0 is critical", default: "1"}
// units:
//   supply_risk: score
//   economic_importance: score

// The note names the study's material: one element can be two of them (titanium, titanium metal).
// eu_2023 is the list itself: copper and nickel are on it as strategic, below the thresholds.
MATCH (risk:Claim)
WHERE risk.kind = 'supply-risk' AND risk.value >= $min_supply_risk
MATCH (weight:Claim)
WHERE weight.kind = 'economic-importance' AND weight.element = risk.element
  AND weight.period = risk.period AND weight.source = risk.source
  AND coalesce(weight.note, '') = coalesce(risk.note, '')
MATCH (material:Element {key: risk.element})
RETURN material.key AS element_key, material.name AS element_name, risk.consumer AS consumer,
       risk.period AS period, risk.value AS supply_risk, weight.value AS economic_importance,
       material.eu_2023 AS eu_2023, material.us_2025 AS us_2025, risk.basis AS basis,
       risk.note AS note, risk.source AS source, risk.key AS claim
ORDER BY supply_risk DESC, economic_importance DESC, element_key, claim
