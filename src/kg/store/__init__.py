"""SPARQL stores: the only package that knows the engine.

Nothing is loaded here: a reader process imports this package too, and must not pay for rdflib,
which only `kg.store.embedded` and its conversion of terms need.
"""
