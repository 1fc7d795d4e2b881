// What metal magnets are made of, three steps back
MATCH path = (:Product)-[:MADE_INTO*1..3]->(:Product {key: 'magnets-metal'})
RETURN path
