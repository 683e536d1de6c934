"""What the servers are asked: queries on our graph, and addresses of the service."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from kg.namespaces import NAMES
from kg.pipeline.project import find_project

_PREFIXES = "".join(
    f"PREFIX {prefix}: <{NAMES.prefixes[prefix]}>\n"
    for prefix in ("jpstrat", "org", "rdfs", "skos", "vstatus", "xsd")
)
_MEXT = f"<{NAMES.id('org', 'mext')}>"

POINT = "point"
"""Kind of the look-ups of one thing, which have a goal of their own."""

_OWN: tuple[tuple[str, str, str], ...] = (
    ("label of a thing", POINT, f"SELECT ?name {{ {_MEXT} skos:prefLabel ?name }}"),
    (
        "measure by code",
        POINT,
        'SELECT ?measure ?name { ?measure jpstrat:code "II-1-20-063" ; skos:prefLabel ?name }',
    ),
    ("ask", POINT, f"ASK {{ {_MEXT} a org:Organization }}"),
    ("everything on a thing", POINT, f"SELECT ?p ?o {{ {_MEXT} ?p ?o }}"),
    ("describe", POINT, f"CONSTRUCT {{ {_MEXT} ?p ?o }} WHERE {{ {_MEXT} ?p ?o }}"),
    (
        "join of an organisation",
        "join",
        (
            f"SELECT ?code ?name {{ ?m jpstrat:responsibleOrganization {_MEXT} ; "
            'jpstrat:code ?code ; skos:prefLabel ?name FILTER(LANG(?name) = "ja") } ORDER BY ?code'
        ),
    ),
    (
        "star join",
        "join",
        (
            "SELECT ?code ?year ?status { ?m a jpstrat:Measure ; jpstrat:code ?code ; "
            "jpstrat:status ?status ; jpstrat:deadline/jpstrat:year ?year } LIMIT 200"
        ),
    ),
    (
        "optional",
        "join",
        (
            "SELECT ?code ?deadline { ?m jpstrat:status vstatus:new ; jpstrat:code ?code "
            "OPTIONAL { ?m jpstrat:deadline ?deadline } } ORDER BY ?code ?deadline"
        ),
    ),
    ("count", "aggregate", "SELECT (COUNT(*) AS ?n) { ?m a jpstrat:Measure }"),
    (
        "count by organisation",
        "aggregate",
        (
            "SELECT ?o (COUNT(DISTINCT ?m) AS ?n) { ?m a jpstrat:Measure ; "
            "jpstrat:responsibleOrganization ?o } GROUP BY ?o ORDER BY DESC(?n) ?o"
        ),
    ),
    (
        "count by class",
        "aggregate",
        "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n) ?c",
    ),
    (
        "filter of numbers",
        "filter",
        (
            "SELECT ?code { ?m jpstrat:code ?code ; jpstrat:deadline/jpstrat:year ?year "
            'FILTER(xsd:integer(STR(?year)) > 2021 && STRSTARTS(?code, "II-1")) } ORDER BY ?code'
        ),
    ),
    (
        "without a deadline",
        "filter",
        (
            "SELECT ?code { ?m a jpstrat:Measure ; jpstrat:code ?code "
            "FILTER NOT EXISTS { ?m jpstrat:deadline ?d } } ORDER BY ?code"
        ),
    ),
    (
        "regex",
        "regex",
        'SELECT ?s ?name { ?s skos:prefLabel ?name FILTER(REGEX(?name, "人工知能|量子")) }',
    ),
    ("path", "path", f"SELECT ?o {{ ?o org:subOrganizationOf* {_MEXT} }}"),
    (
        "path of classes",
        "path",
        (
            "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?c rdfs:subClassOf* org:Organization . "
            "?s a ?c } GROUP BY ?c ORDER BY ?c"
        ),
    ),
    (
        "construct",
        "construct",
        (
            "CONSTRUCT { ?m skos:prefLabel ?name } WHERE { ?m a jpstrat:Measure ; "
            "jpstrat:status vstatus:new ; skos:prefLabel ?name }"
        ),
    ),
    (
        "sort and limit",
        "sort",
        "SELECT ?s ?name { ?s skos:prefLabel ?name } ORDER BY ?name LIMIT 20",
    ),
)
_CANNED = (
    *("big-goals", "strategies", "hub-hosts", "status-counts-by-section", "observed-values"),
    *("co-responsibility-pairs", "networks", "measures-by-target", "bodies", "concept-schemes"),
    *("deadlines-by-year", "milestones", "kinds-of-talent", "hubs-and-hosts", "quantum-areas"),
)
_LOOKUPS = (
    ("organisation-profile", "organisation", "id/org/mext"),
    ("measures-by-organisation", "organisation", "id/org/mic"),
    ("units-of-an-organisation", "parent", "id/org/mext"),
    ("members-of-a-body", "body", "id/org/mext"),
    ("members-of-a-body", "role", "vocab/role/chair"),
)
"""Queries of the catalogue with a value for one of their parameters."""


@dataclass(frozen=True)
class Case:
    """One query: how a peer is asked it, and the path at which we answer it."""

    name: str
    kind: str
    text: str
    path: str
    graph: bool = False

    @property
    def accept(self) -> str:
        """Media type that is asked for, the same of all servers."""
        return "application/n-triples" if self.graph else "application/sparql-results+json"

    @property
    def query(self) -> str:
        """The query as the parameter of a URL."""
        return urlencode({"query": self.text})

    def count(self, body: bytes) -> int:
        """Rows or triples of an answer; 0 or 1 for an ASK."""
        if self.graph:
            return len(set(body.splitlines()))
        found = json.loads(body)
        return int(found["boolean"]) if "boolean" in found else len(found["results"]["bindings"])


def free() -> tuple[Case, ...]:
    """Queries as a visitor may write them."""
    return tuple(_visitor(name, kind, _PREFIXES + text) for name, kind, text in _OWN)


def _visitor(name: str, kind: str, text: str) -> Case:
    path = "/sparql?" + urlencode({"query": text})
    return Case(name, kind, text, path, graph="CONSTRUCT" in text)


def trusted() -> tuple[Case, ...]:
    """Queries of the catalogue at their own addresses, some with a value."""
    folder = find_project().queries
    canned = (
        Case(name, "catalogue", (folder / f"{name}.rq").read_text("utf-8"), f"/queries/{name}")
        for name in _CANNED
    )
    lookups = (
        Case(
            f"{name}, {parameter}",
            POINT,
            # what a client of a server without a catalogue can do
            f"{(folder / f'{name}.rq').read_text('utf-8')}\n"
            f"VALUES ?{parameter} {{ <{NAMES.base}{value}> }}",
            f"/queries/{name}?{parameter}={NAMES.base}{value}",
        )
        for name, parameter, value in _LOOKUPS
    )
    return (*canned, *lookups)
