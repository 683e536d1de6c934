"""Rules compiled from axioms and rules read from files."""

import re
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.namespace import ORG

from kg.errors import PathMissing, QueryHeaderError
from kg.namespaces import JPSTRAT, NAMES
from kg.reason import compile_rules, read_rules
from test_reason import RULES, close, graph_of, iri, oracle_difference

AXIOMS = """
jpstrat:A rdfs:subClassOf jpstrat:B . jpstrat:B owl:equivalentClass jpstrat:C .
jpstrat:C rdfs:subClassOf jpstrat:D , owl:Thing .
jpstrat:p rdfs:subPropertyOf jpstrat:q . jpstrat:q owl:equivalentProperty jpstrat:r .
jpstrat:p owl:inverseOf jpstrat:i .
jpstrat:s a owl:SymmetricProperty . jpstrat:t a owl:TransitiveProperty .
jpstrat:long owl:propertyChainAxiom ( jpstrat:p org:unitOf jpstrat:t ) .
jpstrat:p rdfs:domain jpstrat:A , owl:Thing ; rdfs:range jpstrat:B , xsd:string , rdfs:Literal .
"""
EXPECTED_RULES = {
    "subClassOf(A,B)",
    "subClassOf(A,C)",
    "subClassOf(A,D)",
    "subClassOf(B,C)",
    "subClassOf(B,D)",
    "subClassOf(C,B)",
    "subClassOf(C,D)",
    "subPropertyOf(p,q)",
    "subPropertyOf(p,r)",
    "subPropertyOf(q,r)",
    "subPropertyOf(r,q)",
    "inverseOf(p,i)",
    "inverseOf(i,p)",
    "symmetric(s)",
    "transitive(t)",
    "chain(p/org:unitOf/t,long)",
    "domain(p,A)",
    "range(p,B)",
}


def test_one_rule_per_axiom_and_pair_of_the_hierarchies() -> None:
    rules = compile_rules(graph_of(AXIOMS), NAMES)
    assert sorted(rule.id for rule in rules) == sorted(EXPECTED_RULES)


def test_anonymous_expressions_give_no_rule() -> None:
    axioms = """
    jpstrat:A rdfs:subClassOf [ a owl:Restriction ] . [] rdfs:subClassOf jpstrat:A .
    jpstrat:p owl:propertyChainAxiom ( jpstrat:q [ owl:inverseOf jpstrat:r ] ) .
    """
    assert compile_rules(graph_of(axioms), NAMES) == ()


@pytest.mark.parametrize(
    ("identity", "reads", "writes"),
    [
        ("subPropertyOf(p,q)", {JPSTRAT.p}, {JPSTRAT.q}),
        ("chain(p/org:unitOf/t,long)", {JPSTRAT.p, ORG.unitOf, JPSTRAT.t}, {JPSTRAT.long}),
        ("range(p,B)", {JPSTRAT.p}, {JPSTRAT.B}),
        ("subClassOf(A,D)", {JPSTRAT.A}, {JPSTRAT.D}),
    ],
)
def test_rule_says_what_it_reads_and_writes(
    identity: str, reads: set[URIRef], writes: set[URIRef]
) -> None:
    (rule,) = (r for r in compile_rules(graph_of(AXIOMS), NAMES) if r.id == identity)
    assert (rule.reads, rule.writes) == (reads, writes)


def test_every_kind_of_axiom_agrees_with_owlrl() -> None:
    declared = "jpstrat:p a owl:ObjectProperty . jpstrat:A a owl:Class ." + "".join(
        f"jpstrat:{name} a owl:ObjectProperty . " for name in ("q", "r", "i", "s", "t", "long")
    )
    classes = "".join(f"jpstrat:{name} a owl:Class . " for name in "BCD")
    axioms = graph_of(AXIOMS.replace(", xsd:string , rdfs:Literal", "") + declared + classes)
    data = """
    <id/a> jpstrat:p <id/b> . <id/b> org:unitOf <id/c> . <id/c> jpstrat:t <id/d> .
    <id/d> jpstrat:t <id/e> . <id/e> jpstrat:s <id/f> . <id/g> jpstrat:i <id/h> .
    <id/k> jpstrat:r <id/l> . <id/m> a jpstrat:C .
    """
    closure = close(data, axioms)
    assert oracle_difference(graph_of(data), axioms, closure) == (set(), set())
    assert (iri("id/a"), JPSTRAT.long, iri("id/e")) in set(closure.triples)


# --- rules of files ------------------------------------------------------------------------------


def test_rule_files_have_titles_in_both_languages() -> None:
    rules = read_rules(RULES, NAMES)
    assert [rule.id for rule in rules] == sorted(path.stem for path in RULES.iterdir())
    assert "latest-date" in {rule.id for rule in rules}
    for rule in rules:
        assert re.search(r"[ぁ-ん一-龥]", rule.title["ja"])
        assert rule.title["en"].isascii()


def broken_rule(folder: Path, old: str, new: str) -> Path:
    text = (RULES / "latest-date.rq").read_text(encoding="utf-8")
    assert old in text
    path = folder / "broken.rq"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("ja:", "jp:", 2, "title.jp"),
        ("#+   ja: 行動の最後の達成時期の末日\n", "", 1, "title.ja"),
        ("en: Last", "fr: Last", 3, "title.fr"),
        ("title:", "titel:", 1, "titel"),
        ("#+ title:", "#+ tags: [x]\n#+ title:", 1, "tags"),
        ("#+ title:", "# title:", 2, "#+"),
    ],
)
def test_a_rule_file_with_a_broken_header_is_refused(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    path = broken_rule(tmp_path, old, new)
    with pytest.raises(QueryHeaderError) as caught:
        read_rules(tmp_path, NAMES)
    for lang in ("ja", "en"):
        assert caught.value.message(lang).startswith(f"{path}:{line}: ")
        assert f"{field}: " in caught.value.message(lang)
        assert "–" not in caught.value.message(lang)


def test_a_rule_file_that_is_not_utf8_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.rq").write_bytes(b"#+ title:\n#+   ja: \x8b\n")
    with pytest.raises(QueryHeaderError, match=r"broken\.rq:2"):
        read_rules(tmp_path, NAMES)


@pytest.mark.parametrize(
    ("old", "new", "line", "ja", "en"),
    [
        ("GROUP BY ?action", "GROUP BY ?action (", 15, "15行3桁", "line 15, column 3"),
        ("jpstrat:deadline", "jpstart:deadline", 11, "もしかして: jpstrat:", "mean: jpstrat:?"),
        ("CONSTRUCT { ?action jpstrat:latestDate ?date }", "SELECT *", 1, "CONSTRUCT", "no CONSTR"),
    ],
)
def test_a_rule_that_cannot_run_names_its_file(  # noqa: PLR0917
    tmp_path: Path, old: str, new: str, line: int, ja: str, en: str
) -> None:
    path = broken_rule(tmp_path, old, new)
    with pytest.raises(QueryHeaderError) as caught:
        close("<id/a> a jpstrat:Action .", graph_of(AXIOMS), read_rules(tmp_path, NAMES))
    for lang, said in (("ja", ja), ("en", en)):
        assert caught.value.message(lang).startswith(f"{path}:{line}: ")
        assert said in caught.value.message(lang)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        read_rules(tmp_path / "none", NAMES)
