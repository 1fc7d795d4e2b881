"""The command line: questions in, tables out; data on stdout, everything else on stderr."""
