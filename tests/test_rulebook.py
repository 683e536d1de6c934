"""kg.validate.rulebook: the ways that are made fast find what pySHACL finds on its own."""

from functools import cache

import pytest
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF, SH

from kg.errors import ShapesInvalid
from kg.graph import read_dataset
from kg.namespaces import NAMES
from kg.pipeline.project import Project
from kg.store.embedded import EmbeddedStore
from kg.validate import Profile, Report, Rulebook, validate
from kg.validate.constraints import read_constraints
from test_shapes import EXAMPLES, VALID, all_shapes, read_graph

HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
HEAD += f"@base <{NAMES.base}> .\n"
SPARQL = """
<graph/shapes> sh:declare [ sh:prefix "jpstrat" ; sh:namespace "https://w3id.org/jpstrat/def#" ] .
<shapes#Twice> a sh:NodeShape ; sh:targetClass jpstrat:Action ; sh:severity sh:Warning ;
  sh:sparql <shapes#TwiceQuery> .
<shapes#TwiceQuery> a sh:SPARQLConstraint ; sh:prefixes <graph/shapes> ;
  sh:message "番号{?value}は二つあります。"@ja , "There are two of {?value}."@en ;
  sh:select '''SELECT $this ?value ?path WHERE {
    $this jpstrat:code ?value . ?other jpstrat:code ?value .
    BIND(jpstrat:code AS ?path) FILTER(?other != $this) }''' .
"""
DATA = """
jpstrat:Measure rdfs:subClassOf jpstrat:Action .
<id/m/1> a jpstrat:Measure ; jpstrat:code "A" .
<id/m/2> a jpstrat:Action ; jpstrat:code "A" , "B" .
<id/m/3> jpstrat:code "B" .
"""


def graph(turtle: str) -> Graph:
    return Graph().parse(data=HEAD + turtle, format="turtle")


def store_of(data: Graph) -> EmbeddedStore:
    dataset, store = Dataset(), EmbeddedStore()
    whole = dataset.graph(NAMES.graph("test"))
    whole.addN((s, p, o, whole) for s, p, o in data)
    store.load(dataset)
    return store


def told(report: Report) -> set[tuple[object, ...]]:
    return {
        (f.focus, f.predicate, f.value, f.severity, f.shape, f.component) for f in report.findings
    }


@cache
def rulebook(profile: Profile) -> Rulebook:
    return Rulebook(all_shapes(), NAMES, profile)


@pytest.fixture(scope="module")
def known(project: Project) -> Graph:
    asserted = read_dataset(project.ontology, project.data, None, None, NAMES)
    surroundings = read_graph(EXAMPLES / "context.ttl")
    for name in ("def", "vocab"):
        surroundings += asserted.graph(NAMES.graph(name))
    return surroundings


def test_a_constraint_is_asked_once_for_all_focus_nodes() -> None:
    data, shapes = graph(DATA), graph(SPARQL)
    (constraint,) = read_constraints(shapes)
    found = list(constraint.findings(store_of(data), NAMES))
    assert {str(f.focus).removeprefix(NAMES.base) for f in found} == {"id/m/1", "id/m/2"}
    assert {f.message["ja"] for f in found} == {"番号Aは二つあります。", "番号Bは二つあります。"}
    book = Rulebook(shapes, NAMES, Profile.ENTRY)
    assert told(book.judge(data, store_of(data))) == told(validate(data, shapes, NAMES))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sh:targetClass jpstrat:Action ;", ""),
        ("SELECT $this ?value ?path WHERE {", "ASK {"),
        ("FILTER(", "MINUS { ?other a ?x } FILTER("),
        ("FILTER(", "GRAPH ?g { ?other a ?x } FILTER("),
    ],
    ids=["no target", "no select", "minus", "graph"],
)
def test_a_constraint_that_cannot_be_joined_is_refused(old: str, new: str) -> None:
    assert old in SPARQL
    with pytest.raises(ShapesInvalid) as raised:
        read_constraints(graph(SPARQL.replace(old, new)))
    assert "shapes#Twice" in raised.value.message("ja")


def test_the_shapes_of_another_profile_judge_nothing() -> None:
    shapes = graph(SPARQL + "<shapes#Twice> dcterms:isPartOf <shapes#ImportProfile> .")
    data = graph(DATA)
    assert Rulebook(shapes, NAMES, Profile.ENTRY).judge(data, store_of(data)).findings == ()
    assert Rulebook(shapes, NAMES, Profile.IMPORT).judge(data, store_of(data)).findings


def test_a_change_is_judged_at_every_node_that_it_touches(known: Graph) -> None:
    """Each twentieth statement of the valid examples, taken away."""
    whole = Graph() + known
    for path in VALID:
        whole += read_graph(path)
    book = rulebook(Profile.ENTRY)
    before = told(book.judge_core(whole))
    statements = sorted(t for path in VALID for t in read_graph(path) if isinstance(t[0], URIRef))
    chosen = [t for t in statements[::20] if t in whole]
    assert len(chosen) >= 20
    consequences = 0
    for statement in chosen:
        touched = book.touched(whole, [statement])
        whole.remove(statement)
        touched |= book.touched(whole, [statement])
        everywhere = told(book.judge_core(whole)) - before
        assert everywhere <= told(book.judge_core(whole, touched)), statement
        consequences += len(everywhere)
        whole.add(statement)
    assert consequences >= 8


