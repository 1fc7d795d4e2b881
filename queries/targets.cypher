// title: "Targets of governments: the share or amount of each, what it is of, and until when"
// units: {share: "0 to 1"}
MATCH (target:Target)
RETURN target.key AS target, target.country AS country, target.name AS name,
       target.measure AS measure, target.share AS share, target.until AS until,
       target.elements AS elements, target.excluded AS excluded, target.share_of AS share_of, target.grade AS grade,
       target.amount AS amount, target.unit AS unit, target.act AS act,
       target.announced AS announced, target.state AS state,
       target.evidence AS evidence, target.note AS note, target.source AS source
ORDER BY country, target
