// title: "End uses of some elements: the share of each, the sector it is in and its value added"
// params:
//   elements: {type: elements, doc: "elements, minerals or groups themselves, with commas", default: "Ga,In,Dy"}
// units:
//   share: "0 to 1, of the end uses of the element, as printed"
//   value_added: "EUR, of the whole sector"

// Shares of one element need not add to 1; without a share, the source names the use alone.
MATCH (material:Element)-[use:USED_FOR]->(purpose:Application)
WHERE material.key IN $elements
OPTIONAL MATCH (division:Sector)
WHERE division.key = use.sector
RETURN material.key AS element, use.label AS label, use.share AS share,
       purpose.key AS application, purpose.name AS application_name, use.sector AS sector,
       division.name AS sector_name, division.value_added AS value_added,
       division.value_added_of AS value_added_of, division.value_added_period AS value_added_period,
       use.region AS region, use.period AS period, use.qualifier AS qualifier, use.published_value AS published_value,
       use.note AS note, use.source AS source
ORDER BY element, period, label, application, sector, source
