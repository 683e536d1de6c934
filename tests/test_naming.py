"""kg.pipeline.naming: what is said of names that nothing defines, and what could stand there."""

from dataclasses import dataclass

import pytest
from rdflib import URIRef

from kg.entry import Mode, Profile
from kg.lookup import Lookup
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import Built
from kg.pipeline.entries import TURTLE, Context, read_entry
from kg.pipeline.judging import check_together
from kg.pipeline.project import Project
from kg.queries import read_catalogue
from kg.validate import Explanation
from kg.validate.explaining.members import QUERIES, TERMS

HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
MEASURE = "<id/measure/ai2019-fu2020/II-1-20-150> a jpstrat:Measure ; "


@dataclass(frozen=True)
class Case:
    """A statement with an unknown name: what is offered (ja, en), what is no more said."""

    statement: str
    ja: str
    en: str
    near: str | None = None


STATUS = Case(
    "jpstrat:status vstatus:xyzzy",
    "「取組の状況」（vocab/measure-status）の概念［「継続」（vstatus:continued）、"
    "「新規」（vstatus:new）、「再掲」（vstatus:reposted）、「更新」（vstatus:updated）］",
    'a concept of "Status of measures" (vocab/measure-status) ["continued" (vstatus:continued), '
    '"new" (vstatus:new), "reposted" (vstatus:reposted), "updated" (vstatus:updated)]',
)
CASES = [
    STATUS,
    Case("jpstrat:status vstatus:neww", STATUS.ja, STATUS.en, "vstatus:new"),
    # the folder of no scheme: the property says which is meant
    Case("jpstrat:status <vocab/status/foo>", STATUS.ja, STATUS.en),
    # a property that no shape of the class names: that of all things that have it
    Case(
        "jpstrat:researchArea varea:basic",
        "（vocab/ai-core-area）の概念［「AIの基礎理論と基盤技術」（varea:1）、",
        '(vocab/ai-core-area) ["',
    ),
    # the property is unknown as well: the name says the scheme
    Case("jpstrat:blorb vstatus:xyzzy", STATUS.ja, STATUS.en),
    # more than a sentence holds: some, how many, where
    Case(
        "jpstrat:healthAiArea vhealth:xyzzy",
        "。全49件、一覧は`senryaku query concepts -p scheme=vocab/health-ai-area`、"
        "サービスでは`/queries/concepts?scheme=vocab/health-ai-area`］",
        "; 49 in all, see `senryaku query concepts -p scheme=vocab/health-ai-area`, "
        "on the service `/queries/concepts?scheme=vocab/health-ai-area`]",
    ),
    Case(
        "jpstrat:responsibleOrganization <id/org/nowhere>",
        "件、一覧は`senryaku query organisations`、サービスでは`/queries/organisations`］",
        "in all, see `senryaku query organisations`, on the service `/queries/organisations`]",
    ),
    # a class that no query lists
    Case(
        "jpstrat:deadline <id/period/fy2099>",
        "「2050年度」（id/period/fy2050）。全72件］",
        "72 in all]",
    ),
    # a class with few things: all of them
    Case("jpstrat:edition <id/edition/nowhere>", "［", "(id/edition/ai2019-fu2020)"),
    Case(
        "jpstrat:deadLine <id/period/fy2022>",
        "「達成時期の記載」（jpstrat:deadlineText）",
        '"deadline text" (jpstrat:deadlineText)',
        "jpstrat:deadline",
    ),
    Case(
        "a jpstrat:Mesure",
        "「取組の細目」（jpstrat:SubMeasure）",
        "(jpstrat:SubMeasure)",
        "jpstrat:Measure",
    ),
]


def told(context: Context, statement: str) -> list[Explanation]:
    text = f"{HEAD}{MEASURE}{statement} ."
    entry = read_entry(text.encode(), TURTLE, file="new.ttl")
    report = check_together(context, entry, (), Profile.ENTRY, Mode.MERGED)
    found = (f for f in report.findings if str(f.shape).endswith("#DefinedName"))
    return [finding.explanation for finding in found if finding.explanation]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.statement)
def test_what_could_stand_there_is_told(context: Context, case: Case) -> None:
    *_, said = told(context, case.statement)
    assert said.allowed is not None
    assert case.ja in said.allowed.ja
    assert case.en in said.allowed.en
    if case.near is None:
        assert said.nearest is None
    else:
        assert said.nearest is not None
        assert said.nearest.en.split()[-1] == case.near


@pytest.mark.parametrize(
    ("statement", "sort"), [("a jpstrat:Xyzzy", "classes"), ("jpstrat:xyzzy 1", "properties")]
)
def test_of_terms_the_number_and_the_list_are_told(
    context: Context, whole_graph: Built, project: Project, statement: str, sort: str
) -> None:
    (said,) = told(context, statement)
    assert said.allowed is not None
    query = read_catalogue(project.queries, NAMES).get(TERMS)
    kinds = {row["term"]: str(row["kind"]) for row in whole_graph.store.select(query.text)}
    end = {"classes": "Class", "properties": "Property"}[sort]
    count = sum(kind.endswith(end) for kind in kinds.values())
    assert {JPSTRAT.Measure, JPSTRAT.deadline} <= kinds.keys()
    assert f"one of the {count} {sort} of the ontology" in said.allowed.en
    for words in said.allowed:
        assert f"`senryaku query {TERMS}`" in words
        assert f"`/queries/{TERMS}`" in words


def test_nobody_is_told_to_describe_a_concept(context: Context) -> None:
    for statement in ("jpstrat:status vstatus:xyzzy", "skos:related <vocab/nowhere/x>"):
        (said,) = told(context, statement)
        assert "describe" not in said.fix.en
        assert "記述してください" not in said.fix.ja
    (said,) = told(context, "jpstrat:addresses <id/target/nowhere>")
    assert "describe" in said.fix.en


def test_the_queries_that_are_named_list_things_of_the_class(
    context: Context, whole_graph: Built, project: Project
) -> None:
    catalogue = read_catalogue(project.queries, NAMES)
    lookup = Lookup(context.asserted.graph, NAMES)
    assert len(QUERIES) >= 8
    for name, query in QUERIES.items():
        prefix, _, local = name.partition(":")
        things = set(lookup.things(URIRef(NAMES.prefixes[prefix] + local)))
        rows = whole_graph.store.select(catalogue.get(query).text)
        columns = ({row[variable] for row in rows} for variable in rows[0])
        # one column holds such things only, and most of those that there are
        most = max(len(column & things) for column in columns if column <= things)
        assert most > len(things) / 2, name
