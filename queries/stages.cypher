// title: Stages of the chain, from the mine to the use
MATCH (s:Stage)
RETURN s.key AS key, s.name AS name, s.position AS stage_order, s.note AS note
ORDER BY stage_order, key
