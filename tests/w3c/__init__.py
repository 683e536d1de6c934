"""The W3C test suite of SPARQL 1.1, run against the engine and against the service over HTTP."""
