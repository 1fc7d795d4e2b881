// title: Indicators that countries are rated by, and the scale of each
MATCH (i:Indicator)
RETURN i.key AS key, i.name AS name, i.unit AS unit, i.low AS low, i.high AS high,
       i.source AS source
ORDER BY key
