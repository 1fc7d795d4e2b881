// title: Who runs each mine and plant
MATCH (runner:Company)-[run:OPERATES]->(plant:Facility)
RETURN plant.key AS plant, plant.name AS plant_name, plant.country AS country,
       runner.key AS operator, runner.name AS name, run.as_of AS as_of, run.source AS source
ORDER BY plant, operator, source
