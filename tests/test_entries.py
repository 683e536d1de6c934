"""kg.pipeline.entries: entries judged alone and within the graph, and what they leave behind."""

from collections.abc import Iterable

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, SKOS

from kg.entry import Entry, Statement
from kg.errors import TurtleSyntaxError, UploadInvalid, UploadRefused
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.entries import (
    TURTLE,
    Context,
    Mode,
    check_entry,
    explained,
    judge_entry,
    read_entry,
)
from kg.pipeline.judging import check_together
from kg.pipeline.mixing import at_causes
from kg.validate import Finding, Profile, Report, Severity, rule_name

MEASURE = NAMES.id("measure", "ai2019-fu2020", "II-1-20-012")
HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
NEW = """
<id/measure/ai2019-fu2020/II-1-20-150>
    a jpstrat:Measure ;
    jpstrat:addresses <id/target/ai2019-fu2020/II-1-1-t1> ;
    jpstrat:code "II-1-20-150" ;
    jpstrat:deadline <id/period/fy2022> ;
    jpstrat:deadlineText "2022年度" ;
    jpstrat:edition <id/edition/ai2019-fu2020> ;
    jpstrat:evidence <id/source/ai2019-fu2020#char=13528,13545> ;
    jpstrat:inSection <id/section/ai2019-fu2020/II-1-1> ;
    jpstrat:responsibleOrganization <id/org/mext> ;
    jpstrat:status vstatus:new ;
    skos:prefLabel "A trial of a new measure"@en , "新しい取組の試み"@ja ;
.
"""


def entry(turtle: str) -> Entry:
    return read_entry((HEAD + turtle).encode(), TURTLE, file="new.ttl")


