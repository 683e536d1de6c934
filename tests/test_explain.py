"""Findings in words: each constraint of each shape, in Japanese and in English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import FOAF, ORG, OWL, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from kg.errors import Both
from kg.graph import read_turtle
from kg.lookup import Lookup
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import Asserted
from kg.pipeline.entries import Context
from kg.store.embedded import EmbeddedStore
from kg.validate import (
    Explainer,
    Explanation,
    Finding,
    Report,
    Severity,
    documentation,
    rule_name,
)
from kg.validate.constraints import SparqlConstraint, read_constraints
from kg.validate.engine import Engine
from kg.validate.explaining import COMPONENTS, named_shape
from kg.validate.explaining.reading import component_name, components_of
from kg.validate.explaining.requirements import Requirements
from kg.validate.explaining.texts import cleaned
from kg.validate.explaining.wording import Wording
from kg.validate.paths import path_text

EXAMPLES = Path(__file__).parent / "shapes"
INVALID = sorted(EXAMPLES.glob("*/invalid-*.ttl"))
NOT_CONSTRAINTS = {
    *("path", "name", "description", "message", "severity", "order", "group", "deactivated"),
    *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"),
    # parts of a constraint, a path or a query
    *("flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint"),
    *("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"),
    *("select", "prefixes", "declare", "prefix", "namespace"),
}
"""What SHACL says of a shape beside its constraints."""
VALUES: tuple[Node | None, ...] = (
    None,
    Literal("文科省"),
    Literal(" ＡＩ\n", lang="fr"),
    Literal("32 Mar 2022", datatype=XSD.date),
    Literal(-5),
    Literal("2022-03-31", datatype=XSD.date),
    NAMES.id("org", "mxet"),
    NAMES.id("org", "mext"),
    NAMES.concept("measure-status", "new"),
    BNode("unnamed"),
)
"""Values of every sort: a finding of any component may have any of them."""
ALLOWED_WORDS = {"IRI", "PDF", "SHA", "true", "false"}
"""What Japanese sentences say in Latin letters: names of the field, and two values."""


@pytest.fixture(scope="module")
def asserted(context: Context) -> Asserted:
    return context.asserted


@pytest.fixture(scope="module")
def shapes(asserted: Asserted) -> Graph:
    graph = Graph()
    graph += asserted.dataset.graph(NAMES.graph("shapes"))
    return graph


@pytest.fixture(scope="module")
def core(shapes: Graph) -> Graph:
    """What pySHACL judges; the queries are for the store, as each costs it 47 ms a thing."""
    graph = Graph()
    graph.addN((s, p, o, graph) for s, p, o in shapes if p != SH.sparql)
    return graph


@pytest.fixture(scope="module")
def explainer(asserted: Asserted, shapes: Graph) -> Explainer:
    """Of the committed graph; findings about other things are explained without their values."""
    return Explainer(shapes, asserted.graph, Lookup(asserted.graph, NAMES), NAMES)


def constraints(shapes: Graph) -> list[tuple[Node, str]]:
    """Each shape, with a name or without, and each component that constrains it."""
    subjects = sorted({s for s, p, _ in shapes if p in COMPONENTS.values()}, key=str)
    return [(shape, name) for shape in subjects for name in components_of(shapes, shape)]


def component_iri(name: str) -> URIRef:
    return SH[f"{name}ConstraintComponent" if name != "SPARQL" else "SPARQLConstraintComponent"]


def synthetic(shapes: Graph, shape: Node, component: str, value: Node | None) -> Finding:
    """A finding as a validator would make it, were `value` what it refused."""
    path = shapes.value(shape, SH.path)
    predicate = path if isinstance(path, URIRef) else None
    if component == "Closed":
        predicate = JPSTRAT.statsu
    text = None if path is None else path_text(shapes, path, NAMES)
    return Finding(
        focus=NAMES.id("measure", "ai2019-fu2020", "II-1-20-012"),
        path=text if predicate is None else NAMES.short(predicate),
        predicate=predicate,
        value=value,
        severity=Severity.VIOLATION,
        shape=shape,
        message={"ja": "決まりです。", "en": "A rule."},
        component=component_iri(component),
    )


def assert_explained(explanation: Explanation, where: object) -> None:
    """Titles and suggestions are names and values: the rest is sentences."""
    for name in ("title", "field", "nearest"):
        words = getattr(explanation, name)
        assert words is None or all(text.strip() for text in words), where
    if explanation.field is not None:
        assert not foreign(explanation.field), where
    for words in (explanation.problem, explanation.allowed, explanation.fix):
        if words is not None:
            assert_bilingual(words, where)


def foreign(words: Both) -> set[str]:
    """Words of another language in the Japanese text."""
    return set(re.findall(r"[A-Za-z][A-Za-z]+", without_quotations(words.ja))) - ALLOWED_WORDS


def assert_bilingual(words: Both, where: object) -> None:
    """Both texts are there; the Japanese one holds no word of another language."""
    assert words.ja.strip(), where
    assert words.en.strip(), where
    assert not foreign(words), (where, words.ja)
    assert re.search(r"[ぁ-ヿ一-鿿]", words.ja), (where, words)


def without_quotations(text: str) -> str:
    """A Japanese text without what it quotes (「…」, `…`, （…）), names to type and codes."""
    for pattern in (r"`[^`]*`", r"「[^「」]*」", r"（[^（）]*）", r"［[^［］]*］"):
        before = None
        while before != text:
            before, text = text, re.sub(pattern, "", text)
    for pattern in (
        r"@[a-z]+(-[A-Za-z]+)?",
        rf"(?<![A-Za-z])({'|'.join(NAMES.prefixes)}):[A-Za-z0-9_-]*",
        r"(?<![A-Za-z])(id|vocab|graph|data)/[A-Za-z0-9/_=,#-]+|(?<![A-Za-z])shapes#[A-Za-z]+",
        r"#char=[0-9,]*",
        r"(?<![A-Za-z])[IVX]+(-[0-9A-Z]+)+",
        r"[A-Za-z]+[0-9]+[A-Za-z]*",
    ):
        text = re.sub(pattern, "", text)
    return text


def test_every_parameter_of_the_shapes_is_known(shapes: Graph) -> None:
    used = {str(p).removeprefix(str(SH)) for _, p, _ in shapes if str(p).startswith(str(SH))}
    known = {str(p).removeprefix(str(SH)) for p in COMPONENTS.values()}
    assert used - known - NOT_CONSTRAINTS == set()
    assert len(constraints(shapes)) >= 400
    assert len({name for _, name in constraints(shapes)}) >= 17


def test_each_constraint_says_what_it_allows_in_both_languages(
    shapes: Graph, explainer: Explainer
) -> None:
    for shape, component in constraints(shapes):
        words = explainer.requirement(shape, component)
        assert_bilingual(words, (shape, component))


def test_each_constraint_of_each_shape_is_explained_in_both_languages(
    shapes: Graph, explainer: Explainer
) -> None:
    count = 0
    for shape, component in constraints(shapes):
        for value in VALUES:
            explanation = explainer.of(synthetic(shapes, shape, component, value))
            where = (named_shape(shapes, shape), component, value)
            assert explanation.rule == named_shape(shapes, shape), where
            assert explanation.rule is not None
            assert (explanation.rule, RDF.type, None) in shapes, where
            assert_explained(explanation, where)
            count += 1
    assert count >= 4000


def test_each_rule_says_how_to_fix_it(shapes: Graph) -> None:
    """`sh:description` of the shapes, where there is one, is in both languages."""
    for shape in set(shapes.subjects(SH.description)):
        texts = {text.language for text in shapes.objects(shape, SH.description)}  # type: ignore[union-attr]
        assert texts == {"ja", "en"}, shape


@contextmanager
def stated(data: Graph, added: Graph) -> Iterator[None]:
    """`data` with the triples of `added` until the end of the block."""
    new = [triple for triple in added if triple not in data]
    for triple in new:
        data.add(triple)
    try:
        yield
    finally:
        for triple in new:
            data.remove(triple)


@cache
def example(path: Path) -> Graph:
    graph = Graph()
    text = path.read_text(encoding="utf-8")
    document = read_turtle(text, file=path.name, names=NAMES, blank=path.stem)
    graph.addN((s, p, o, graph) for s, p, o in document.triples)
    return graph


@pytest.fixture(scope="module")
def known(asserted: Asserted) -> Graph:
    graph = Graph()
    for name in ("def", "vocab"):
        graph += asserted.dataset.graph(NAMES.graph(name))
    return graph + example(EXAMPLES / "context.ttl")


def surrounded(graph: Graph, known: Graph) -> Graph:
    """An example, the class tree, and all that is known of what it speaks of."""
    whole = Graph()
    whole += known.triples((None, RDFS.subClassOf, None))
    whole += graph
    waiting, seen = {*graph.all_nodes(), *graph.predicates()}, set[Node]()
    while waiting:
        thing = waiting.pop()
        seen.add(thing)
        about = list(known.triples((thing, None, None)))
        whole += about
        waiting |= {o for _, _, o in about} - seen
    return whole


@pytest.fixture(scope="module")
def findings(shapes: Graph, core: Graph, known: Graph) -> list[tuple[Path, Finding]]:
    """What the shapes say of every bad example."""
    queries, engine = read_constraints(shapes), Engine(core, NAMES)
    return [
        (path, finding)
        for path in INVALID
        for finding in judged(
            surrounded(example(path), known),
            engine,
            [query for query in queries if rule_name(query.shape) == path.stem.split("-")[1]],
        )
    ]


def judged(data: Graph, engine: Engine, queries: list[SparqlConstraint]) -> Iterator[Finding]:
    """What breaks core shapes, and those of `queries`, which are the ones that an example names."""
    yield from engine.validate(data).findings
    if not queries:
        return
    store = EmbeddedStore()
    dataset = Dataset()
    graph = dataset.graph(NAMES.graph("entry"))
    graph.addN((s, p, o, graph) for s, p, o in data)
    store.load(dataset)
    for query in queries:
        yield from query.findings(store, NAMES)


def test_each_bad_example_is_explained(
    shapes: Graph, asserted: Asserted, findings: list[tuple[Path, Finding]]
) -> None:
    explained = set()
    data = asserted.graph
    lookup = Lookup(data, NAMES)
    for path, finding in findings:
        with stated(data, example(path)):
            explanation = Explainer(shapes, data, lookup, NAMES).of(finding)
        assert_explained(explanation, path)
        line = replace(finding, explanation=explanation).line("ja")
        assert explanation.problem.ja in line
        assert "\n" not in line
        explained.add(path)
    assert explained == set(INVALID)
    assert len(findings) >= 175
    assert len({component_name(finding.component) for _, finding in findings}) >= 15


LOANS = {
    "EN": "the tag of English in capitals, as somebody may write it (@EN)",
    "IRI": "the standard's name of such an address; Japanese texts of the field use it",
    "PDF": "name of a file format",
    "SHA": "name of a digest (SHA-256)",
    "char": "part of an address of characters of a text (#char=0,5), as it is typed",
    "cy": "beginning of the name of a calendar year, as it is typed (cy2022)",
    "false": "a value as it is typed",
    "fy": "beginning of the name of a fiscal year, as it is typed (fy2022)",
    "sha256": "beginning of a digest, as it is typed",
    "sha256sum": "name of a command",
    "true": "a value as it is typed",
}
"""Latin words outside of quotations and names that Japanese sentences may hold, and why."""
_NAMES_TO_TYPE = (
    r'"(?:[^"\\\\]|\\\\.)*"(?:@[A-Za-z-]+|\^\^[a-z]+:\w+)?',
    r"<[^<>\s]*>",
    r"`[^`]*`",
    rf"(?<![A-Za-z])(?:{'|'.join(NAMES.prefixes)}):[A-Za-z0-9_.-]*",
    r"(?<![A-Za-z])(?:id|vocab|graph|copy|data|shapes)[/#][^\s「」（）、。]*",
    r"https?:[^\s「」（）、。]*",
    r"(?<![A-Za-z0-9])@[a-z]+(?:-[A-Za-z]+)?",
    r"(?<![A-Za-z])[IVX]+(?:-[0-9A-Z]+)+(?:-[a-z][0-9]+)?",
)
"""Values and names as files have them, which are the same in every language."""


def test_japanese_holds_no_english_but_values_names_and_a_few_loans(
    shapes: Graph, asserted: Asserted, findings: list[tuple[Path, Finding]]
) -> None:
    """Stricter than above: what is quoted is a value that was found, or a title in Japanese."""
    surroundings = example(EXAMPLES / "context.ttl")
    japanese = {
        str(text)
        for graph in (asserted.graph, shapes, surroundings)
        for _, property_, text in graph
        if isinstance(text, Literal) and text.language == "ja"
        if property_ not in {SH.message, SH.description}
    }
    of_no_language = {
        str(text)
        for text in asserted.graph.objects()
        if isinstance(text, Literal) and text.language is None
    }
    lookup = Lookup(asserted.graph, NAMES)
    used, count = set(), 0
    for path, finding in findings:
        stating = example(path) + surroundings
        with stated(asserted.graph, stating):
            said = Explainer(shapes, asserted.graph, lookup, NAMES).of(finding)
        # a value that was found may be in any language; IRIs may be of any scheme
        found_ = (str(node) for node in (*stating.objects(), finding.value))
        values = {text for value in found_ for text in (value, value.strip())} | of_no_language
        # where the Japanese title is what is missing, a thing is called by the other one
        said = replace(said, title=Both(f"「{said.title.ja}」", said.title.en))
        texts = (said.title, said.field, said.problem, said.allowed, said.nearest, said.fix)
        for words in (*filter(None, texts), Both(finding.message["ja"], "")):
            found = latin(words.ja, japanese | values)
            assert found <= LOANS.keys(), (path.stem, words.ja, found)
            used |= found
            count += 1
    assert count >= 2000
    assert used == LOANS.keys()


def latin(text: str, quotable: set[str]) -> set[str]:
    """Words in Latin letters outside of names to type and of the texts that may be quoted."""
    for pattern in _NAMES_TO_TYPE:
        text = re.sub(pattern, "", text)
    if re.search(r"「[^」]*「", text):
        for value in quotable:
            text = text.replace(value, "") if "「" in value else text
    before = ""
    while before != text:
        before = text
        text = re.sub(
            r"「([^「」]*)」", lambda m: "" if is_quoted(m[1], quotable) else f" {m[1]} ", text
        )
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]+", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("「ministry」（org:Organization）に属するもの", {"ministry"}),
        ("「Replacing lights」@enは長すぎます。", set()),
        ("「Replacing…（全16字）」は長すぎます。", set()),
        ("Replacing lightsは長すぎます。", {"Replacing", "lights"}),
        ("「id/org/mext」はIRIです。もしかして: 文部科学省 <id/org/mext>", {"IRI"}),
        ("measure（jpstrat:code）", {"measure"}),
    ],
)
def test_words_of_another_language_are_seen(text: str, words: set[str]) -> None:
    assert latin(text, {"Replacing lights"}) == words


def is_quoted(inner: str, quotable: set[str]) -> bool:
    """Whether a quotation is one of the texts, or the beginning of one."""
    visible = inner.replace("⏎", "\n").replace("⇥", "\t")
    visible = re.sub(r"\[U\+([0-9A-F]+)\]", lambda m: chr(int(m[1], 16)), visible)
    start, cut, _ = visible.partition("…（全")
    if re.fullmatch(r"U\+[0-9A-F]{4,6}", visible):
        return True
    whole = visible in quotable or visible.strip() in quotable
    return whole or bool(cut and any(text.startswith(start) for text in quotable))


def test_a_component_that_nobody_knows_is_told_by_its_message(explainer: Explainer) -> None:
    finding = Finding(
        focus=NAMES.id("org", "mext"),
        path=None,
        value=Literal("x"),
        severity=Severity.VIOLATION,
        shape=URIRef("https://example.org/own"),
        message={"ja": "独自の決まりです。", "en": "A rule of somebody's."},
        component=URIRef("https://example.org/component"),
    )
    explanation = explainer.of(finding)
    assert explanation.problem.ja == "独自の決まりです。（値: 「x」）"
    assert explanation.allowed is None
    assert explanation.title.ja == "文部科学省"


# golden cases


PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
BASE = f"@base <{NAMES.base}> .\n"


class Checking:
    """The committed graph with some statements more, checked by a few shapes."""

    def __init__(self, asserted: Asserted, shapes: Graph) -> None:
        self.asserted, self.shapes = asserted, shapes
        self.engine = Engine(shapes, NAMES)
        self.lookup = Lookup(asserted.graph, NAMES)

    def explain(self, turtle: str, shapes: str | None = None) -> Report:
        """Findings of `shapes` (the project's) about the things of `turtle`."""
        added = Graph().parse(data=PREFIXES + BASE + turtle, format="turtle")
        rules, engine = self.shapes, self.engine
        if shapes is not None:
            rules = Graph().parse(data=PREFIXES + BASE + shapes, format="turtle")
            engine = Engine(rules, NAMES)
        data = self.asserted.graph
        with stated(data, added):
            report = engine.validate(data, set(added.subjects()))
            return report.explained(Explainer(rules, data, self.lookup, NAMES).of)


@pytest.fixture(scope="module")
def checking(asserted: Asserted, core: Graph) -> Checking:
    return Checking(asserted, core)


def of(report: Report, component: str, predicate: URIRef | None = None) -> Finding:
    found = [
        f
        for f in report.findings
        if component_name(f.component) == component and predicate in (None, f.predicate)
    ]
    assert len(found) == 1, [f.line("en") for f in report.findings]
    return found[0]


def nearest(finding: Finding) -> tuple[str, str] | None:
    assert finding.explanation is not None
    return None if finding.explanation.nearest is None else tuple(finding.explanation.nearest)


MEASURE = """
<id/measure/ai2019-fu2020/II-1-20-150> a jpstrat:Measure ; jpstrat:code "II-1-20-150" ;
    jpstrat:edition <id/edition/ai2019-fu2020> ;
    jpstrat:inSection <id/section/ai2019-fu2020/II-1-1> ;
    skos:prefLabel "新しい取組"@ja , "A new measure"@en ;
"""


@pytest.mark.parametrize(
    ("organisation", "suggestion"),
    [
        ('"文科省"', ("文部科学省 <id/org/mext>", "Ministry of Education")),
        ('"ＭＥＸＴ"', ("文部科学省 <id/org/mext>", "Ministry of Education")),
        ('"経済産業局"', ("経済産業省 <id/org/meti>", "Ministry of Economy")),
        ("<id/org/mxet>", ("文部科学省 <id/org/mext>", "Ministry of Education")),
        ("<id/orgs/mext>", ("文部科学省 <id/org/mext>", "Ministry of Education")),
        ('"該当なし"', None),
    ],
)
def test_an_organisation_that_is_none(
    checking: Checking, organisation: str, suggestion: tuple[str, str] | None
) -> None:
    report = checking.explain(f"{MEASURE} jpstrat:responsibleOrganization {organisation} .")
    finding = of(report, "Class", JPSTRAT.responsibleOrganization)
    near = nearest(finding)
    if suggestion is None:
        assert near is None
    else:
        assert near is not None
        assert near[0] == suggestion[0]
        assert near[1].startswith(suggestion[1])
    assert finding.explanation is not None
    assert finding.explanation.title == Both("II-1-20-150 新しい取組", "II-1-20-150 A new measure")


def test_the_line_of_a_finding_says_everything(checking: Checking) -> None:
    report = checking.explain(f'{MEASURE} jpstrat:responsibleOrganization "文科省" .')
    line = of(report, "Class", JPSTRAT.responsibleOrganization).line("ja")
    for words in (
        "「II-1-20-150 新しい取組」の",
        "（jpstrat:responsibleOrganization）",
        "「文科省」は文字で書かれていて",
        "「組織」（org:Organization）に属するもの",
        "もしかして: 文部科学省 <id/org/mext>。",
    ):
        assert words in line
    english = of(report, "Class", JPSTRAT.responsibleOrganization).line("en")
    assert "Did you mean: Ministry of Education" in english
    assert "<id/org/mext>?" in english


@pytest.mark.parametrize(
    ("code", "suggestion"),
    [
        ("ｉｉ-1-20-1", '"II-1-20-001"'),
        ("II－１－２０－０１２", '"II-1-20-012"'),
        ("Ⅱ-1-20-12", '"II-1-20-012"'),
        ("「II-1-20-012」", '"II-1-20-012"'),
        (" II-1-20-012 ", '"II-1-20-012"'),
        ("1-20-012", None),
        ("12", None),
    ],
)
def test_a_code_of_another_form(checking: Checking, code: str, suggestion: str | None) -> None:
    turtle = f'<id/measure/ai2019-fu2020/new> a jpstrat:Measure ; jpstrat:code "{code}" .'
    finding = of(checking.explain(turtle), "Pattern", JPSTRAT.code)
    assert nearest(finding) == (suggestion and (suggestion, suggestion))
    assert finding.explanation is not None
    assert finding.explanation.allowed is not None
    assert "「II-1-20-001」の形" in finding.explanation.allowed.ja


def test_a_status_as_text_and_of_another_scheme(checking: Checking) -> None:
    report = checking.explain(f'{MEASURE} jpstrat:status "新規" .')
    assert nearest(of(report, "Class", JPSTRAT.status)) == ("新規 vstatus:new", "new vstatus:new")
    report = checking.explain(f"{MEASURE} jpstrat:status vfield:health .")
    explanation = of(report, "In").explanation
    assert explanation is not None
    assert "ではありません" in explanation.problem.ja
    assert explanation.allowed is not None
    assert "「継続」（vstatus:continued）" in explanation.allowed.ja
    report = checking.explain(f"{MEASURE} jpstrat:status <vocab/measure-status/nwe> .")
    finding = of(report, "Class", JPSTRAT.status)
    assert nearest(finding) == ("新規 vstatus:new", "new vstatus:new")
    assert finding.explanation is not None
    assert finding.explanation.problem.ja == "「vstatus:nwe」は、どこにも記述がありません。"


def test_a_deadline_in_words(checking: Checking) -> None:
    report = checking.explain(f'{MEASURE} jpstrat:deadline "令和４年度" .')
    assert nearest(of(report, "Class", JPSTRAT.deadline)) == (
        "2022年度 <id/period/fy2022>",
        "FY2022 <id/period/fy2022>",
    )


def test_a_property_mistyped_or_of_another_class(checking: Checking) -> None:
    report = checking.explain(f"{MEASURE} jpstrat:statsu vstatus:new .")
    assert nearest(of(report, "MinCount", JPSTRAT.status)) == (
        "jpstrat:status（いまの記述: jpstrat:statsu）",
        "jpstrat:status (written now: jpstrat:statsu)",
    )
    closed = """<shapes#Own> a sh:NodeShape ; sh:targetClass foaf:Person ; sh:closed true ;
        sh:ignoredProperties ( rdf:type ) ; sh:message "x"@en , "x"@ja ;
        sh:property [ sh:path foaf:name ] , [ sh:path jpstrat:evidence ] ."""
    turtle = "<id/person/p900> a foaf:Person ; jpstrat:evidense <id/x> ."
    finding = of(checking.explain(turtle, closed), "Closed")
    assert nearest(finding) == ("根拠箇所 jpstrat:evidence", "evidence jpstrat:evidence")
    assert finding.explanation is not None
    assert "「jpstrat:evidense」という項目はありません" in finding.explanation.problem.ja


def own(constraint: str, path: str = "jpstrat:value") -> str:
    """One property shape with one constraint."""
    return (
        "<shapes#Own> a sh:NodeShape ; sh:targetClass jpstrat:QuantitativeTarget ;"
        f" sh:property <shapes#OwnValue> . <shapes#OwnValue> a sh:PropertyShape ; sh:path {path} ;"
        f' sh:name "value"@en , "数値"@ja ; sh:message "x"@en , "x"@ja ; {constraint} .'
    )


@pytest.mark.parametrize(
    ("constraint", "value", "component", "suggestion"),
    [
        ("sh:datatype xsd:integer", '"１２０"', "Datatype", "120"),
        ("sh:datatype xsd:integer", '"1,200人"', "Datatype", "1200"),
        ("sh:datatype xsd:integer", '"約1億人"', "Datatype", None),
        ("sh:datatype xsd:decimal", "120", "Datatype", "120.0"),
        ("sh:datatype xsd:decimal", '"三十"', "Datatype", None),
        ("sh:datatype xsd:date", '"令和4年3月31日"', "Datatype", '"2022-03-31"^^xsd:date'),
        ("sh:datatype xsd:date", '"2022/3/31"', "Datatype", '"2022-03-31"^^xsd:date'),
        ("sh:datatype xsd:date", '"2022年13月31日"', "Datatype", None),
        ("sh:datatype xsd:boolean", '"はい"', "Datatype", "true"),
        ("sh:datatype xsd:string", '"文"@ja', "Datatype", '"文"'),
        ("sh:datatype rdf:langString", '"文"', "Datatype", '"文"@ja'),
        ('sh:languageIn ( "ja" "en" )', '"文"', "LanguageIn", '"文"@ja'),
        ('sh:languageIn ( "ja" "en" )', '"text"@eng', "LanguageIn", '"text"@en'),
        ('sh:languageIn ( "ja" "en" )', '"文"@jp', "LanguageIn", '"文"@ja'),
        ('sh:languageIn ( "ja" "en" )', '"texte"@fr', "LanguageIn", None),
        ("sh:maxInclusive 100", "120", "MaxInclusive", None),
        ("sh:minInclusive 0", "-1500000000", "MinInclusive", "1500000000"),
        ("sh:minInclusive 0", "-1.50", "MinInclusive", "1.50"),
        ("sh:minExclusive 0", "0", "MinExclusive", None),
        ("sh:maxExclusive 10", "10", "MaxExclusive", None),
        ("sh:minExclusive 0", '"many"', "MinExclusive", None),
        ('sh:in ( "at-least" "at-most" )', '"at-lest"', "In", '"at-least"'),
        ('sh:in ( "at-least" "at-most" )', '"ＡＴ－ＬＥＡＳＴ"', "In", '"at-least"'),
        ("sh:in ( vunit:percent vunit:person )", "vunit:prcent", "In", "vunit:percent"),
        ('sh:hasValue "x"', '"y"', "HasValue", '"x"'),
        ("sh:maxLength 3", '" abc "', "MaxLength", '"abc"'),
        ("sh:minLength 3", '"ab"', "MinLength", None),
        ("sh:nodeKind sh:IRI", '"jpstrat:code"', "NodeKind", "jpstrat:code"),
        ("sh:nodeKind sh:IRI", '"id/org/mext"', "NodeKind", "<id/org/mext>"),
        ('sh:not [ sh:pattern "[Ａ-Ｚａ-ｚ０-９]" ]', '"ＡＩ（案）"@ja', "Not", '"AI（案）"@ja'),
        ('sh:not [ sh:pattern "[｡-ﾟ]" ]', '"ﾃﾞｰﾀ"@ja', "Not", '"データ"@ja'),
        ('sh:not [ sh:pattern "[\\\\u2F00-\\\\u2FDF]" ]', '"⽇本"@ja', "Not", '"日本"@ja'),
        ('sh:not [ sh:pattern "[\\\\uE000-\\\\uF8FF]" ]', '"\uf06c項目"@ja', "Not", '"項目"@ja'),
        (
            'sh:not [ sh:pattern "\\\\s$|[\\\\n\\\\t]" ]',
            '"一行\\n二行 "@ja',
            "Not",
            '"一行 二行"@ja',
        ),
        ("sh:node [ sh:datatype xsd:integer ]", '"12"', "Node", "12"),
        ("sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:date ] )", '"12"', "Or", "12"),
        ("sh:and ( [ sh:datatype xsd:integer ] [ sh:minInclusive 1 ] )", '"12"', "And", "12"),
        ("sh:xone ( [ sh:minInclusive 1 ] [ sh:minInclusive 2 ] )", "5", "Xone", None),
        ("sh:equals jpstrat:start", "5", "Equals", None),
        ("sh:disjoint jpstrat:value", "5", "Disjoint", None),
        ("sh:lessThan jpstrat:end", "5", "LessThan", None),
        ("sh:lessThanOrEquals jpstrat:end", "5", "LessThanOrEquals", None),
        (
            "sh:qualifiedValueShape [ sh:datatype xsd:date ] ; sh:qualifiedMinCount 1",
            *("5", "QualifiedMinCount", None),
        ),
        (
            "sh:qualifiedValueShape [ sh:datatype xsd:integer ] ; sh:qualifiedMaxCount 0",
            *("5", "QualifiedMaxCount", None),
        ),
        ("sh:minCount 2", "5", "MinCount", None),
        ("sh:maxCount 0", "5", "MaxCount", None),
        ("sh:uniqueLang true", '"a"@ja , "b"@ja', "UniqueLang", None),
        ('sh:pattern "^[a-z]+$"', '"ABC"', "Pattern", '"abc"'),
        ("sh:class org:Organization", '"理研"', "Class", "<id/org/riken>"),
    ],
)
def test_the_nearest_valid_value_of_each_component(
    checking: Checking, constraint: str, value: str, component: str, suggestion: str | None
) -> None:
    turtle = f"<id/x/q1> a jpstrat:QuantitativeTarget ; jpstrat:end 3 ; jpstrat:value {value} ."
    finding = of(checking.explain(turtle, own(constraint)), component)
    near = nearest(finding)
    if suggestion is None:
        assert near is None
    else:
        assert near is not None
        assert near[0].endswith(suggestion)
    assert finding.explanation is not None
    assert_explained(finding.explanation, (constraint, value))


def test_all_components_have_a_golden_case() -> None:
    marks = test_the_nearest_valid_value_of_each_component.pytestmark  # type: ignore[attr-defined]
    covered = {case[2] for case in marks[0].args[1]}
    assert covered | {"Closed", "SPARQL", "Property"} == COMPONENTS.keys()


def test_a_language_that_is_lacking_is_named(checking: Checking) -> None:
    finding = of(
        checking.explain(MEASURE.replace('"新しい取組"@ja , ', "").strip("; \n") + " ."),
        *("MinCount", SKOS.prefLabel),
    )
    explanation = finding.explanation
    assert explanation is not None
    assert explanation.problem.ja.startswith("日本語の「題名」がありません")
    assert explanation.problem.en.startswith('"title" in Japanese is missing')


@pytest.mark.parametrize(
    ("title", "component", "problem"),
    [
        (f'"{"長" * 101}"@ja', "Or", "は101字です（60字まで）。"),
        ('"新しい取組"', "LanguageIn", "に言語タグがありません。"),
        ('"新的措施"@zh', "LanguageIn", "の言語タグは「@zh」です。"),
    ],
)
def test_a_title_is_judged_by_its_language(
    checking: Checking, title: str, component: str, problem: str
) -> None:
    turtle = MEASURE.replace('"新しい取組"@ja', title).strip("; \n")
    finding = of(checking.explain(turtle + " ."), component, SKOS.prefLabel)
    explanation = finding.explanation
    assert explanation is not None
    assert explanation.problem.ja.endswith(problem)
    assert ("縮め" in explanation.fix.ja) is ("字です" in problem)


def test_values_that_differ_in_writing_only_are_shown_as_written(checking: Checking) -> None:
    turtle = "<id/x/q1> a jpstrat:QuantitativeTarget ; jpstrat:value 15.0 , 15.00 ."
    finding = of(checking.explain(turtle, own("sh:maxCount 1")), "MaxCount")
    assert finding.explanation is not None
    assert finding.explanation.problem.ja == "「数値」が2件あります: 15.0、15.00。"


def test_words_of_a_number_of_values_are_grammatical(checking: Checking) -> None:
    turtle = "<id/x/q1> a jpstrat:QuantitativeTarget ; jpstrat:value 1 , 2 ."
    finding = of(checking.explain(turtle, own("sh:minCount 1 ; sh:maxCount 1")), "MaxCount")
    explanation = finding.explanation
    assert explanation is not None
    assert explanation.problem == Both(
        "「数値」が2件あります: 1、2。", '"value" has 2 values: 1, 2.'
    )
    assert explanation.allowed == Both("値がちょうど1件", "exactly 1 value")
    assert explanation.fix.en == "Keep 1 value and delete the rest."


def test_rules_of_queries_show_the_value_and_what_is_wrong_with_it(explainer: Explainer) -> None:
    finding = Finding(
        focus=NAMES.id("target", "ai2019-fu2020", "II-1-1-t1", "q1"),
        path=JPSTRAT.valueText.n3(),
        predicate=JPSTRAT.valueText,
        value=Literal("約１人 "),
        severity=Severity.VIOLATION,
        shape=URIRef(f"{NAMES.base}shapes#Own"),
        message={"ja": "一行で書いてください。", "en": "One line only."},
        component=SH.SPARQLConstraintComponent,
    )
    explanation = explainer.of(finding)
    assert explanation.field is not None
    assert explanation.field.ja.endswith("（jpstrat:valueText）")
    assert (
        explanation.problem.ja
        == "「約１人 」に端の空白「U+0020」、全角の英数字・記号「１」があります。"
    )
    assert explanation.nearest == Both('"約1人"', '"約1人"')
    explanation = explainer.of(replace(finding, value=Literal("1")))
    assert explanation.problem.ja == "一行で書いてください。（値: 「1」）"
    assert explanation.title.ja == "数値目標 id/target/ai2019-fu2020/II-1-1-t1/q1"
    explanation = explainer.of(replace(finding, value=Literal(2060), expected=Literal(2061)))
    assert explanation.allowed == Both("この場合は2061", "here 2061")
    explanation = explainer.of(replace(finding, value=NAMES.id("org", "mxet")))
    assert explanation.nearest is not None
    assert explanation.nearest.ja == "文部科学省 <id/org/mext>"


def test_a_rule_about_an_iri_shows_the_one_that_stands_there_and_the_right_one(
    explainer: Explainer,
) -> None:
    measure = NAMES.id("measure", "ai2019-fu2020", "II-1-20-012")
    finding = Finding(
        focus=measure,
        path=None,
        value=measure,
        severity=Severity.VIOLATION,
        shape=URIRef(f"{NAMES.base}shapes#Own"),
        message={"ja": "IRIは番号で終わります。", "en": "The IRI ends with the code."},
        component=SH.SPARQLConstraintComponent,
        expected=NAMES.id("measure", "ai2019-fu2020", "II-1-20-777"),
    )
    explanation = explainer.of(finding)
    assert explanation.field is None
    assert explanation.nearest is None
    assert explanation.problem == Both(
        "IRIは番号で終わります。（いまのIRI: 「id/measure/ai2019-fu2020/II-1-20-012」）",
        "The IRI ends with the code. (IRI now: id/measure/ai2019-fu2020/II-1-20-012)",
    )
    assert explanation.allowed == Both(
        "この場合は「id/measure/ai2019-fu2020/II-1-20-777」",
        "here id/measure/ai2019-fu2020/II-1-20-777",
    )
    assert explainer.of(replace(finding, expected=None)).problem.ja == "IRIは番号で終わります。"


def test_a_value_of_another_property_is_not_blamed_for_its_signs(
    asserted: Asserted, explainer: Explainer
) -> None:
    # printed in full-width letters
    repost, printed = next(asserted.graph.subject_objects(JPSTRAT.repostReference))
    assert cleaned(str(printed)) != str(printed)
    finding = Finding(
        focus=repost,
        path="jpstrat:repostResolution",
        predicate=JPSTRAT.repostResolution,
        value=printed,
        severity=Severity.VIOLATION,
        shape=URIRef(f"{NAMES.base}shapes#Own"),
        message={"ja": "特定方法が必要です。", "en": "Say how."},
        component=SH.SPARQLConstraintComponent,
    )
    assert explainer.of(finding).problem.ja == f"特定方法が必要です。（値: 「{printed}」）"


def test_rules_have_names_and_addresses(shapes: Graph) -> None:
    code = URIRef(f"{NAMES.base}shapes#MeasureCode")
    assert rule_name(code) == "MeasureCode"
    assert rule_name(URIRef("https://example.org/rules/own")) == "own"
    assert rule_name(BNode()) == ""
    assert documentation(code, "docs/reference/rules.md") == "docs/reference/rules.md#MeasureCode"
    anonymous = next(inner for inner in shapes.subjects(SH.maxLength) if isinstance(inner, BNode))
    assert named_shape(shapes, anonymous) == URIRef(f"{NAMES.base}shapes#TitleLength")
    assert named_shape(Graph(), BNode()) is None


def test_a_lookup_of_classes_knows_those_of_subclasses(explainer: Explainer, shapes: Graph) -> None:
    shape = URIRef(f"{NAMES.base}shapes#ResponsibleOrganization")
    words = explainer.requirement(shape, "Class")
    assert "（org:Organization）" in words.ja
    assert ORG.Organization in shapes.objects(shape, SH["class"])
    assert (None, SKOS.inScheme, None) not in shapes


def test_a_membership_is_called_by_its_body_and_person(asserted: Asserted, shapes: Graph) -> None:
    wording = Wording(shapes, asserted.graph, NAMES)
    member = NAMES.id("membership", "ai-executive-council", "p003")
    title = wording.title(member)
    assert title.ja.startswith("AI戦略実行会議の")
    assert title.en.endswith(", AI Strategy Executive Council")
    name = asserted.graph.value(asserted.graph.value(member, ORG.member), FOAF.name)
    assert str(name) in title.ja


def test_a_path_that_nobody_types_is_not_shown(shapes: Graph, explainer: Explainer) -> None:
    responsible = URIRef(f"{NAMES.base}shapes#Responsible")
    path = path_text(shapes, shapes.value(responsible, SH.path), NAMES)
    assert "^jpstrat:partOf" in path
    explanation = explainer.of(synthetic(shapes, responsible, "MinCount", None))
    assert explanation.field == Both("担当", "who is responsible")
    assert "^" not in explanation.problem.ja


def test_what_no_thing_may_have_is_not_offered(shapes: Graph, asserted: Asserted) -> None:
    wording, lookup = Wording(shapes, asserted.graph, NAMES), Lookup(asserted.graph, NAMES)
    requirements = Requirements(shapes, asserted.graph, wording, lookup)
    for shape in shapes.subjects(SH.closed, Literal(True)):
        allowed = requirements.allowed_properties(shape)
        assert RDF.type in allowed
        assert not {OWL.sameAs, OWL.imports} & set(allowed)
