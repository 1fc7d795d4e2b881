// title: Places, stages, elements, products, sources and reporting gaps, with all that names stand for
MATCH (n:Country|Area|Stage|Element|Product|Source|ReportingGap)
RETURN n.iso3 AS iso3, n.key AS key, n.name AS name, n.short AS short, n.type AS type,
       n.iso2 AS code, n.region AS region, n.aliases AS aliases, n.member_of AS member_of, n.members AS members, n.position AS position,
       n.stage AS stage, n.in_practice AS in_practice, n.remark AS remark, n.remark_on AS remark_on, n.note AS note,
       n.title AS title, n.publisher AS publisher, n.published AS published, n.version AS version,
       n.url AS url, n.licence AS licence, n.attribution AS attribution,
       n.edition_of AS edition_of, n.provisional AS provisional, n.own AS own, n.counts AS counts,
       n.country AS country, n.since AS since, n.until AS until, n.unpublished AS unpublished,
       n.source AS source
ORDER BY iso3, key, type, stage, title
