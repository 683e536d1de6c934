"""kg.validate.rulebook: the ways that are made fast find what pySHACL finds on its own."""

from functools import cache
from random import Random
from time import perf_counter

import pytest
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF, SH

from kg.errors import ShapesInvalid
from kg.graph import read_dataset
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.project import Project
from kg.store.embedded import EmbeddedStore
from kg.validate import Finding, Profile, Report, Rulebook, validate
from kg.validate.constraints import read_constraints
from kg.validate.engine import Engine
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

MANY = 10_000
SECONDS = 30
"""Far more than is needed, and far less than the square of their number takes."""


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


SHARING = {
    "ConceptNotationUnique": 'a skos:Concept ; skos:inScheme <vocab/x> ; skos:notation "1"',
    "CuratedLinkUnique": """a jpstrat:CuratedLink ; jpstrat:linkSource <id/a> ;
        jpstrat:linkProperty jpstrat:theme ; jpstrat:linkTarget <id/b>""",
    "MeasureCodeUnique": 'a jpstrat:Measure ; jpstrat:code "A" ; jpstrat:edition <id/edition/x>',
    "OrganizationAbbreviationUnique": """a org:Organization ; jpstrat:abbreviation "A" ;
        jpstrat:evidence <id/span>""",
    "OrganizationIdentifierUnique": 'a org:Organization ; org:identifier "1"',
    "PolicyElementTitleUnique": """a jpstrat:PolicyElement ; skos:prefLabel "A" ;
        jpstrat:edition <id/edition/x>""",
}
"""What things have in common that nothing but one may have, by the rule that says so."""
SEATS = {
    "MembershipOnce": """a org:Membership ; org:member <id/a> ; org:organization <id/b> ;
        org:role <vocab/role/member>""",
    "MembershipOneHead": """a org:Membership ; org:organization <id/b> ;
        org:role <vocab/role/chair>""",
}
"""The same of seats of bodies, which have no more members than fit a room."""
A_DOCUMENT = "<id/span> jpstrat:sourceDocument <id/source/x> .\n"


def told_by(rule: str, data: Graph) -> list[Finding]:
    (constraint,) = (c for c in rulebook(Profile.ENTRY).constraints if c.shape.endswith(f"#{rule}"))
    return list(constraint.findings(store_of(data), NAMES))


@pytest.mark.parametrize("rule", SHARING)
def test_things_that_share_a_value_are_each_told_once(rule: str) -> None:
    """Each pair told would be the square of their number."""
    things = "\n".join(f"<id/m/{n}> {SHARING[rule]} ." for n in range(9))
    found = told_by(rule, graph(f"{A_DOCUMENT}{things}"))
    assert {f.focus for f in found} == {NAMES.id("m", str(n)) for n in range(9)}
    assert len(found) == 9
    if rule != "PolicyElementTitleUnique":
        shown = {NAMES.id("m", str(n)): NAMES.id("m", "0" if n else "8") for n in range(9)}
        assert {f.focus: f.value for f in found} == shown


@pytest.mark.parametrize("rule", SHARING)
def test_many_things_that_share_a_value_are_told_in_seconds(rule: str) -> None:
    """Their pairs would take minutes."""
    things = "\n".join(f"<id/m/{n}> {SHARING[rule]} ." for n in range(MANY))
    whole = graph(f"{A_DOCUMENT}{things}")
    start = perf_counter()
    assert len(told_by(rule, whole)) == MANY
    assert perf_counter() - start < SECONDS


@pytest.mark.parametrize("rule", SEATS)
def test_seats_that_are_alike_are_each_told_once(rule: str) -> None:
    found = told_by(rule, graph("\n".join(f"<id/m/{n}> {SEATS[rule]} ." for n in range(9))))
    shown = {NAMES.id("m", str(n)): NAMES.id("m", "0" if n else "1") for n in range(9)}
    assert len(found) == 9
    assert {f.focus: f.value for f in found} == shown