def found(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """Name of the shape and local name of the focus of each violation and warning."""
    return {
        (str(f.shape).rpartition("#")[2], str(f.focus).rpartition("/")[2])
        for f in findings
        if f.severity is not Severity.INFO
    }


def state(context: Context) -> tuple[set[Statement], set[object]]:
    return set(context.asserted.graph), set(context.asserted.store.engine)


def test_a_valid_entry_has_no_findings_and_leaves_nothing_behind(context: Context) -> None:
    before = state(context)
    for profile in Profile:
        assert check_entry(context, entry(NEW), profile).findings == ()
    assert state(context) == before


def test_each_finding_stands_at_its_line(context: Context) -> None:
    text = NEW.replace('"II-1-20-150"', '"II-1-20-15"').replace("vstatus:new", "vfield:health")
    text = text.replace("    jpstrat:evidence <id/source/ai2019-fu2020#char=13528,13545> ;\n", "")
    lines = (HEAD + text).split("\n")
    places = {f.predicate: f.place for f in check_entry(context, entry(text)).findings}
    for predicate, words in (
        (JPSTRAT.code, "jpstrat:code"),
        (JPSTRAT.status, "jpstrat:status"),
        (JPSTRAT.evidence, "<id/measure/"),
    ):
        place = places[predicate]
        assert place is not None
        assert place.file == "new.ttl"
        assert place.line is not None
        assert words in lines[place.line - 1]


def test_a_code_of_another_measure_is_seen(context: Context) -> None:
    text = NEW.replace('"II-1-20-150"', '"II-1-20-012"')
    shapes = {shape for shape, _ in found(check_entry(context, entry(text)).findings)}
    assert "MeasureCodeUnique" in shapes
    # alone, nobody has that code; but then nothing that the entry speaks of is there either
    alone = check_entry(context, entry(text), mode=Mode.ALONE).findings
    shapes = {shape for shape, _ in found(alone)}
    assert "MeasureCodeUnique" not in shapes
    assert "PolicyElementEdition" in shapes


def test_what_follows_from_an_edition_is_not_told_of_one_that_has_no_name(context: Context) -> None:
    named = "jpstrat:edition <id/edition/ai2019-fu2020>"
    for edition, told in (
        ("[ a jpstrat:StrategyEdition ]", "NamedValues"),
        ('"ai2019-fu2020"', "PolicyElementEdition"),
    ):
        text = NEW.replace(named, f"jpstrat:edition {edition}")
        findings = check_entry(context, entry(text)).findings
        shapes = {shape for shape, name in found(findings) if name == "II-1-20-150"}
        assert shapes == {told}


def test_a_graph_that_is_none_is_told_once_and_not_for_each_thing_in_it(context: Context) -> None:
    for graph, rule in (("fu2020", "UnknownGraph"), ("org", "EditionInOtherGraph")):
        text = f"{HEAD}GRAPH <{NAMES.graph(graph)}> {{ {NEW} }}"
        new = read_entry(text.encode(), "application/trig", file="new.trig")
        assert {shape for shape, _ in found(check_entry(context, new).findings)} == {rule}


def test_what_an_entry_says_of_a_thing_of_the_graph_is_judged_there(context: Context) -> None:
    report = check_entry(context, entry(f'<{MEASURE}> jpstrat:code "II-1-20-013" .'))
    assert ("MeasureCode", "II-1-20-012") in found(report.findings)
    assert all(f.severity is Severity.VIOLATION for f in report.findings)


def test_a_consequence_elsewhere_is_told_and_what_was_wrong_before_is_not(
    context: Context,
) -> None:
    # a repost of another measure becomes one of a repost; II-1-20-001 never had a deadline
    text = """
<id/measure/ai2019-fu2020/III-1-20-907> jpstrat:repostOf <id/measure/ai2019-fu2020/II-1-20-001> ;
  jpstrat:repostResolution vresolution:exact-title .
"""
    told = found(check_entry(context, entry(text)).findings)
    assert any(focus == "III-4-20-007" for _, focus in told)
    assert not any(focus == "II-1-20-001" for _, focus in told)


def test_an_entry_may_take_the_place_of_statements(context: Context) -> None:
    graph = context.asserted.graph
    old = (MEASURE, JPSTRAT.deadline, NAMES.period(year=2022, fiscal=True))
    new = (MEASURE, JPSTRAT.deadline, NAMES.period(year=2023, fiscal=True))
    before = state(context)
    assert old in graph
    (text,) = graph.triples((MEASURE, JPSTRAT.deadlineText, None))
    words = (MEASURE, JPSTRAT.deadlineText, Literal("2023年度"))
    changed = Entry({None: (new, words)}, removed=(old, text))
    assert check_entry(context, changed).findings == ()
    (remark,) = check_entry(context, Entry({None: (new,)}, removed=(old,))).findings
    assert rule_name(remark.shape) == "PolicyElementDeadlineText"
    assert (remark.severity, remark.expected) == (Severity.WARNING, old[2])
    gone = Entry({}, removed=tuple(graph.triples((MEASURE, JPSTRAT.status, None))))
    (finding,) = check_entry(context, gone).findings
    assert (finding.focus, finding.component) == (MEASURE, SH.MinCountConstraintComponent)
    assert state(context) == before


def test_what_others_say_of_a_thing_that_goes_is_told(context: Context) -> None:
    graph = context.asserted.graph
    target = NAMES.id("target", "ai2019-fu2020", "II-1-1-t1")
    users = set(graph.subjects(JPSTRAT.addresses, target))
    assert len(users) >= 5
    gone = Entry({}, removed=tuple(graph.triples((target, None, None))))
    assert users <= {f.focus for f in check_entry(context, gone).findings}


def test_contradictions_and_cycles_of_what_follows_are_findings(context: Context) -> None:
    before = state(context)
    text = """
<id/org/cas-it> org:subOrganizationOf <id/org/cas-health> .
<id/org/cas-health> org:subOrganizationOf <id/org/cas-it> .
"""
    report = check_entry(context, entry(text), Profile.IMPORT)
    things = {focus for _, focus in found(report.findings)}
    assert {"cas-it", "cas-health"} <= things
    text = "<id/org/mext> org:classification <id/org/mext> ; jpstrat:memberOf <id/org/mext> ."
    ministry = NAMES.id("org", "mext")
    typed = Entry({None: ((ministry, RDF.type, JPSTRAT.YearPeriod),)})
    assert check_entry(context, typed).of(Severity.VIOLATION)
    assert state(context) == before


def consistency(report: Report) -> list[Finding]:
    return [f for f in report.findings if str(f.shape).endswith("#Consistency")]


def test_what_breaks_a_rule_is_not_reasoned_about(context: Context) -> None:
    # an action has a status; that what has one is a measure follows only
    follows = (NAMES.id("org", "cas-it"), JPSTRAT.status, NAMES.concept("measure-status", "new"))
    alone = Entry({None: (follows,)})
    assert consistency(check_entry(context, alone, Profile.IMPORT))
    broken = entry(NEW.replace("vstatus:new", '"new"')) + alone
    assert check_entry(context, broken, Profile.IMPORT).of(Severity.VIOLATION)
    assert consistency(check_entry(context, broken, Profile.IMPORT)) == []


MIXED = NEW.replace("a jpstrat:Measure", "a jpstrat:Measure, jpstrat:Ministry")


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("in_place", [False, True])
def test_classes_that_exclude_each_other_are_told_first(
    context: Context, profile: Profile, *, in_place: bool
) -> None:
    assert MIXED != NEW
    before = state(context)
    mixed = entry(MIXED)
    judged = judge_entry(context, mixed, profile, Mode.MERGED, in_place=in_place)
    report = explained(context, mixed, profile, judged)
    first, *rest = report.findings
    assert consistency(report) == [first]
    assert first.explanation is not None
    # at the beginning of the thing, so that it stays first in the order of lines
    lines = (HEAD + MIXED).splitlines()
    assert first.place is not None
    assert first.place.line == lines.index("    a jpstrat:Measure, jpstrat:Ministry ;")
    assert first.explanation.title.ja.endswith("新しい取組の試み")
    assert first.message["ja"].endswith("は「取組」と「省庁」。")
    assert first.message["en"].endswith('is of the classes "measure" and "ministry".')
    # nothing is left that a closed shape of one class says of a property of the other, nor what
    # only a ministry lacks
    assert rest == []
    assert state(context) == before


@pytest.mark.parametrize("other", ["Ministry", "FiscalYear", "SubMeasure", "QuantitativeTarget"])
def test_what_one_of_two_classes_lacks_waits_until_the_class_is_settled(
    context: Context, other: str
) -> None:
    mixed = NEW.replace("a jpstrat:Measure", f"a jpstrat:Measure, jpstrat:{other}")
    (only,) = check_entry(context, entry(mixed)).findings
    assert str(only.shape).endswith("#Consistency")
    bare = "<id/measure/ai2019-fu2020/II-1-20-151> a jpstrat:Measure"
    told = found(check_entry(context, entry(f"{bare}, jpstrat:{other} .")).findings)
    alone = found(check_entry(context, entry(f"{bare} .")).findings)
    names = {shape for shape, _ in told}
    assert "Consistency" in names
    assert not {shape for shape, _ in alone if shape.startswith("Measure")} & names
    # what either class needs is told at once
    assert ("Title" in names) == (other != "QuantitativeTarget")


def test_a_wrong_value_is_told_whatever_the_class(context: Context) -> None:
    mixed = MIXED.replace('"II-1-20-150"', '"II-1-20-15"')
    shapes = {shape for shape, _ in found(check_entry(context, entry(mixed)).findings)}
    assert {"Consistency", "MeasureCode"} <= shapes


def test_what_neither_class_has_is_told_beside_them(context: Context) -> None:
    text = MIXED.rstrip().removesuffix(".") + "; jpstrat:amount 1.5 ."
    found_ = check_entry(context, entry(text)).findings
    closed = [f for f in found_ if f.component == SH.ClosedConstraintComponent]
    assert {f.predicate for f in closed} == {JPSTRAT.amount}
    assert str(found_[0].shape).endswith("#Consistency")


def test_a_thing_may_change_its_class(context: Context) -> None:
    office = NAMES.id("org", "mext")
    graph = context.asserted.graph
    old = tuple((office, RDF.type, cls) for cls in graph.objects(office, RDF.type))
    changed = Entry({None: ((office, RDF.type, JPSTRAT.Measure),)}, removed=old)
    assert consistency(check_entry(context, changed)) == []
    kept = Entry({None: ((office, RDF.type, JPSTRAT.Measure),)})
    assert len(consistency(check_entry(context, kept))) == 1


def test_the_same_in_every_format(context: Context) -> None:
    text = NEW.replace('"II-1-20-150"', '"II-1-20-15"')
    expected = found(check_entry(context, entry(text)).findings)
    assert expected
    graph = Graph().parse(data=HEAD + f"@base <{NAMES.base}> .\n" + text, format="turtle")
    for media, format_ in (
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
        ("application/trig", "trig"),
    ):
        body = graph.serialize(format=format_, encoding="utf-8")
        read = read_entry(body, media, file="x")
        assert found(check_entry(context, read).findings) == expected


def test_what_cannot_be_read_says_where() -> None:
    with pytest.raises(TurtleSyntaxError) as raised:
        read_entry(b"<a> <b> .", TURTLE, file="x.ttl")
    assert raised.value.facts["line"] == 1
    with pytest.raises((UploadInvalid, TurtleSyntaxError)):
        read_entry(b"\xff\xfe", TURTLE, file="x.ttl")
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><rdf:RDF/>'
    with pytest.raises(UploadRefused):
        read_entry(bomb, "application/rdf+xml", file="x.rdf")


def test_capitals_make_no_other_language(context: Context) -> None:
    text = NEW.replace('"@en', '"@EN').replace('"@ja', '"@JA')
    assert text.count("@EN") == text.count("@JA") == 1
    read = entry(text)
    assert {o.language for _, _, o in read.statements if getattr(o, "language", None)} >= {"EN"}
    assert check_entry(context, read).findings == ()
    (finding,) = check_entry(context, entry(NEW.replace('"@ja', '"@ja-JP'))).findings
    assert str(finding.shape).endswith("#TextTag")
    assert finding.expected == Literal("新しい取組の試み", lang="ja")
    broken = check_entry(context, entry(text.replace('II-1-20-150"', 'II-1-20-15"')))
    explained = [f.explanation for f in broken.findings]
    assert explained
    assert all(e is not None and e.title.ja.endswith("新しい取組の試み") for e in explained)


def test_titles_are_judged_as_written(context: Context) -> None:
    text = NEW.replace("新しい取組の試み", " ＡＩの試み\uff76")
    shapes = {shape for shape, _ in found(check_entry(context, entry(text)).findings)}
    assert shapes
    value = Literal(" ＡＩの試み\uff76", lang="ja")
    assert {f.value for f in check_entry(context, entry(text)).findings} == {value}
    assert URIRef(SKOS.prefLabel) in {
        f.predicate for f in check_entry(context, entry(text)).findings
    }


def test_who_waits_hears_how_far_the_check_is(context: Context) -> None:
    text = "".join(NEW.replace("II-1-20-150", f"II-1-20-{number}") for number in range(200, 300))
    told: list[tuple[str, int, int]] = []
    check_entry(context, entry(text), on_step=lambda *step: told.append(step))
    assert {what for what, *_ in told} == {"check"}
    done = [done for _, done, _ in told]
    assert done == sorted(set(done))
    assert all(total == told[-1][1] > 100 for *_, total in told)


def test_the_vocabularies_alone_are_taken_from_the_graph_once(context: Context) -> None:
    assert context.alone() is context.alone()
    before = state(context.alone())
    assert check_entry(context, entry(NEW), mode=Mode.ALONE).findings
    assert state(context.alone()) == before


def test_what_was_wrong_with_a_thing_before_is_not_told_again(context: Context) -> None:
    first = NAMES.id("measure", "ai2019-fu2020", "II-1-20-001")
    text = f'<{first}> skos:editorialNote "Looked up again."@en .'
    assert check_entry(context, entry(text)).findings == ()


def test_a_value_that_the_store_cannot_take_changes_nothing(context: Context) -> None:
    before = state(context)
    old = (MEASURE, JPSTRAT.deadline, NAMES.period(year=2022, fiscal=True))
    wrong = (MEASURE, SKOS.prefLabel, Literal("x", lang="abcdefghijkl"))
    with pytest.raises(ValueError, match="eight characters"):
        check_entry(context, Entry({None: (wrong,)}, removed=(old,)))
    assert state(context) == before
    assert check_entry(context, entry(NEW)).findings == ()


def test_what_contradicts_elsewhere_stands_at_the_statement_that_causes_it(
    context: Context,
) -> None:
    text = HEAD + NEW.replace("    skos:", "    jpstrat:responseTo <id/org/mext> ;\n    skos:")
    sent = read_entry(text.encode(), TURTLE, file="new.ttl")
    line = text[: text.index("jpstrat:responseTo")].count("\n") + 1
    mext = NAMES.id("org", "mext")
    message = {"ja": "省庁は概念ではありません。", "en": "A ministry is no concept."}
    shape = URIRef(f"{NAMES.base}shapes#Consistency")
    told = Finding(mext, None, None, Severity.VIOLATION, shape, message)
    (finding,) = at_causes(Report((told,)), sent, context.asserted.graph).findings
    assert finding.place is not None
    assert finding.place.line == line
    # of a value that is plainly of another class, a rule tells before that
    (wrong,) = check_entry(context, sent).of(Severity.VIOLATION)
    assert (wrong.value, wrong.place and wrong.place.line) == (mext, line)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (NEW.replace('"II-1-20-150"', '"II-1-20-012"'), "MeasureCodeUnique"),
        (
            """<id/org/lights> a jpstrat:Office ; jpstrat:abbreviation "文" ;
    jpstrat:evidence <id/source/ai2019-fu2020#char=12370,12374> .""",
            "OrganizationAbbreviationUnique",
        ),
        (
            NEW.replace("新しい取組の試み", "高校「情報Ⅰ」の教え方の継続的な改善・充実"),
            "PolicyElementTitleUnique",
        ),
    ],
)
def test_a_rule_that_holds_both_ways_is_told_once(context: Context, text: str, rule: str) -> None:
    sent = entry(text)
    both = judge_entry(context, sent, Profile.ENTRY, Mode.MERGED)
    own = {subject for subject, *_ in sent.statements}
    assert [f.focus in own for f in both.findings if str(f.shape).endswith(rule)].count(False) == 1
    told = check_together(context, sent, (), Profile.ENTRY, Mode.MERGED)
    (finding,) = [f for f in told.findings if str(f.shape).endswith(rule)]
    assert finding.focus in own
