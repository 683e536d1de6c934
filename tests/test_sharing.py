"""What other documents say stays beside a draft of some documents."""

from rdflib import Dataset, URIRef

from kg.graph import read_turtle
from kg.graph.sharing import keep_others
from kg.namespaces import NAMES

ORDER = ("first", "second")
SPANS = """
<id/source/first> a jpstrat:SourceDocument .
<id/source/first#char=0,3> jpstrat:supports jpstrat:abbreviation .
<id/source/second> a jpstrat:SourceDocument .
<id/source/second#char=0,3> jpstrat:supports skos:altLabel .
"""


def dataset(**graphs: str) -> Dataset:
    """Turtle by name of the graph."""
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
    made = Dataset()
    for name, text in graphs.items():
        graph = made.graph(NAMES.graph(name))
        turtle = f"{prefixes}@base <{NAMES.base}> .\n{text}"
        for triple in read_turtle(turtle, file=name, names=NAMES).triples:
            graph.add(triple)
    return made


def told(whole: Dataset, subject: str) -> set[tuple[str, str, str]]:
    """Graph, property and value of a thing, in short."""
    quads = whole.quads((URIRef(NAMES.base + subject), None, None, None))
    return {(short(g), short(p), short(o)) for _, p, o, g in quads}


def short(term: object) -> str:
    return (
        str(term).rpartition("/")[2].rpartition("#")[2] if "#c" not in str(term) else str(term)[-3:]
    )


DRAFT = "<id/source/first> a jpstrat:SourceDocument ."


def test_facts_of_the_same_document_are_replaced() -> None:
    held = dataset(
        source=SPANS,
        org='<id/org/a> jpstrat:evidence <id/source/first#char=0,3> ; jpstrat:abbreviation "a" .',
        first='<id/measure/first/1> jpstrat:code "1" .',
    )
    whole = keep_others(dataset(source=DRAFT), held, ORDER)
    assert told(whole, "id/org/a") == set()
    assert told(whole, "id/measure/first/1") == set()
    assert told(whole, "id/source/first#char=0,3") == set()
    assert len(told(whole, "id/source/second#char=0,3")) == 1


def test_facts_of_other_documents_and_of_none_stay() -> None:
    held = dataset(
        source=SPANS,
        org="<id/org/a> jpstrat:evidence <id/source/second#char=0,3> ; skos:altLabel 'a' .\n"
        "<id/org/b> a jpstrat:Office .",
        second='<id/event/e> jpstrat:dateText "e" .',
    )
    whole = keep_others(dataset(source=DRAFT), held, ORDER)
    assert told(whole, "id/org/a") == {("org", "evidence", "0,3"), ("org", "altLabel", "a")}
    assert told(whole, "id/org/b") == {("org", "type", "Office")}
    assert told(whole, "id/event/e") == {("second", "dateText", "e")}


def test_of_a_shared_thing_each_document_keeps_what_it_proves() -> None:
    both = "jpstrat:evidence <id/source/first#char=0,3> , <id/source/second#char=0,3>"
    held = dataset(
        source=SPANS,
        org=f"<id/org/a> a jpstrat:Office ; {both} ;"
        " skos:altLabel 'x' ; jpstrat:abbreviation 'y' .",
    )
    whole = keep_others(dataset(source=DRAFT), held, ORDER)
    assert told(whole, "id/org/a") == {
        ("org", "evidence", "0,3"),
        ("org", "altLabel", "x"),
        ("org", "type", "Office"),
    }


def test_a_triple_of_both_stands_in_the_graph_of_the_first() -> None:
    said = "<id/strategy/s> jpstrat:dateText 's' ; jpstrat:evidence <id/source/{}#char=0,3> ."
    for draft, held in (("first", "second"), ("second", "first")):
        text = f"<id/source/{draft}> a jpstrat:SourceDocument ."
        fresh = dataset(source=text, **{draft: said.format(draft)})
        whole = keep_others(fresh, dataset(source=SPANS, **{held: said.format(held)}), ORDER)
        homes = {g for g, p, _ in told(whole, "id/strategy/s") if p == "dateText"}
        assert homes == {"first"}
