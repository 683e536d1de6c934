"""kg.queries: strict headers, values to terms, and what a query must be like."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDFS, XSD

from kg.errors import (
    ParameterInvalid,
    PathMissing,
    QueryHeaderError,
    UnknownParameter,
    UnknownQuery,
)
from kg.namespaces import NAMES, Names
from kg.queries import CannedQuery, Catalogue, Things, read_catalogue
from kg.queries.structure import check_catalogue

HEADER = """#+ title: {ja: 府省の取組, en: Measures of a ministry}
#+ question:
#+   ja: ある府省が担当する取組は何か。
#+   en: Which measures is a ministry responsible for?
#+ tags: [measures, organisations]
#+ graphs: [ai2019-fu2020, org]
"""
PARAMS = """#+ params:
#+   org:
#+     type: iri
#+     prefix: id/org/
#+     label: {ja: 組織, en: Organisation}
#+     description: {ja: 担当する組織, en: The responsible organisation}
#+     required: true
#+     choices: organisations
#+     class: org:Organization
#+   year:
#+     type: year
#+     label: {ja: 年, en: Year}
#+     description: {ja: 期限の年, en: Year of the deadline}
#+     default: 2022
"""
BODY = """PREFIX jpstrat: <https://w3id.org/jpstrat/def#>
SELECT ?measure ?org ?year WHERE {
  ?measure jpstrat:responsibleOrganization ?org ; jpstrat:deadline/jpstrat:year ?year .
}
ORDER BY ?measure ?year
"""
CHOICES = (
    HEADER
    + """PREFIX org: <http://www.w3.org/ns/org#>
