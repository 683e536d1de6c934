"""Kinds of facts in the audit's table, in both languages."""

from dataclasses import dataclass

from rdflib import URIRef
from rdflib.namespace import FOAF, ORG, RDF, SKOS
from rdflib.term import Node

from kg.namespaces import JPSTRAT


@dataclass(frozen=True)
class Kind:
    """A row of the coverage table."""

    order: int
    ja: str
    en: str


_ROWS: tuple[tuple[str, str, tuple[URIRef, ...]], ...] = (
    ("取組", "measures", (JPSTRAT.Measure,)),
    ("番号", "codes", (JPSTRAT.code,)),
    ("状況の印", "status tags", (JPSTRAT.status,)),
    ("達成時期", "deadlines", (JPSTRAT.deadline, JPSTRAT.deadlineText)),
    (
        "開始・終了・先送り",
        "starts, ends, deferrals",
        (JPSTRAT.startPeriod, JPSTRAT.endPeriod, JPSTRAT.deferredTo),
    ),
    (
        "担当組織",
        "responsible organisations",
        (JPSTRAT.responsibleOrganization, JPSTRAT.responsibleSector),
    ),
    ("再掲の参照先", "references of reposts", (JPSTRAT.repostReference,)),
    ("取組の細目", "sub-measures", (JPSTRAT.SubMeasure,)),
    (
        "目標・具体目標・項",
        "goals, targets, clauses",
        (
            JPSTRAT.StrategyGoal,
            JPSTRAT.BigGoal,
            JPSTRAT.SpecificTarget,
            JPSTRAT.AimClause,
            JPSTRAT.Milestone,
        ),
    ),
    ("目標との関係", "links to aims", (JPSTRAT.addresses, JPSTRAT.refines)),
    (
        "数値",
        "figures",
        (
            JPSTRAT.QuantitativeTarget,
            JPSTRAT.ObservedValue,
            JPSTRAT.hasTarget,
            JPSTRAT.hasObservedValue,
            JPSTRAT.value,
            JPSTRAT.valueText,
            JPSTRAT.unit,
            JPSTRAT.comparator,
            JPSTRAT.perPeriod,
            JPSTRAT.targetPeriod,
        ),
    ),
    (
        "進捗集計",
        "progress figures",
        (
            JPSTRAT.ProgressBlock,
            JPSTRAT.hasProgress,
            JPSTRAT.coversSection,
            JPSTRAT.totalItems,
            JPSTRAT.itemsWithProgress,
            JPSTRAT.itemsDue,
            JPSTRAT.itemsOnSchedule,
            JPSTRAT.referencePeriod,
        ),
    ),
    ("別表の行", "rows of the tables", (JPSTRAT.ResearchItem, JPSTRAT.ResearchEffort)),
    (
        "分野・領域・理念",
        "fields, areas, principles",
        (
            JPSTRAT.GuidingPrinciple,
            JPSTRAT.field,
            JPSTRAT.researchArea,
            JPSTRAT.researchApproach,
            JPSTRAT.stateRole,
            JPSTRAT.talentKind,
            JPSTRAT.healthAiArea,
            JPSTRAT.cyberPhase,
            JPSTRAT.quantumArea,
            JPSTRAT.strategyPillar,
            JPSTRAT.technologyField,
            JPSTRAT.exampleHubField,
            JPSTRAT.responseTo,
        ),
    ),
    ("節・見出し", "sections, headings", (JPSTRAT.DocumentSection, SKOS.notation)),
    ("所在の節", "sections that things stand in", (JPSTRAT.inSection, JPSTRAT.theme)),
    ("所属の版", "editions that things belong to", (JPSTRAT.edition,)),
    ("全体と部分", "wholes and parts", (JPSTRAT.partOf,)),
    (
        "組織",
        "organisations",
        (
            JPSTRAT.Ministry,
            JPSTRAT.CabinetBody,
            JPSTRAT.Office,
            JPSTRAT.GovernmentOrganization,
            JPSTRAT.ResearchInstitution,
            JPSTRAT.ResearchCentre,
            JPSTRAT.ResearchNetwork,
            ORG.FormalOrganization,
            ORG.Organization,
            ORG.OrganizationalUnit,
            ORG.unitOf,
            ORG.subOrganizationOf,
            JPSTRAT.inNetwork,
            FOAF.homepage,
        ),
    ),
    ("略称", "abbreviations", (JPSTRAT.abbreviation,)),
    ("公式名称", "official names", (SKOS.prefLabel, SKOS.altLabel)),
    (
        "拠点",
        "hubs",
        (JPSTRAT.ResearchHub, JPSTRAT.hostedBy, JPSTRAT.hubField, JPSTRAT.headquartersOf),
    ),
    (
        "事業・予算",
        "programmes and budgets",
        (
            JPSTRAT.Programme,
            JPSTRAT.BudgetLine,
            JPSTRAT.hasBudget,
            JPSTRAT.amount,
            JPSTRAT.amountInYen,
            JPSTRAT.budgetYear,
            JPSTRAT.budgetStage,
            JPSTRAT.totals,
        ),
    ),
    (
        "会議体・構成員",
        "bodies and members",
        (
            JPSTRAT.Committee,
            ORG.Membership,
            ORG.member,
            ORG.organization,
            ORG.role,
            JPSTRAT.affiliation,
            JPSTRAT.affiliationText,
        ),
    ),
    ("人物", "people", (FOAF.Person, FOAF.name)),
    (
        "戦略・版・出来事",
        "strategies, editions, events",
        (
            JPSTRAT.Strategy,
            JPSTRAT.StrategyEdition,
            JPSTRAT.Event,
            JPSTRAT.editionOf,
            JPSTRAT.positionedIn,
            JPSTRAT.strategyKind,
            JPSTRAT.decidedBy,
            JPSTRAT.reportedTo,
            JPSTRAT.startDate,
            JPSTRAT.endDate,
            JPSTRAT.dateText,
            JPSTRAT.concerns,
            ORG.ChangeEvent,
            ORG.originalOrganization,
            ORG.resultingOrganization,
        ),
    ),
    (
        "公式文書",
        "source documents",
        (
            JPSTRAT.SourceDocument,
            JPSTRAT.sha256,
            JPSTRAT.characterCount,
            JPSTRAT.preservesTypography,
        ),
    ),
    ("根拠の指定", "links to evidence", (JPSTRAT.evidence,)),
    ("根拠が示す性質", "what evidence supports", (JPSTRAT.supports, JPSTRAT.supportsValue)),
    (
        "根拠箇所の位置",
        "places of evidence",
        (JPSTRAT.SourceSpan, JPSTRAT.sourceDocument, JPSTRAT.start, JPSTRAT.end),
    ),
    ("本文ダイジェスト", "digests of passages", (JPSTRAT.textDigest,)),
    ("その他", "other facts", (RDF.nil,)),
)

KINDS: dict[Node, Kind] = {
    iri: Kind(order, ja, en) for order, (ja, en, iris) in enumerate(_ROWS) for iri in iris
}
"""Class or property → kind; `rdf:nil` stands for everything else."""
