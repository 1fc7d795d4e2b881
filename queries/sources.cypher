// title: "Where the facts come from: every source and its licence"
MATCH (s:Source)
RETURN s.key AS key, s.title AS title, s.publisher AS publisher,
       s.published AS published, s.version AS version, s.url AS url,
       s.medium AS medium, s.licence AS licence, s.attribution AS attribution, s.own AS own
ORDER BY key
