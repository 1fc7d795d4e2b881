// title: Times in which a country publishes no trade by product, so that its partners' reports are all that is known
MATCH (gap:ReportingGap)
RETURN gap.key AS key, gap.country AS country, gap.since AS since, gap.until AS until,
       gap.unpublished AS unpublished, gap.evidence AS evidence, gap.note AS note,
       gap.source AS source
ORDER BY country, since, key
