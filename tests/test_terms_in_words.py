"""One term for each idea: what shapes and columns of tables call a property is its label."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, SKOS
from rdflib.term import Node

from kg import tables
from kg.errors import Both
from kg.lookup import folded
from kg.namespaces import NAMES
from kg.pipeline.entries import Context
from kg.tables.measure_columns import COLUMNS, headers
from kg.validate import Wording
from kg.validate.explaining.reading import rule_name, steps_of

PART = "the label is a verb, and what it is part of is another thing in each class"
NAMED_OTHERWISE = {
    "AimClausePartOf": PART,
    "MeasurePartOf": PART,
    "QuantitativeTargetPartOf": PART,
    "ResearchEffortPartOf": PART,
    "SubMeasurePartOf": PART,
    "MeasureResponseScheme": "the English label ends with a preposition",
    "QuantityPerPeriod": "the English label begins with a preposition",
}
"""Property shapes that are called otherwise than their property, and why."""
HEADED_OTHERWISE = {
    "targets": "Addresses would be taken for those of letters",
    "passage": "the passage is compared and never kept; the property holds its digest",
}
"""Columns that are called otherwise than their property, and why."""
OF_ANOTHER = {"数値目標の": "Target ", "再掲の元の": ""}
"""What stands before a label where it is a property of another thing than the measure."""
FORMER = {
    "節": "section",
    "見出し": "theme",
    "担当府省等": "organisations",
    "組織でない担当": "sectors",
    "達成時期（印字）": "deadline-text",
    "着手時期": "start",
    "再掲の参照先（印字）": "repost-reference",
    "再掲の元の理由（日本語）": "reason-ja",
    "再掲の元の理由（英語）": "reason-en",
    "主担当": "lead",
    "数値目標の比較": "comparator",
    "数値目標の時期": "target-period",
    "数値目標（印字）": "value-text",
    "Section": "section",
    "Deadline as printed": "deadline-text",
    "Start": "start",
    "Original of the repost": "repost-of",
    "Repost reference as printed": "repost-reference",
    "Reason for the original (Japanese)": "reason-ja",
    "Reason for the original (English)": "reason-en",
    "Target year": "target-period",
    "Target as printed": "value-text",
    "Start position": "start-char",
    "End position": "end-char",
}
"""Headers of templates that people have filled in before, and their columns."""


@pytest.fixture(scope="module")
def shapes(context: Context) -> Graph:
    return context.asserted.dataset.graph(NAMES.graph("shapes"))


@pytest.fixture(scope="module")
def labels(context: Context) -> Wording:
    """Labels of the ontology, and of terms of other vocabularies; no names of shapes."""
    dataset, data = context.asserted.dataset, Graph()
    for name in ("def", "vocab"):
        data += dataset.graph(NAMES.graph(name))
    return Wording(Graph(), data, NAMES)


def named(shapes: Graph) -> dict[Node, tuple[list[Node], Both]]:
    """Steps and name of each property shape whose path is a property or a sequence."""
    found: dict[Node, tuple[list[Node], Both]] = {}
    for shape, path in shapes.subject_objects(SH.path):
        if isinstance(path, URIRef) or (path, RDF.first, None) in shapes:
            texts = {
                o.language: str(o) for o in shapes.objects(shape, SH.name) if isinstance(o, Literal)
            }
            found[shape] = steps_of(shapes, path), Both(texts["ja"], texts["en"])
    return found


def test_shapes_call_a_property_by_its_label(shapes: Graph, labels: Wording) -> None:
    checked, otherwise = 0, set()
    for shape, (steps, name) in named(shapes).items():
        label = labels.label(steps[0])
        if label is None:
            continue
        schemes = steps[1:] == [SKOS.inScheme]
        assert schemes or len(steps) == 1, shape
        end, start = ("の語彙", "scheme of the ") if schemes else ("", "")
        # Latin letters stand in quotation marks in Japanese
        same = name.ja.translate({0x300C: None, 0x300D: None}) == f"{label.ja}{end}"
        if not (same and name.en == f"{start}{label.en}"):
            otherwise.add(rule_name(shape))
        checked += 1
    assert checked >= 110
    assert otherwise == NAMED_OTHERWISE.keys()


def test_shapes_call_a_property_without_a_label_the_same(shapes: Graph, labels: Wording) -> None:
    names: dict[tuple[Node, ...], set[Both]] = defaultdict(set)
    for steps, name in named(shapes).values():
        if labels.label(steps[0]) is None:
            names[tuple(steps)].add(name)
    assert len(names) >= 7
    assert {steps: several for steps, several in names.items() if len(several) > 1} == {}


def test_columns_are_called_as_the_property_that_they_hold(labels: Wording) -> None:
    checked, otherwise = 0, set()
    for column in COLUMNS:
        label = labels.label(column.predicate(NAMES))
        if label is None:
            continue
        starts = [("", ""), *OF_ANOTHER.items()]
        same = any(
            column.name.ja.startswith(f"{ja}{label.ja}")
            and column.name.en.casefold().startswith(f"{en}{label.en}".casefold())
            for ja, en in starts
        )
        if not same:
            otherwise.add(column.key)
        checked += 1
    assert checked >= 25
    assert otherwise == HEADED_OTHERWISE.keys()


def test_messages_about_tables_name_columns_as_they_are_headed() -> None:
    folder = Path(tables.__file__).parent
    files = sorted(folder.glob("*.py"))
    assert len(files) >= 20
    text = re.sub(r'"\s+"', "", "".join(file.read_text(encoding="utf-8") for file in files))
    named = {
        name
        for several in re.findall(r"((?:「[^「」{}]+」と?)+)の(?:二つの)?欄", text)
        for name in re.findall("「([^」]+)」", several)
    }
    assert len(named) >= 5
    headers_ja = [column.name.ja for column in COLUMNS]
    unknown = {n for n in named if not any(header.startswith(n) for header in headers_ja)}
    assert unknown == set()


def test_headers_of_former_templates_are_understood() -> None:
    known = headers()
    assert {header: known[folded(header)].key for header in FORMER} == FORMER
    # none of them is a name that the template offers now
    now = {name for column in COLUMNS for name in column.name}
    assert not now & FORMER.keys()
