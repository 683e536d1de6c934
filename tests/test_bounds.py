"""kg.pipeline.bounds: what an entry may not do, whatever its shapes."""

from pathlib import Path

import pytest
from rdflib import URIRef

from kg.entry import Entry
from kg.namespaces import NAMES, Names
from kg.pipeline.checking import CheckRequest, check_files, check_together
from kg.pipeline.entries import TURTLE, Context, Mode, Profile, read_entry
from kg.pipeline.project import Project
from kg.validate import Finding

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