@pytest.mark.parametrize(
    ("path", "statement", "reached"),
    [
        ("jpstrat:code", '<id/a> jpstrat:code "x"', {"id/a"}),
        ("[ sh:inversePath jpstrat:partOf ]", "<id/part> jpstrat:partOf <id/a>", {"id/a"}),
        ("( jpstrat:status skos:inScheme )", "<id/new> skos:inScheme <id/s>", {"id/a", "id/b"}),
        (
            "( [ sh:zeroOrMorePath [ sh:inversePath jpstrat:partOf ] ] jpstrat:code )",
            '<id/part> jpstrat:code "x"',
            {"id/part", "id/a", "id/top"},
        ),
        (
            "[ sh:inversePath ( jpstrat:partOf jpstrat:theme ) ]",
            "<id/part> jpstrat:partOf <id/a>",
            {"id/theme"},
        ),
        ("[ sh:oneOrMorePath jpstrat:partOf ]", "<id/a> jpstrat:partOf <id/top>", {"id/part"}),
        (
            "[ sh:alternativePath ( jpstrat:code ( jpstrat:status skos:notation ) ) ]",
            '<id/new> skos:notation "x"',
            {"id/a", "id/b"},
        ),
        (
            "( jpstrat:status [ sh:zeroOrMorePath jpstrat:partOf ] skos:notation )",
            '<id/new> skos:notation "x"',
            {"id/a", "id/b"},
        ),
        (
            """( [ sh:inversePath [ sh:alternativePath ( jpstrat:partOf jpstrat:theme ) ] ]
                jpstrat:code )""",
            '<id/a> jpstrat:code "x"',
            {"id/top", "id/theme"},
        ),
        (
            """( jpstrat:partOf
                [ sh:inversePath ( [ sh:zeroOrOnePath jpstrat:end ] jpstrat:partOf ) ]
                jpstrat:code )""",
            '<id/a> jpstrat:code "x"',
            {"id/a"},
        ),
    ],
)
def test_a_statement_is_traced_back_along_a_path(
    path: str, statement: str, reached: set[str]
) -> None:
    data = graph(f"""
<id/a> jpstrat:status <id/new> ; jpstrat:partOf <id/top> ; jpstrat:theme <id/theme> .
<id/b> jpstrat:status <id/new> .
<id/part> jpstrat:partOf <id/a> .
{statement} .
""")
    shapes = graph(f"""
<shapes#S> a sh:NodeShape ; sh:targetSubjectsOf jpstrat:code ; sh:property <shapes#P> .
<shapes#P> a sh:PropertyShape ; sh:path {path} ; sh:minCount 9 .
""")
    triple = next(iter(graph(f"{statement} .")))
    touched = Rulebook(shapes, NAMES, Profile.ENTRY).touched(data, [triple])
    found = {str(node).removeprefix(NAMES.base) for node in touched}
    assert reached <= found
    assert found - reached <= {str(n).removeprefix(NAMES.base) for n in triple}


def test_the_class_and_the_other_values_of_a_node_matter_too() -> None:
    data = graph("<id/a> jpstrat:partOf <id/m> . <id/m> a jpstrat:Measure ; jpstrat:start 1 .")
    shapes = graph("""
<shapes#S> a sh:NodeShape ; sh:targetSubjectsOf jpstrat:partOf ; sh:property <shapes#P> .
<shapes#P> a sh:PropertyShape ; sh:path jpstrat:partOf ; sh:or ( [ sh:class jpstrat:Measure ]
  [ sh:property [ sh:path jpstrat:end ; sh:lessThan jpstrat:start ] ] ) .
""")
    book = Rulebook(shapes, NAMES, Profile.ENTRY)
    for predicate in (RDF.type, NAMES.def_.start):
        statements = list(data.triples((None, predicate, None)))
        assert NAMES.id("a") in book.touched(data, statements)
    assert SH.sparql not in set(shapes.predicates())


@pytest.mark.parametrize("path", ["jpstrat:partOf", "[ sh:inversePath jpstrat:partOf ]"])
def test_a_long_chain_is_walked_link_by_link(path: str) -> None:
    """The time of all links is that of one walk, and no limit of Python's ends it."""
    links = 8000
    triples = "".join(f"<id/{n}> jpstrat:partOf <id/{n + 1}> .\n" for n in range(links))
    data = graph(f"{triples}<id/{links}> jpstrat:partOf <id/0> ; jpstrat:code 1 .")
    shapes = graph(f"""
<shapes#S> a sh:NodeShape ; sh:targetSubjectsOf jpstrat:partOf ; sh:property <shapes#P> .
<shapes#P> a sh:PropertyShape ; sh:path ( [ sh:zeroOrMorePath {path} ] jpstrat:code ) .
""")
    touched = Rulebook(shapes, NAMES, Profile.ENTRY).touched(data, data)
    assert {NAMES.id(str(n)) for n in range(links + 1)} <= touched


def test_things_that_share_a_code_are_each_told_once() -> None:
    """Each pair told would be the square of their number."""
    edition = "jpstrat:edition <id/edition/ai2019-fu2020>"
    measures = [f'<id/m/{n}> a jpstrat:Measure ; jpstrat:code "A" ; {edition} .' for n in range(9)]
    (constraint,) = (
        c for c in rulebook(Profile.ENTRY).constraints if c.shape.endswith("#MeasureCodeUnique")
    )
    found = list(constraint.findings(store_of(graph("\n".join(measures))), NAMES))
    first, second = (NAMES.id("m", str(n)) for n in range(2))
    assert {f.focus: f.value for f in found} == {
        NAMES.id("m", str(n)): first if n else second for n in range(9)
    }
    assert len(found) == 9