@pytest.mark.parametrize("rule", SEATS)
def test_seats_of_one_time_are_those_of_one_section_or_of_none(rule: str) -> None:
    def found(*sections: str) -> set[str]:
        """Which of the seats, each with its sections, are told."""
        seats = [
            f"<id/m/{n}> {SEATS[rule]} {'; jpstrat:inSection ' + some if some else ''} ."
            for n, some in enumerate(sections)
        ]
        return {str(f.focus).rpartition("/")[2] for f in told_by(rule, graph("\n".join(seats)))}

    assert found("<id/s/1>", "<id/s/2>") == set()
    assert found("<id/s/1>", "<id/s/1>", "<id/s/2>") == {"0", "1"}
    assert found("<id/s/1>", "") == {"0", "1"}
    assert found("<id/s/1>", "<id/s/2>", "") == {"0", "1", "2"}
    assert found("<id/s/1>, <id/s/2>", "<id/s/2>, <id/s/3>", "<id/s/4>") == {"0", "1"}
    assert found("<id/s/1>, <id/s/2>") == set()
    assert found("") == set()


def test_chairs_in_several_sections_of_a_document_are_each_told_once() -> None:
    seats = "".join(
        f"<id/m/{n}> {SEATS['MembershipOneHead']} ; org:member <id/p/{n}> ;"
        f" jpstrat:inSection <id/s/{n}> . <id/s/{n}> jpstrat:sourceDocument <id/source/x> .\n"
        for n in range(9)
    )
    # one person who is printed as chair in two sections
    seats += """<id/m/again> a org:Membership ; org:organization <id/b> ;
        org:role <vocab/role/president> ; org:member <id/p/1> ; jpstrat:inSection <id/s/1> .
<id/m/once-more> a org:Membership ; org:organization <id/b> ;
        org:role <vocab/role/president> ; org:member <id/p/1> ; jpstrat:inSection <id/s/2> ."""
    found = told_by("MembershipHeadDocument", graph(seats))
    shown = {NAMES.id("m", str(n)): NAMES.id("m", "0" if n else "1") for n in range(9)}
    assert len(found) == 9
    assert {f.focus: f.value for f in found} == shown


def test_a_thing_that_shares_two_values_is_told_once() -> None:
    shared = {"A": "id/a", "B": "id/b"}
    data = "".join(
        f'<id/m> jpstrat:abbreviation "{short}" . <{other}> a org:Organization ;'
        f' jpstrat:abbreviation "{short}" ; jpstrat:evidence <id/span> .\n'
        for short, other in shared.items()
    )
    whole = graph(f"{A_DOCUMENT}<id/m> a org:Organization ; jpstrat:evidence <id/span> .\n{data}")
    found = told_by("OrganizationAbbreviationUnique", whole)
    assert sorted(str(f.focus).removeprefix(NAMES.id("")) for f in found) == ["a", "b", "m"]


CIRCLES = {
    "ConceptAcyclic": ("a skos:Concept ; skos:broader", "skos:broader"),
    "DocumentSectionAcyclic": (
        "a jpstrat:DocumentSection ; jpstrat:inSection",
        "jpstrat:inSection",
    ),
    "OrganizationAcyclic": ("a org:Organization ; org:unitOf", "org:unitOf"),
    "PartAcyclic": ("a jpstrat:SubMeasure ; jpstrat:partOf", "jpstrat:partOf"),
}
"""What a link of a chain says, and its property, by the rule that a chain leads nowhere back."""


@pytest.mark.parametrize("rule", CIRCLES)
def test_a_long_chain_and_a_large_circle_are_told_in_seconds(rule: str) -> None:
    link, property_ = CIRCLES[rule]
    chain = "".join(f"<id/{n}> {link} <id/{n + 1}> .\n" for n in range(MANY))
    end = f"<id/{MANY}> {link} <id/end> .\n"
    start = perf_counter()
    assert told_by(rule, graph(chain + end)) == []
    found = told_by(rule, graph(f"{chain}{end}<id/{MANY}> {property_} <id/0> ."))
    assert {f.focus for f in found} == {NAMES.id(str(n)) for n in range(MANY + 1)}
    # of the two links of the last one, the one that leads back
    assert len(found) == MANY + 1
    assert {f.predicate for f in found} == {
        URIRef(NAMES.prefixes[property_.split(":")[0]] + property_.split(":")[1])
    }
    assert perf_counter() - start < SECONDS