SELECT ?org WHERE { ?org a org:Organization } ORDER BY ?org
"""
)

IRI = "type: iri\n#+     class: rdfs:Resource"

Write = Callable[[str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "organisations.rq").write_text(CHOICES, encoding="utf-8")
    (tmp_path / "measures-of-org.rq").write_text(HEADER + PARAMS + BODY, encoding="utf-8")
    return tmp_path


def read(folder: Path, names: Names = NAMES) -> Catalogue:
    return read_catalogue(folder, names)


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "measures-of-org.rq"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path) -> tuple[object, object]:
    """Line and field of the error that reading and checking raise."""
    with pytest.raises(QueryHeaderError) as caught:
        check_catalogue(read(folder))
    assert Path(str(caught.value.facts["file"])).parent == folder
    for lang in ("ja", "en"):
        assert "–" not in caught.value.message(lang)
        assert f"rq:{caught.value.facts['line']}:" in caught.value.message(lang)
    return caught.value.facts["line"], caught.value.facts["field"]


# Reading


def test_a_catalogue_is_sorted_and_says_what_the_headers_say(folder: Path) -> None:
    catalogue = read(folder)
    check_catalogue(catalogue)
    assert [query.name for query in catalogue] == ["measures-of-org", "organisations"]
    assert len(catalogue) == 2
    assert "organisations" in catalogue
    query = catalogue.get("measures-of-org")
    assert query.title == {"ja": "府省の取組", "en": "Measures of a ministry"}
    assert query.question["en"] == "Which measures is a ministry responsible for?"
    assert (query.tags, query.graphs) == (("measures", "organisations"), ("ai2019-fu2020", "org"))
    assert query.text == HEADER + PARAMS + BODY
    org, year = query.params
    assert (org.name, org.type, org.required, org.default) == ("org", "iri", True, None)
    assert (org.choices, org.prefix, org.line) == ("organisations", "id/org/", 8)
    assert org.label == {"ja": "組織", "en": "Organisation"}
    assert (year.type, year.default, year.required, year.line) == ("year", "2022", False, 16)


def test_the_text_runs_under_another_base(folder: Path) -> None:
    other = Names("https://example.org/policy/")
    query = read(folder, other).get("measures-of-org")
    assert "PREFIX jpstrat: <https://example.org/policy/def#>" in query.text
    assert query.bind({"org": "mext"})["org"] == URIRef("https://example.org/policy/id/org/mext")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "nearest"), [("measure-of-org", "measures-of-org"), ("zzz", None)]
)
def test_an_unknown_query_has_the_nearest_name(
    folder: Path, name: str, nearest: str | None
) -> None:
    with pytest.raises(UnknownQuery) as caught:
        read(folder).get(name)
    assert caught.value.facts == {"name": name, "nearest": nearest}


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("title: {ja: 府省の取組, en", "title: {en", 1, "title.ja"),
        ("en: Measures of a ministry", "en: ''", 1, "title.en"),
        ("en: Measures of a ministry", "en: yes", 1, "title.en"),
        ("#+ tags:", "#+ tag:", 5, "tag"),
        ("[measures, organisations]", "[measures, 'Big Word']", 5, "tags.1"),
        ("[measures, organisations]", "[measures, measures]", 5, "tags"),
        ("[measures, organisations]", "[]", 5, "tags"),
        ("[ai2019-fu2020, org]", "[ai2019 fu2020]", 6, "graphs.0"),
        ("#+   org:", "#+   Org:", 8, "params.Org"),
        ("#+   org:", "#+   format:", 7, "params"),
        ("#+     type: iri", "#+     type: url", 9, "params.org.type"),
        ("#+     class: org:Organization\n", "", 8, "params.org"),
        ("org:Organization", "Organization", 15, "params.org.class"),
        ("org:Organization", "orgs:Organization", 8, "params.org.class"),
        ("#+     type: year", "#+     type: year\n#+     class: rdfs:Resource", 16, "params.year"),
        ("#+     prefix: id/org/", "#+     prefix: org", 10, "params.org.prefix"),
        ("#+     prefix: id/org/", "#+     pattern: a", 8, "params.org"),
        ("#+     required: true", "#+     required: 'true'", 13, "params.org.required"),
        ("#+     required: true", "#+     required: true\n#+     default: mext", 8, "params.org"),
        ("#+     required: true", "#+     defalut: mext", 13, "params.org.defalut"),
        ("#+     choices: organisations", "#+     choices: ministries", 8, "params.org.choices"),
        ("#+     type: year", "#+     type: year\n#+     prefix: id/org/", 16, "params.year"),
        ("#+     type: year", "#+     type: concept", 16, "params.year"),
        (
            "#+     type: year",
            "#+     type: string\n#+     pattern: '['",
            18,
            "params.year.pattern",
        ),
        ("#+     default: 2022", "#+     default: soon", 16, "params.year.default"),
        ("#+     default: 2022", "#+     type: year", 20, "type"),
        ("#+   year:", "#+   org:", 16, "org"),
        ("organisations]", "organisations", 6, "YAML"),
        ("#+ title:", "# title:", 2, "#+"),
        ("PREFIX", "#+ tags: [late]\n# \n#+ tags: [later]\nPREFIX", 23, "#+"),
    ],
)
def test_a_broken_header_names_its_line_and_field(
    folder: Path, old: str, new: str, line: int, field: str
) -> None:
    rewrite(folder, old, new)
    assert refused(folder) == (line, field)


def test_a_file_without_header_is_refused(folder: Path) -> None:
    (folder / "bare.rq").write_text(BODY, encoding="utf-8")
    assert refused(folder) == (1, "#+")


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("#+ tags: [a]\n#+ title: !mine x\n", 2),
        ("#+ tags: [a]\n#+ ? [a, b]\n#+ : c\n", 2),
        ("#+ <<: 3\n", 1),
        ("#+ title: 2020-13-45\n", 1),
    ],
)
def test_what_yaml_cannot_be_made_of_is_refused(folder: Path, header: str, line: int) -> None:
    (folder / "odd.rq").write_text(header + BODY, encoding="utf-8")
    assert refused(folder) == (line, "YAML")


@pytest.mark.parametrize("name", ["Upper.rq", "two words.rq", "deeper/inside.rq"])
def test_a_file_that_cannot_be_a_query_does_not_vanish(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(CHOICES, encoding="utf-8")
    with pytest.raises(QueryHeaderError):
        read(folder)


def test_a_file_that_is_not_utf8_is_refused_at_its_line(folder: Path) -> None:
    (folder / "broken.rq").write_bytes(b"#+ title:\n#+   ja: \x8b\n")
    assert refused(folder) == (2, "UTF-8")


# The form of the query


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("  ?measure jpstrat:resp", "  ?measure ) jpstrat:resp", 23, "SPARQL"),
        ("SELECT ?measure ?org ?year", "SELECT *", 21, "SELECT *"),
        ("ORDER BY ?measure ?year", "", 21, "ORDER BY"),
        ("SELECT ?measure ?org ?year WHERE", "ASK", 21, "SELECT"),
        ("PREFIX jpstrat: <https://w3id.org/jpstrat/def#>", "", 23, "PREFIX"),
        ("SELECT ?measure ?org ?year", "SELECT ?measure ?org", 16, "params.year"),
        ("SELECT ?measure ?org", "SELECT ?measure (?org AS ?body)", 8, "params.org"),
        (
            "SELECT ?measure ?org ?year WHERE {",
            "SELECT ?measure (SAMPLE(?o) AS ?org) ?year WHERE { ?measure ?p ?o .",
            8,
            "params.org",
        ),
        ("Organization ?org ;", "Organization ?other ;", 8, "params.org"),
        (
            "?measure jpstrat:responsibleOrganization ?org ;",
            "{ SELECT ?measure { ?measure jpstrat:responsibleOrganization ?org } } ?measure",
            8,
            "params.org",
        ),
    ],
)
def test_a_query_whose_parameters_could_not_be_bound_is_refused(
    folder: Path, old: str, new: str, line: int, field: str
) -> None:
    rewrite(folder, old, new)
    read(folder)  # the headers are fine
    assert refused(folder) == (line, field)


@pytest.mark.parametrize(
    ("old", "new", "nearest"),
    [
        ("PREFIX jpstrat:", "PREFIX j:", f"PREFIX jpstrat: <{NAMES.def_}>"),
        ("?measure jpstrat:resp", "?measure jpstart:resp", "jpstrat:"),
        ("?measure jpstrat:resp", "?measure zz:resp", None),
    ],
)
def test_an_undeclared_prefix_is_shown_with_the_nearest(
    folder: Path, old: str, new: str, nearest: str | None
) -> None:
    rewrite(folder, old, new)
    with pytest.raises(QueryHeaderError) as caught:
        check_catalogue(read(folder))
    assert caught.value.facts["nearest"] == nearest
    assert (f"もしかして: {nearest}" in caught.value.message("ja")) is (nearest is not None)


def test_the_empty_prefix_is_a_prefix(folder: Path) -> None:
    rewrite(folder, "jpstrat:responsibleOrganization", ":responsibleOrganization")
    assert refused(folder) == (23, "PREFIX")
    rewrite(folder, "PREFIX", "PREFIX : <https://w3id.org/jpstrat/def#>\nPREFIX")
    check_catalogue(read(folder))


@pytest.mark.parametrize(
    "inner",
    [
        "{ SELECT ?measure ?org { ?measure jpstrat:responsibleOrganization ?org } } ?measure",
        "{ SELECT * { ?measure jpstrat:responsibleOrganization ?org } } ?measure",
        "{ SELECT ?measure (?x AS ?org) { ?measure jpstrat:lead ?x } } ?measure",
        "OPTIONAL { ?measure jpstrat:lead/jpstrat:x [ jpstrat:y ?org ] } ?measure",
    ],
)
def test_a_variable_that_a_sub_select_hands_out_is_fine(folder: Path, inner: str) -> None:
    rewrite(folder, "?measure jpstrat:responsibleOrganization ?org ;", inner)
    check_catalogue(read(folder))


# Values


@pytest.fixture
def query(folder: Path) -> CannedQuery:
    return read(folder).get("measures-of-org")


@pytest.mark.parametrize(
    "value",
    [
        "mext",
        " mext ",
        "id/org/mext",
        "https://w3id.org/jpstrat/id/org/mext",
    ],
)
def test_an_iri_may_be_written_short(query: CannedQuery, value: str) -> None:
    bound = query.bind({"org": value, "year": "2021"})
    assert bound == {"org": NAMES.id("org", "mext"), "year": Literal(2021)}
    assert bound["year"].n3() == f'"2021"^^<{XSD.integer}>'


@pytest.mark.parametrize(
    ("value", "iri"),
    [
        ("vunit:person", NAMES.concept("unit", "person")),
        ("vocab/unit/person", NAMES.concept("unit", "person")),
        ("a/b", NAMES.id("org", "a", "b")),
        ("http://example.org/%20x?q=1#f", URIRef("http://example.org/%20x?q=1#f")),
    ],
)
def test_an_iri_may_lie_elsewhere(query: CannedQuery, value: str, iri: URIRef) -> None:
    assert query.bind({"org": value})["org"] == iri


THINGS = Things.of(
    [
        (
            NAMES.prefixes["org"] + "Organization",
            f"{NAMES.base}id/org/mext {NAMES.base}id/org/meti",
        ),
        (str(NAMES.scheme("unit")), f"{NAMES.base}vocab/unit/yen {NAMES.base}vocab/unit/person"),
        (str(NAMES.scheme("field")), " ".join(f"{NAMES.base}vocab/field/{n}" for n in range(13))),
    ],
    NAMES,
)


@pytest.mark.parametrize(
    ("value", "shown", "nearest"),
    [
        ("mex", "mex", "mext"),
        ("METI", "METI", "meti"),
        ("id/orgs/meti", "id/orgs/meti", "meti"),
        ("vunit:yen", "vocab/unit/yen", None),
        ("http://example.org/mext", "http://example.org/mext", None),
    ],
)
def test_a_value_must_be_a_thing_of_the_class(
    query: CannedQuery, value: str, shown: str, nearest: str | None
) -> None:
    query.check(query.bind({"org": "mext"}), THINGS)
    with pytest.raises(ParameterInvalid) as caught:
        query.check(query.bind({"org": value}), THINGS)
    assert caught.value.facts == {
        "query": "measures-of-org",
        "parameter": "org",
        "value": shown,
        "expected": "org:Organization (id/org/… | IRI)",
        "choices": "organisations",
        "nearest": nearest,
    }
    assert "値の例: 問い合わせ organisations。" in caught.value.message("ja")
    assert "Some values: query organisations." in caught.value.message("en")


@pytest.mark.parametrize(
    ("fields", "value", "expected", "nearest"),
    [
        ("type: concept\n#+     prefix: vocab/unit/", "persn", "person | yen", "person"),
        ("type: concept\n#+     prefix: vocab/unit/", "id/org/mext", "person | yen", None),
        ("type: concept\n#+     prefix: vocab/field/", "99", "vocab/field/… | IRI", "9"),
        ("type: concept\n#+     prefix: vocab/none/", "a", "vocab/none/… | IRI", None),
        (IRI, "id/org/met", "id/… | vocab/… | def#… | IRI", "id/org/meti"),
    ],
)
def test_a_message_lists_the_concepts_where_they_are_few(
    folder: Path, fields: str, value: str, expected: str, nearest: str | None
) -> None:
    rewrite(folder, "type: year", fields)
    rewrite(folder, "#+     default: 2022\n", "")
    query = read(folder).get("measures-of-org")
    with pytest.raises(ParameterInvalid) as caught:
        query.check(query.bind({"org": "mext", "year": value}), THINGS)
    facts = caught.value.facts
    assert str(facts["expected"]).removeprefix("rdfs:Resource (").removesuffix(")") == expected
    assert facts["nearest"] == nearest


def test_of_any_class_are_all_things(folder: Path) -> None:
    rewrite(folder, "org:Organization", "rdfs:Resource")
    query = read(folder).get("measures-of-org")
    query.check(query.bind({"org": "vunit:yen"}), THINGS)
    assert len(THINGS.of_kind(str(RDFS.Resource))) == 17


def test_a_default_is_bound_and_an_empty_value_is_none(query: CannedQuery) -> None:
    assert query.bind({"org": "mext", "year": " "})["year"] == Literal(2022)


def test_an_optional_parameter_without_value_is_not_bound(folder: Path) -> None:
    rewrite(folder, "#+     default: 2022\n", "")
    assert read(folder).get("measures-of-org").bind({"org": "mext"}).keys() == {"org"}


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({}, "org"),
        ({"org": "  "}, "org"),
        ({"org": "a b"}, "org"),
        ({"org": "mext>"}, "org"),
        ({"org": "a//b"}, "org"),
        ({"org": "http://example.org/a b"}, "org"),
        ({"org": "http://example.org/<"}, "org"),
        ({"org": "mext", "year": "22"}, "year"),
        ({"org": "mext", "year": "2022年"}, "year"),
    ],
)
def test_a_bad_or_missing_value_is_refused(
    query: CannedQuery, values: dict[str, str], parameter: str
) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        query.bind(values)
    facts = caught.value.facts
    assert (facts["query"], facts["parameter"]) == ("measures-of-org", parameter)
    assert facts["value"] == values.get(parameter, "").strip()
    assert str(facts["expected"]) in caught.value.message("ja")


@pytest.mark.parametrize(("name", "nearest"), [("orgs", "org"), ("yaer", "year"), ("zzz", None)])
def test_an_unknown_parameter_has_the_nearest_name(
    query: CannedQuery, name: str, nearest: str | None
) -> None:
    with pytest.raises(UnknownParameter) as caught:
        query.bind({"org": "mext", name: "x"})
    assert caught.value.facts == {
        "owner": "measures-of-org",
        "parameter": name,
        "expected": "org, year",
        "nearest": nearest,
    }


@pytest.mark.parametrize(
    ("fields", "value", "expected"),
    [
        ("type: string", "量子 技術", Literal("量子 技術")),
        ("type: string\n#+     pattern: '[a-z]+'", "abc", Literal("abc")),
        ("type: string\n#+     pattern: '[a-z]+'", "abc1", None),
        ("type: code", "II-1-20-001", Literal("II-1-20-001")),
        ("type: code", "ii-1-20-００１", Literal("II-1-20-001")),
        ("type: code", "II 1", None),
        ("type: code\n#+     pattern: 'X-[0-9]'", "x-1", Literal("X-1")),
        ("type: integer", "-12", Literal(-12)),
        ("type: integer", "１２", Literal(12)),
        ("type: integer", "1.5", None),
        ("type: integer", "9" * 19, None),
        ("type: year", "２０２２", Literal(2022)),
        ("type: code", "II-1-20-1", None),
        ("type: year", "1868", None),
        ("type: year", "2100", None),
        (IRI, "id/org/mext", NAMES.id("org", "mext")),
        (IRI, "def#Measure", NAMES.def_.Measure),
        (IRI, "mext", None),
        (IRI, "javascript:x", None),
        (
            "type: concept\n#+     prefix: vocab/ai-core-area/",
            "4-1",
            NAMES.concept("ai-core-area", "4-1"),
        ),
    ],
)
def test_each_type_has_its_form(
    folder: Path, fields: str, value: str, expected: Literal | URIRef | None
) -> None:
    rewrite(folder, "type: year", fields)
    rewrite(folder, "#+     default: 2022\n", "")
    query = read(folder).get("measures-of-org")
    values = {"org": "mext", "year": value}
    if expected is None:
        with pytest.raises(ParameterInvalid, match=re.escape(query.params[1].expected)):
            query.bind(values)
    else:
        assert query.bind(values)["year"] == expected
