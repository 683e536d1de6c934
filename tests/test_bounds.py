"""kg.pipeline.bounds: what an entry may not do, whatever its shapes."""

from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import URIRef

from kg.entry import Entry
from kg.errors import RulesBroken
from kg.namespaces import NAMES, Names
from kg.pipeline.building import write_graph
from kg.pipeline.checking import CheckRequest, check_files
from kg.pipeline.entries import TURTLE, Context, Mode, Profile, open_context, read_entry
from kg.pipeline.importing import check_table, open_tables, read_table_entry
from kg.pipeline.judging import check_together
from kg.pipeline.project import Project
from kg.tables import CSV
from kg.validate import Finding, Severity

HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
HEALTH = "<vocab/field/health>"


def entry(turtle: str) -> Entry:
    return read_entry((HEAD + turtle).encode(), TURTLE, file="new.ttl")


def findings(
    context: Context, turtle: str, profile: Profile = Profile.ENTRY, mode: Mode = Mode.MERGED
) -> list[Finding]:
    return list(check_together(context, entry(turtle), (), profile, mode).findings)


def rules(found: list[Finding]) -> list[str]:
    return sorted(str(f.shape).rpartition("#")[2] for f in found)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "turtle",
    [
        "jpstrat:Measure rdfs:subClassOf jpstrat:Ministry .",
        "jpstrat:deadline rdfs:range jpstrat:Ministry .",
        "org:Organization rdfs:subClassOf jpstrat:Measure .",
        "<shapes#MeasureCode> <http://www.w3.org/ns/shacl#deactivated> true .",
        f'{HEALTH} skos:altLabel "x"@ja, "y"@en .',
        '<vocab/field/new> a skos:Concept ; skos:notation "new" .',
    ],
)
def test_an_entry_changes_no_terms(
    context: Context, turtle: str, profile: Profile, mode: Mode
) -> None:
    (finding,) = findings(context, turtle, profile, mode)
    assert rules([finding]) == ["TermsAreFixed"]
    assert finding.place is not None
    assert finding.explanation is not None
    assert finding.message.keys() == {"ja", "en"}


def test_data_say_where_a_concept_is_printed_and_may_repeat_what_is_there(
    context: Context,
) -> None:
    text = f"{HEALTH} jpstrat:inSection <id/section/ai2019-fu2020/II-2> ; a skos:Concept ."
    assert findings(context, text) == []


def test_the_bounds_are_the_same_under_another_base(project: Project) -> None:
    names = Names("https://example.org/kg/")
    context = open_context(project, names)
    text = names.rebase(
        f"{HEAD}@base <{NAMES.base}> .\n"
        f"{HEALTH} jpstrat:inSection <id/section/ai2019-fu2020/II-2> ; a skos:Concept ."
    )
    for more, told in (("", []), (f'{HEALTH} skos:altLabel "x"@ja .', ["TermsAreFixed"])):
        read = read_entry((text + more).encode(), TURTLE, file="new.ttl", names=names)
        report = check_together(context, read, (), Profile.ENTRY, Mode.MERGED)
        assert rules(list(report.findings)) == told


def test_files_of_the_ontology_and_the_shapes_may_change_terms(
    project: Project, tmp_path: Path
) -> None:
    home = project.ontology / "vocab" / "field.ttl"
    assert check_files(CheckRequest([str(home)])).report.findings == ()
    text = home.read_text(encoding="utf-8").replace('"@en', ' anew"@en')
    copy = tmp_path / "field.ttl"
    copy.write_text(text, encoding="utf-8")
    found = list(check_files(CheckRequest([str(copy)])).report.findings)
    assert "TermsAreFixed" in rules(found)


@pytest.mark.parametrize("profile", Profile)
def test_each_thing_of_ours_has_a_class(context: Context, profile: Profile) -> None:
    (finding,) = findings(context, '<id/org/zzz> dcterms:title "x"@en .', profile)
    assert rules([finding]) == ["ThingClass"]
    assert finding.focus == URIRef(NAMES.id("org", "zzz"))
    # once, also where a shape sees it
    assert rules(findings(context, '<id/org/zzz> skos:prefLabel "x"@en, "試み"@ja .', profile)) == [
        "ThingClass"
    ]
    # a thing of the graph has one already
    assert findings(context, "<id/org/mext> foaf:homepage <https://www.mext.go.jp/> .") == []


SAYS_MORE = 'jpstrat:Measure rdfs:comment "Anything."@en .'


def test_a_build_refuses_data_that_change_terms(project_copy: Project, tmp_path: Path) -> None:
    """Where the data say so, not where the ontology describes the term."""
    file = project_copy.data / "ttl" / "curated" / "more.ttl"
    comment = "<http://www.w3.org/2000/01/rdf-schema#comment>"
    file.write_text(f'<{NAMES.def_}Measure> {comment} "Anything."@en .\n', encoding="utf-8")
    with pytest.raises(RulesBroken) as broken:
        write_graph(project_copy, tmp_path)
    assert broken.value.facts["count"] == 1
    message = broken.value.message("en")
    assert f"{file}:1: <{NAMES.def_}Measure>" in message
    told = check_files(CheckRequest([str(file)])).report.findings
    assert rules(list(told)) == ["TermsAreFixed"]


def test_an_import_changes_no_terms(context: Context) -> None:
    tables = open_tables(context)
    read = read_table_entry("番号,備考\nII-1-20-012,なし\n".encode(), "a.csv", CSV, tables)
    table = replace(read, entry=read.entry + entry(SAYS_MORE))
    found = check_table(tables, table).of(Severity.VIOLATION)
    assert rules(list(found)) == ["TermsAreFixed"]
    assert check_table(tables, read).of(Severity.VIOLATION) == ()
