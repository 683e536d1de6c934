"""The nearest valid value: what somebody probably meant."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import BNode, Node

from kg.lookup import Lookup
from kg.namespaces import Names
from kg.nearest import NearestIri, nearest_name, nearest_term, numbers_differ, numbers_near
from kg.validate.explaining.fitting import Fitting, datatype_of
from kg.validate.explaining.reading import components_of, inner_shapes, parameters
from kg.validate.explaining.requirements import Requirements
from kg.validate.explaining.texts import cleaned, converted, language_for, spellings

_TELLING = re.compile("[A-Za-z]{2}")
"""What an end of an IRI holds that says more than a running number."""
_MISTAKEN_TAGS = {"jp": "ja", "jpn": "ja", "eng": "en", "us": "en", "uk": "en", "gb": "en"}
_PROPERTIES = (RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


class Proposals:
    """Searches for values that a shape allows and that are like one that it refuses."""

    def __init__(
        self, shapes: Graph, data: Graph, lookup: Lookup, names: Names, requirements: Requirements
    ) -> None:
        """Search things by `lookup`, everything else in `data` and in `shapes`."""
        self._shapes, self._data, self._names = shapes, data, names
        self._lookup, self._requirements = lookup, requirements
        self._fitting = Fitting(shapes, data)
        self._nearest: dict[tuple[Node, Node], Node | None] = {}
        self._iris: dict[URIRef | None, NearestIri] = {}

    def nearest(self, value: Node, shape: Node) -> Node | None:
        """The likeliest value in place of `value` that fits the shape; None where nothing does."""
        if (value, shape) not in self._nearest:
            self._nearest[value, shape] = self._search(value, shape)
        return self._nearest[value, shape]

    def _search(self, value: Node, shape: Node) -> Node | None:
        if isinstance(value, BNode):
            return None
        for proposal in (*self._things(value, shape), *self._literals(value, shape)):
            if proposal != value and self._fitting.fits(proposal, shape):
                return proposal
        return None

    def concept(self, concept: Node, schemes: list[Node]) -> Node | None:
        """The concept of one of the schemes that is called like a concept of another."""
        kinds = [scheme for scheme in schemes if isinstance(scheme, URIRef)]
        return next(self._of_kinds(concept, kinds), None)

    def property(self, written: URIRef, allowed: list[URIRef]) -> URIRef | None:
        """The property that a mistyped one may mean: one of those allowed, else any of ours."""
        for choices in (allowed, self.properties):
            near = nearest_term(written, choices, self._names.base)
            if near is not None:
                return URIRef(near)
        return None

    @cached_property
    def properties(self) -> list[URIRef]:
        """Every property that the ontology describes."""
        found = {p for cls in _PROPERTIES for p in self._data.subjects(RDF.type, cls)}
        return sorted(p for p in found if isinstance(p, URIRef))

    def written_instead(self, focus: Node, wanted: URIRef) -> URIRef | None:
        """A property of `focus` that nothing describes and that resembles the one it lacks."""
        known = {*self.properties, RDF.type, wanted}
        written = set(self._data.predicates(focus)) - known
        iris = (p for p in written if isinstance(p, URIRef))
        near = nearest_term(wanted, iris, self._names.base)
        return URIRef(near) if near else None

    def iri(self, iri: URIRef, kind: URIRef | None = None) -> URIRef | None:
        """The IRI of a known thing (of class or scheme `kind`) that `iri` may be a slip of."""
        if kind not in self._iris:
            every = self._data.subjects() if kind is None else self._lookup.things(kind)
            known = {str(thing) for thing in every if isinstance(thing, URIRef)}
            self._iris[kind] = NearestIri(known, self._names.base)
        near = self._iris[kind].of(str(iri))
        if near is None or near == str(iri):
            return None
        far = numbers_differ(str(iri), near) and not numbers_near(str(iri), near)
        return None if far else URIRef(near)

    def described(self, thing: URIRef) -> bool:
        """Whether the data say anything of a thing."""
        return (thing, None, None) in self._data

    def _things(self, value: Node, shape: Node) -> Iterator[Node]:
        """Things of the classes, and members of the lists, that the shape names."""
        yield from self._members(value, shape)
        kinds = self._requirements.kinds(shape)
        yield from self._of_kinds(value, kinds)
        if not kinds and "NodeKind" in components_of(self._shapes, shape):
            iri = value if isinstance(value, URIRef) else self._expanded(str(value))
            yield from (found for found in (iri, self.iri(iri)) if found and self.described(found))

    def _of_kinds(self, value: Node, kinds: list[URIRef]) -> Iterator[Node]:
        for kind in kinds:
            yield from self._called(value, kind)
            if isinstance(value, URIRef):
                near = self.iri(value, kind)
                if near is not None:
                    yield near
        if isinstance(value, Literal):
            for kind in kinds:
                yield from self._similar(value, kind)

    def _called(self, value: Node, kind: URIRef) -> Iterator[Node]:
        for text in self._words(value):
            found = self._lookup.find(text, kind)
            if found.thing is not None:
                yield found.thing.iri

    def _similar(self, value: Node, kind: URIRef) -> Iterator[Node]:
        yield from (candidate.iri for candidate in self._lookup.find(str(value), kind).candidates)

    def _words(self, value: Node) -> list[str]:
        """What to look for: a text; of a thing, its titles and the end of its IRI."""
        if isinstance(value, Literal):
            return [str(value)]
        titles = [
            str(o) for p in (SKOS.prefLabel, RDFS.label) for o in self._data.objects(value, p)
        ]
        local = _local(value)
        return [*sorted(titles), *([local] if _TELLING.search(local) else [])]

    def _members(self, value: Node, shape: Node) -> Iterator[Node]:
        for inner in (shape, *inner_shapes(self._shapes, shape)):
            members = parameters(self._shapes, inner, "In") or parameters(
                self._shapes, inner, "HasValue"
            )
            names = {_local(member): member for member in members}
            texts = spellings(str(value)) if isinstance(value, Literal) else [_local(value)]
            for text in texts:
                if text in names:
                    yield names[text]
            near = nearest_name(_local(value), names)
            if near is not None:
                yield names[near]

    def _expanded(self, text: str) -> URIRef:
        """The IRI that a text would be: `jpstrat:code`, `id/org/mext`, or a whole one."""
        prefix, colon, local = text.partition(":")
        space = self._names.prefixes.get(prefix) if colon else None
        if space is not None:
            return URIRef(space + local)
        return URIRef(text if colon else self._names.base + text.strip("<>"))

    def _literals(self, value: Node, shape: Node) -> Iterator[Node]:
        """The same value in another spelling, language or datatype, or with the other sign."""
        if not isinstance(value, Literal):
            return
        if value.language:
            yield Literal(cleaned(str(value)), lang=value.language)
        elif datatype_of(value) == XSD.string:
            yield from (Literal(s, datatype=value.datatype) for s in spellings(str(value)))
        for datatype in self._datatypes(shape):
            other = converted(value, datatype)
            if other is not None:
                yield other
        text = cleaned(str(value))
        for tag in self._tags(value, shape):
            yield Literal(text, lang=tag)
        # a bound itself would be no guess of what was meant; a sign is a slip
        if isinstance(value.value, int | Decimal) and value.value < 0:
            yield Literal(str(value).strip().removeprefix("-"), datatype=value.datatype)

    def _datatypes(self, shape: Node) -> Iterator[URIRef]:
        for inner in (shape, *inner_shapes(self._shapes, shape)):
            for datatype in parameters(self._shapes, inner, "Datatype"):
                if isinstance(datatype, URIRef):
                    yield datatype

    def _tags(self, value: Literal, shape: Node) -> list[str]:
        """The language that the shape allows and the text is in; none of a text in another one."""
        shapes = (shape, *inner_shapes(self._shapes, shape))
        tags = [str(t) for s in shapes for t in parameters(self._shapes, s, "LanguageIn")]
        written = (value.language or "").partition("-")[0].casefold()
        likely = _MISTAKEN_TAGS.get(written, written) or language_for(str(value))
        return [likely] if likely in tags and value.language not in tags else []


def _local(node: Node) -> str:
    """What stands last in an IRI; a text as it is."""
    text = str(node)
    return text if isinstance(node, Literal) else text[max(text.rfind("#"), text.rfind("/")) + 1 :]