def test_links_on_circles_are_those_that_lead_back() -> None:
    """Held to the path itself, in small graphs of every density."""
    random = Random(4)  # noqa: S311 - the same graphs in each run
    (constraint,) = (
        c for c in rulebook(Profile.ENTRY).constraints if c.shape.endswith("#PartAcyclic")
    )
    found = 0
    for count in range(1, 30):
        data = graph(
            "".join(
                f"<id/{random.randrange(9)}> jpstrat:partOf <id/{random.randrange(9)}> .\n"
                for _ in range(count)
            )
        )
        path = JPSTRAT.partOf * "*"
        back = {(s, o) for s, o in data.subject_objects(JPSTRAT.partOf) if (o, path, s) in data}
        mine = {(f.focus, f.value) for f in constraint.findings(store_of(data), NAMES)}
        assert mine == back
        found += len(back)
    assert found >= 100


REPEATING = (
    "( [ sh:zeroOrMorePath [ sh:inversePath jpstrat:partOf ] ] jpstrat:code )",
    "( [ sh:oneOrMorePath jpstrat:partOf ] jpstrat:code )",
    "[ sh:oneOrMorePath jpstrat:partOf ]",
    "[ sh:zeroOrMorePath jpstrat:partOf ]",
    """[ sh:alternativePath (
        ( [ sh:zeroOrMorePath jpstrat:theme ] jpstrat:code ) jpstrat:theme ) ]""",
    "( jpstrat:theme [ sh:zeroOrMorePath jpstrat:partOf ] )",
    """( [ sh:zeroOrMorePath [ sh:alternativePath ( jpstrat:partOf jpstrat:theme ) ] ]
        jpstrat:code )""",
)


@pytest.mark.parametrize("path", REPEATING)
def test_whether_a_repeated_path_leads_anywhere_is_judged_as_by_pyshacl(path: str) -> None:
    """A count that nothing exceeds leaves the second shape to pySHACL."""
    random = Random(7)  # noqa: S311 - the same graphs in each run
    node = "<id/{}>".format
    properties = ("jpstrat:partOf", "jpstrat:theme")
    said = "sh:minCount 1 ; sh:message 'a'@en , 'あ'@ja"
    target = "sh:targetSubjectsOf jpstrat:theme , jpstrat:partOf ; sh:targetClass jpstrat:Measure"
    shapes = [
        graph(f"<shapes#S> a sh:PropertyShape ; {target} ; sh:path {path} ; {said} {more} .")
        for more in ("", "; sh:maxCount 1000")
    ]
    findings = 0
    for count in range(2, 24):
        data = graph(
            "".join(
                f"{node(random.randrange(9))} {random.choice(properties)}"
                f" {node(random.randrange(9))} .\n"
                for _ in range(count)
            )
            + f"{node(random.randrange(12))} jpstrat:code 1 . <id/0> a jpstrat:Measure ."
        )
        mine, theirs = (Engine(each, NAMES).validate(data) for each in shapes)
        assert mine == theirs
        focus = [NAMES.id(str(n)) for n in range(4)]
        assert Engine(shapes[0], NAMES).validate(data, focus).findings == tuple(
            f for f in theirs.findings if f.focus in focus
        )
        findings += len(mine.findings)
    assert findings >= 20 or path == REPEATING[3]


def test_a_chain_of_parts_is_judged_in_seconds(known: Graph) -> None:
    """All core shapes; the chain is longer than Python's limit of calls within calls."""
    links = 2000
    data = known + graph(
        "".join(
            f"<id/m/{n}> a jpstrat:Measure ; jpstrat:partOf <id/m/{n + 1}> .\n"
            for n in range(links)
        )
        + f"<id/m/{links // 2}> jpstrat:responsibleOrganization <id/org/example-ministry> ."
    )
    book = rulebook(Profile.ENTRY)
    start = perf_counter()
    found = book.judge_core(data, [NAMES.id("m", str(n)) for n in range(links)])
    who = {f.focus for f in found.findings if str(f.shape).endswith("#Responsible")}
    assert who == {NAMES.id("m", str(n)) for n in range(links // 2)}
    assert perf_counter() - start < SECONDS
