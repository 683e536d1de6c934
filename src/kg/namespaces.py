"""Names of the graph: the base IRI, prefixes, and the IRI of every kind of thing.

The only module that spells IRIs of the project. The base is declared here once; `Names(base)`
gives the same names under another base.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS, XSD

BASE = "https://w3id.org/jpstrat/"

STANDARD_PREFIXES: dict[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "org": str(ORG),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": str(SKOS),
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": str(XSD),
}
"""Prefixes of the vocabularies that the graph reuses."""

SCHEME_PREFIXES: dict[str, str] = {
    "vstatus": "measure-status",
    "vsector": "responsible-sector",
    "vfield": "field",
    "vapproach": "research-approach",
    "varea": "ai-core-area",
    "vquantum": "quantum-area",
    "vpillar": "strategy-pillar",
    "vhub": "hub-field",
    "vphase": "cyber-phase",
    "vunit": "unit",
    "vcomparator": "comparator",
    "vperiod": "per-period",
    "vstage": "budget-stage",
    "vrole": "role",
    "vresolution": "repost-resolution",
    "vbasis": "basis",
    "vresponse": "response",
    "vkind": "strategy-kind",
    "vtechnology": "technology-field",
    "vstaterole": "state-role",
    "vtalent": "talent-kind",
    "vhealth": "health-ai-area",
}
"""One prefix for each concept scheme: a slash in a prefixed name would have to be escaped."""

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def prefixed(iri: str, prefixes: Mapping[str, str]) -> str | None:
    """`prefix:local` where a prefix fits and nothing needs an escape.

    `prefixes` maps namespace IRIs (which end with `#` or `/`) to prefixes.
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = prefixes.get(iri[:cut])
    if prefix is None or not _LOCAL.fullmatch(iri[cut:]):
        return None
    return f"{prefix}:{iri[cut:]}"


@dataclass(frozen=True)
class Names:
    """IRIs under one base; `base` ends with a slash."""

    base: str = BASE

    @cached_property
    def def_(self) -> Namespace:
        """Classes and properties of the ontology."""
        return Namespace(self.base + "def#")

    @cached_property
    def ontology(self) -> URIRef:
        """The ontology document."""
        return URIRef(self.base + "def")

    def graph(self, name: str) -> URIRef:
        """Named graph `name`, for example `slides2021`."""
        return URIRef(f"{self.base}graph/{name}")

    def id(self, *path: str) -> URIRef:
        """Thing of the data: `id("org", "mext")` is `…/id/org/mext`."""
        return URIRef(self.base + "id/" + "/".join(path))

    def concept(self, scheme: str, key: str) -> URIRef:
        """Concept `key` of concept scheme `scheme`."""
        return URIRef(f"{self.base}vocab/{scheme}/{key}")

    def scheme(self, scheme: str) -> URIRef:
        """Concept scheme `scheme`."""
        return URIRef(f"{self.base}vocab/{scheme}")

    def rule(self, name: str) -> URIRef:
        """Rule `name` about the data, a shape or like one."""
        return URIRef(f"{self.base}shapes#{name}")

    def period(self, *, year: int, fiscal: bool) -> URIRef:
        """Year period: `fy2022` (fiscal) or `cy2025` (calendar)."""
        return self.id("period", f"{'fy' if fiscal else 'cy'}{year}")

    def span(self, document: str, start: int, end: int) -> URIRef:
        """Characters start…end of a source document as an RFC 5147 fragment."""
        return URIRef(f"{self.base}id/source/{document}#char={start},{end}")

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Every prefix that files, queries and answers of the project may use."""
        own = {"jpstrat": str(self.def_)}
        own |= {p: f"{self.base}vocab/{s}/" for p, s in SCHEME_PREFIXES.items()}
        return own | STANDARD_PREFIXES

    @cached_property
    def _by_space(self) -> dict[str, str]:
        return {space: prefix for prefix, space in self.prefixes.items()}

    def short(self, iri: str) -> str:
        """IRI for people: `vstatus:new`, else the path under the base (`id/org/npa`), else all.

        Parameters of queries take each of the three.
        """
        return prefixed(iri, self._by_space) or iri.removeprefix(self.base)

    def rebase(self, text: str) -> str:
        """Replace the project's own base by this one in a file's text."""
        return text if self.base == BASE else text.replace(BASE, self.base)


NAMES = Names()
"""Names under the base that the files in the repository are written with."""

JPSTRAT = NAMES.def_
