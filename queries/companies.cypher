// title: Companies, governments and others that own or run mines and plants, with their seats
MATCH (firm:Company)
RETURN firm.key AS company, firm.name AS name, firm.aliases AS aliases, firm.type AS type,
       firm.seat AS seat, firm.state_owned AS state_owned, firm.seat_source AS seat_source,
       firm.seat_url AS seat_url, firm.source AS source
ORDER BY company
