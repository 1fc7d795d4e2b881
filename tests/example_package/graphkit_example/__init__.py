"""Tables of a bureau for graphkit, answers as TSV, and the graph as lines of JSON."""
