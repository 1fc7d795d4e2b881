// title: How the net import reliance of the United States changed between two years
// params:
//   before: {type: period, doc: "the earlier year", default: "2021"}
//   period: {type: period, doc: "the later year", default: "2025"}
// units:
//   reliance_before: 0 to 1
//   reliance_now: 0 to 1
//   change: difference of the two

// Only materials with a plain figure in both years, on the same basis and from one source.
MATCH (old:Claim)
WHERE old.kind = 'net-import-reliance' AND old.period = $before AND old.value IS NOT NULL
MATCH (new:Claim {kind: 'net-import-reliance'})
WHERE new.period = $period AND new.value IS NOT NULL AND new.source = old.source
  AND new.consumer = old.consumer AND coalesce(new.basis, '') = coalesce(old.basis, '')
  AND coalesce(new.product, '') = coalesce(old.product, '')
  AND coalesce(new.element, '') = coalesce(old.element, '')
RETURN coalesce(new.product, new.element) AS material, new.product AS product,
       new.element AS element, new.consumer AS consumer, old.period AS before,
       new.period AS period, old.value AS reliance_before, new.value AS reliance_now,
       new.value - old.value AS change, new.basis AS basis, new.note AS note,
       new.source AS source, new.key AS claim
ORDER BY change DESC, material, claim
