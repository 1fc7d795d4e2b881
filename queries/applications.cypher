// title: Applications of materials, the sector of each and the other names they go by
MATCH (purpose:Application)
RETURN purpose.key AS key, purpose.name AS name, purpose.sector AS sector,
       purpose.aliases AS aliases
ORDER BY key
