"""The graph in Neo4j."""
