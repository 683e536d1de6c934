"""Names of other vocabularies, and names in SPARQL files: only those that exist may be used."""

import shutil
from pathlib import Path

import pytest
from rdflib import Dataset, URIRef
from rdflib.namespace import ORG, RDF, SKOS

from kg.errors import QueryHeaderError, UndefinedTerm
from kg.graph import read_dataset, source_files, undefined_terms
from kg.graph.vocabularies import CLOSED, Vocabulary
from kg.namespaces import NAMES, STANDARD_PREFIXES, Names
from kg.pipeline.building import read_asserted
from kg.pipeline.project import Project
from kg.pipeline.terms import undefined_in_queries
from test_graph import FILES, HEAD, HEAD_LINES, write

ROOT = Path(__file__).parents[1]
XSD_PREFIX = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
QUERY = """#+ title: comment jpstrat:nothing
PREFIX jpstrat: <https://w3id.org/jpstrat/def#>
PREFIX org: <http://www.w3.org/ns/org#>
SELECT ?m WHERE {
  ?m a jpstrat:Measure ; jpstrat:unit <https://w3id.org/jpstrat/vocab/unit/person> . # org:nothing
  GRAPH <https://w3id.org/jpstrat/graph/org> { ?o a org:Organization }
  FILTER(?m != "jpstrat:nothing" && ?o != <http://example.org/nothing>)
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path, name, HEAD + text)
    return tmp_path


def asserted(project: Path, names: Names = NAMES) -> Dataset:
    return read_dataset(project / "ontology", project / "data", project / "shapes", None, names)


def shown(errors: list[UndefinedTerm], project: Path) -> list[tuple[object, ...]]:
    return [
        (
            Path(str(e.facts["file"])).relative_to(project).as_posix(),
            *(e.facts[name] for name in ("line", "term", "nearest")),
        )
        for e in errors
    ]


def undefined(project: Path) -> list[tuple[object, ...]]:
    files = source_files(project / "ontology", project / "data", project / "shapes", None)
    return shown(undefined_terms(asserted(project), files, NAMES), project)


def undefined_in(project: Path, query: str, names: Names = NAMES) -> list[tuple[object, ...]]:
    path = write(project, "queries/q.rq", query)
    return shown(list(undefined_in_queries([path], asserted(project, names), names)), project)


# --- Turtle --------------------------------------------------------------------------------------


def test_every_standard_prefix_has_its_closed_list() -> None:
    assert {str(URIRef(vocabulary)) for vocabulary in CLOSED} == set(STANDARD_PREFIXES.values())
    assert all(len(dir(vocabulary)) >= 6 for vocabulary in CLOSED)


@pytest.mark.parametrize(
    ("statement", "term", "nearest"),
    [
        ("org:unitof <id/org/meti>", "org:unitof", "org:unitOf"),
        ("a skos:Concpt", "skos:Concpt", "skos:Concept"),
        ("skos:foo 1", "skos:foo", None),
        ('skos:notation "1"^^xsd:integr', "xsd:integr", "xsd:integer"),
        ('skos:notation "1"^^xsd:dat', "xsd:dat", "xsd:date"),
        ("<http://www.w3.org/ns/org/unitOf> 1", "<http://www.w3.org/ns/org/unitOf>", "org:unitOf"),
        ("a <http://example.org/Thing>", "<http://example.org/Thing>", None),
        ('skos:note "1"^^<http://example.org/t>', "<http://example.org/t>", None),
    ],
)
def test_a_name_that_no_vocabulary_has(
    project: Path, statement: str, term: str, nearest: str | None
) -> None:
    name = "data/ttl/org/organization.ttl"
    text = f"{HEAD}{XSD_PREFIX}# {term}\n{FILES[name]}<id/org/mext>\n    {statement} .\n"
    write(project, name, text)
    line = HEAD_LINES + 2 + FILES[name].count("\n") + 2
    assert undefined(project) == [(name, line, term, nearest)]


@pytest.mark.parametrize(
    ("name", "old", "new", "nearest"),
    [
        ("shapes/measure.ttl", "sh:path", "sh:paht", "sh:path"),
        ("shapes/measure.ttl", "sh:in", "sh:inn", "sh:in"),
        ("shapes/measure.ttl", "jpstrat:Measure", "org:Rol", "org:Role"),
        ("ontology/vocab/unit.ttl", "skos:ConceptScheme", "skos:Zzz", None),
        ("ontology/jpstrat.ttl", "owl:Class", "owl:Klass", "owl:Class"),
    ],
)
def test_shapes_and_ontology_are_checked_in_every_place(
    project: Path, name: str, old: str, new: str, nearest: str | None
) -> None:
    assert old in FILES[name]
    write(project, name, HEAD + FILES[name].replace(old, new, 1))
    (found,) = undefined(project)
    assert (found[0], *found[2:]) == (name, new, nearest)


@pytest.mark.parametrize(
    "statement",
    [
        "org:unitOf <id/org/meti>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#_12> 1",
        "skos:note <http://example.org/page> , <http://www.w3.org/ns/org#>",
        'skos:notation "1"^^xsd:integer',
        "<http://example.org/declared> 1",
    ],
)
def test_names_that_exist_or_are_declared_pass(project: Path, statement: str) -> None:
    stub = "<http://example.org/declared> a owl:DatatypeProperty .\n"
    write(project, "ontology/stubs.ttl", HEAD + FILES["ontology/stubs.ttl"] + stub)
    write(project, "data/ttl/org/more.ttl", f"{HEAD}{XSD_PREFIX}<id/org/mext> {statement} .\n")
    assert undefined(project) == []


def test_a_vocabulary_tells_terms_from_other_names(project: Path) -> None:
    vocabulary = Vocabulary(asserted(project), NAMES)
    foreign = URIRef("http://example.org/x")
    assert vocabulary.lacks(foreign, term=True)
    assert not vocabulary.lacks(foreign)
    assert vocabulary.lacks(URIRef(f"{ORG}unitof"))
    assert not any(vocabulary.lacks(t, term=True) for t in (ORG.unitOf, RDF.type, SKOS.Concept))


# --- SPARQL --------------------------------------------------------------------------------------


def test_a_sound_query_has_no_undefined_name(project: Path) -> None:
    assert undefined_in(project, QUERY) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("jpstrat:unit", "jpstrat:unti", (5, "jpstrat:unti", "jpstrat:unit")),
        ("a jpstrat:Measure", "a jpstrat:Mesure", (5, "jpstrat:Mesure", "jpstrat:Measure")),
        ("unit/person", "unit/persn", (5, "vunit:persn", "vunit:person")),
        ("graph/org", "graph/orgs", (6, "<graph/orgs>", "<graph/org>")),
        ("?o a org:Organization", "?o org:memberof ?x", (6, "org:memberof", "org:memberOf")),
        (
            "http://example.org/nothing",
            f"{NAMES.base}id/org/mex",
            (
                7,
                "<id/org/mex>",
                "<id/org/mext>",
            ),
        ),
        (
            "<http://www.w3.org/ns/org#>",
            "<http://www.w3.org/ns/org/>",
            (
                3,
                "org: <http://www.w3.org/ns/org/>",
                "org: <http://www.w3.org/ns/org#>",
            ),
        ),
    ],
)
def test_an_undefined_name_in_a_query(
    project: Path, old: str, new: str, expected: tuple[int, str, str]
) -> None:
    assert old in QUERY
    assert undefined_in(project, QUERY.replace(old, new)) == [("queries/q.rq", *expected)]


def test_queries_are_checked_under_another_base(project: Path) -> None:
    other = Names("https://example.org/policy/")
    assert undefined_in(project, QUERY, other) == []
    (error,) = undefined_in(project, QUERY.replace("jpstrat:unit", "jpstrat:unti"), other)
    assert error[2] == "jpstrat:unti"


def test_a_query_that_is_not_utf8_is_named(project: Path) -> None:
    path = project / "q.rq"
    path.write_bytes(b"#+ a\n# \x8b\n")
    with pytest.raises(QueryHeaderError, match=r"q\.rq:2"):
        list(undefined_in_queries([path], asserted(project), NAMES))


# --- the project ---------------------------------------------------------------------------------


def test_rules_and_queries_of_the_project_are_found() -> None:
    files = Project(ROOT).sparql_files()
    assert len(files) > 90
    assert {p.parent.name for p in files} >= {"rules", "queries"}


@pytest.mark.parametrize(
    ("name", "old", "new", "nearest"),
    [
        ("data/ttl/org/office.ttl", "org:unitOf", "org:unitof", "org:unitOf"),
        ("data/ttl/org/office.ttl", "ns/org#", "ns/org/", "org:unitOf"),
        (
            "ontology/rules/latest-date.rq",
            "jpstrat:deadline",
            "jpstrat:deadlin",
            "jpstrat:deadline",
        ),
        ("queries/latest-dates.rq", "jpstrat:latestDate", "jpstrat:lastDate", "jpstrat:latestDate"),
    ],
)
def test_a_slip_in_the_real_files_is_found(
    tmp_path: Path, name: str, old: str, new: str, nearest: str
) -> None:
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (ROOT / name).read_text(encoding="utf-8")
    assert old in text
    write(tmp_path, name, text.replace(old, new, 1))
    with pytest.raises(UndefinedTerm) as caught:
        read_asserted(Project(tmp_path))
    assert str(caught.value.facts["file"]) == str(tmp_path / name)
    assert caught.value.facts["nearest"] == nearest


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("ontology/rules/r.rq", QUERY.replace("jpstrat:unit", "jpstrat:unti"), 5),
        ("shapes/checks/c.rq", QUERY.replace("jpstrat:unit", "jpstrat:unti"), 5),
        ("queries/q.rq", QUERY.replace("jpstrat:unit", "jpstrat:unti"), 5),
        ("data/ttl/org/x.ttl", f"{HEAD}<id/org/mext> jpstrat:unti 1 .\n", HEAD_LINES + 1),
    ],
)
def test_a_build_is_refused_wherever_the_name_stands(
    project: Path, name: str, text: str, place: int
) -> None:
    path = write(project, name, text)
    with pytest.raises(UndefinedTerm) as caught:
        read_asserted(Project(project))
    message = caught.value.message("ja")
    assert f"{path}:{place}: " in message
    assert "もしかして: jpstrat:unit" in message
