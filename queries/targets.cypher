// title: "Targets of governments: the share of each, what it is of, and until when"
// units: {share: "0 to 1"}
MATCH (target:Target)
RETURN target.key AS target, target.country AS country, target.name AS name,
       target.measure AS measure, target.share AS share, target.until AS until,
       target.elements AS elements, target.share_of AS share_of, target.grade AS grade,
       target.evidence AS evidence, target.note AS note, target.source AS source
ORDER BY country, target
