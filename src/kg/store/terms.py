"""Terms of rdflib (the project's own) ↔ terms of the engine, without loss.

What the engine itself changes when it *stores* a literal is beyond this module: `1.50` becomes
`1.5`, `xsd:int` becomes `xsd:integer`, `@en-US` becomes `@en-us`.
"""

from collections.abc import Mapping

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Identifier, Node

_STRING = str(XSD.string)

EngineTerm = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""A term of the engine; quoted triples exist there and not in rdflib."""


def to_engine(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Convert an rdflib term.

    Raises `ValueError` for an IRI, language tag or blank node name that RDF does not allow, and
    `TypeError` for what is no RDF term (a variable, say).
    """
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        datatype = None if term.datatype is None else ox.NamedNode(str(term.datatype))
        return ox.Literal(str(term), datatype=datatype)
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    msg = f"not an RDF term: {term!r}"
    raise TypeError(msg)


def from_engine(term: EngineTerm) -> Identifier:
    """Convert a term of the engine; `xsd:string` becomes a plain literal.

    Raises `TypeError` for a quoted triple or a literal with a base direction: rdflib has neither.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal) and term.direction is None:
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = None if term.datatype.value == _STRING else URIRef(term.datatype.value)
        # rdflib would otherwise rewrite "01"^^xsd:integer as "1"
        return Literal(term.value, datatype=datatype, normalize=False)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    msg = f"rdflib has no term for {term}"
    raise TypeError(msg)


def substitutions(bindings: Mapping[str, Identifier]) -> dict[ox.Variable, EngineTerm]:
    """Variable bindings in the form that the engine takes."""
    return {ox.Variable(name): to_engine(term) for name, term in bindings.items()}


def to_json(term: Identifier) -> dict[str, str]:
    """Spell a term as SPARQL's JSON results do; raises `TypeError` for what is no RDF term."""
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    if not isinstance(term, Literal):
        msg = f"not an RDF term: {term!r}"
        raise TypeError(msg)
    literal = {"type": "literal", "value": str(term)}
    if term.language:
        return literal | {"xml:lang": term.language}
    return literal | ({} if term.datatype is None else {"datatype": str(term.datatype)})
