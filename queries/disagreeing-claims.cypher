// title: Published figures for the same thing that differ
// units:
//   value: in the unit beside it
//   lowest: in the unit beside it
//   highest: in the unit beside it

// The same kind, consumer, supplier, rival, product, element, stage, application, period, measure,
// unit, basis and basket, but more than one value; of claims that say what they measure. Claims
// that give a range instead of a value are left out. What two editions of one source print differs
// here too; `graphkit claims conflicts` takes it for a revision.
MATCH (said:Claim)
WHERE said.value IS NOT NULL AND said.measure IS NOT NULL
WITH said.kind AS of_kind, said.unit AS in_unit, said.measure AS of_measure,
     coalesce(said.consumer, '') AS by, coalesce(said.supplier, '') AS from_whom,
     coalesce(said.rival, '') AS against, coalesce(said.product, '') AS of_product,
     coalesce(said.element, '') AS of_element, coalesce(said.stage, '') AS at_stage,
     coalesce(said.application, '') AS for_use, coalesce(said.period, '') AS in_period,
     coalesce(said.than, '') AS against_period, coalesce(said.counted_by, '') AS by_what,
     coalesce(said.includes_other, '') AS with_other, coalesce(said.basis, '') AS on_basis,
     min(said.value) AS lowest, max(said.value) AS highest
WHERE lowest < highest
MATCH (said:Claim)
WHERE said.kind = of_kind AND said.unit = in_unit AND said.measure = of_measure
  AND said.value IS NOT NULL AND coalesce(said.consumer, '') = by
  AND coalesce(said.supplier, '') = from_whom AND coalesce(said.rival, '') = against
  AND coalesce(said.product, '') = of_product AND coalesce(said.element, '') = of_element
  AND coalesce(said.stage, '') = at_stage AND coalesce(said.application, '') = for_use
  AND coalesce(said.period, '') = in_period AND coalesce(said.than, '') = against_period
  AND coalesce(said.counted_by, '') = by_what AND coalesce(said.basis, '') = on_basis
  AND coalesce(said.includes_other, '') = with_other
RETURN said.kind AS kind, said.consumer AS consumer, said.supplier AS supplier,
       said.product AS product, said.element AS element, said.stage AS stage,
       said.period AS period, said.measure AS measure, said.value AS value,
       said.qualifier AS qualifier, said.unit AS unit, said.counted_by AS counted_by,
       said.basis AS basis, lowest AS lowest, highest AS highest,
       said.attributed_to AS attributed_to, said.evidence AS evidence, said.note AS note,
       said.source AS source, said.key AS claim
ORDER BY kind, consumer, supplier, product, element, stage, period, measure, unit, value, claim
