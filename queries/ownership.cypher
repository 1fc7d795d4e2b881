// title: Who owns mines, plants and companies, with the share that a source gives
// units: {share: "0 to 1; empty: not published"}
MATCH (holder:Company)-[stake:OWNS]->(what)
RETURN what.key AS owned, what.graphkit AS kind, what.name AS owned_name,
       holder.key AS owner, holder.name AS name, stake.share AS share, stake.as_of AS as_of,
       stake.set_as_of AS set_as_of, stake.ended AS ended, stake.planned AS planned,
       stake.published_value AS published_value, stake.note AS note, stake.source AS source
ORDER BY owned, share DESC, owner, source
