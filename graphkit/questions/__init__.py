"""Who depends on whom: one question is one query, one table, one measure, one answer."""
