"""The official wording, attached from a user's own copy of the documents."""

from collections import defaultdict
from collections.abc import Iterable

from rdflib import Dataset, Graph, Literal
from rdflib.term import Node

from kg.errors import Both, ExtractionError
from kg.model import SourceText, digest
from kg.namespaces import JPSTRAT, NAMES, Names


def attach_wording(
    committed: Dataset, documents: Iterable[SourceText], names: Names = NAMES
) -> Graph:
    """`jpstrat:wording` of everything whose wording the documents at hand hold.

    A thing's passages are joined in their order. Raises `ExtractionError` when the digest of a
    passage does not agree with the graph.
    """
    texts = {str(names.id("source", d.slug)): d for d in documents}
    passages: dict[Node, list[tuple[int, str]]] = defaultdict(list)
    owners = defaultdict(list)
    for thing, _, span, _ in committed.quads((None, JPSTRAT.evidence, None, None)):
        owners[span].append(thing)
    source = committed.graph(NAMES.graph("source"))
    for span in source.subjects(JPSTRAT.supports, JPSTRAT.wording):
        document = texts.get(str(source.value(span, JPSTRAT.sourceDocument)))
        if document is None:
            continue
        start, text = _verified(source, span, document)
        for thing in owners[span]:
            passages[thing].append((start, text))
    wording = Graph()
    for thing, parts in passages.items():
        joined = "".join(text for _, text in sorted(parts))
        wording.add((thing, JPSTRAT.wording, Literal(joined)))
    return wording


def _verified(source: Graph, span: Node, document: SourceText) -> tuple[int, str]:
    start, end = (int(str(source.value(span, p))) for p in (JPSTRAT.start, JPSTRAT.end))
    text = document.text[start:end]
    if digest(text) != str(source.value(span, JPSTRAT.textDigest)):
        raise ExtractionError(
            document=document.slug,
            line=document.line_number(start),
            found=Both(f"{span} の本文が異なる", f"another text at {span}"),
            expected=Both(
                "グラフにあるダイジェストの本文", "the text whose digest the graph holds"
            ),
        )
    return start, "".join(text.split())
