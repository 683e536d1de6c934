"""What an update may write: never less than what the engine then writes."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import DatasetConflict, ParameterInvalid, QueryRefused, QuerySyntaxError
from kg.model import QueryDataset
from kg.store.complexity import GRANTED
from kg.store.guard import check_update
from kg.store.updates import update_targets, with_using, without_loads

BASE = "http://x/"
DATA = "".join(
    f"<http://x/{s}> <http://x/p> <http://x/{o}> {graph} .\n"
    for graph in ("", "<http://x/a>", "<http://x/b>", "<http://x/c>")
    for s in "ab"
    for o in "bc"
)


def engine() -> ox.Store:
    store = ox.Store()
    store.load(DATA, format=ox.RdfFormat.N_QUADS)
    store.add_graph(ox.NamedNode("http://x/empty"))
    return store


def contents(store: ox.Store) -> dict[str, frozenset[str]]:
    """Triples of each graph; "" is the default graph."""
    graphs = [ox.DefaultGraph(), *store.named_graphs()]
    return {
        "" if isinstance(graph, ox.DefaultGraph) else graph.value: frozenset(
            str(quad) for quad in store.quads_for_pattern(None, None, None, graph)
        )
        for graph in graphs
    }


def changed(text: str, base: str | None = None) -> set[str] | None:
    """Graphs that the engine changes, makes or removes; None where it refuses the text."""
    store = engine()
    before = contents(store)
    try:
        store.update(text, base_iri=base)
    except (SyntaxError, RuntimeError, OSError):
        return None
    after = contents(store)
    return {graph for graph in {*before, *after} if before.get(graph) != after.get(graph)}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("INSERT DATA { <a> <b> 1 }", {""}),
        ("INSERT DATA { GRAPH <g> { <a> <b> 1 } }", {"http://x/g"}),
        ("INSERT DATA { <a> <b> 1 . GRAPH <g> { <a> <b> 1 } <a> <b> 2 }", {"", "http://x/g"}),
        ("PREFIX : <http://y/> DELETE DATA { GRAPH :g\\-h { :a :b :c } }", {"http://y/g-h"}),
        ("BASE <http://y/z/> INSERT DATA { GRAPH <../g> { <a> <b> <c> } }", {"http://y/g"}),
        ("WITH <g> DELETE { ?s ?p ?o } WHERE { GRAPH ?h { ?s ?p ?o } }", {"http://x/g"}),
        ("WITH <g> INSERT { GRAPH <h> { ?s ?p ?o } } WHERE { ?s ?p ?o }", {"http://x/h"}),
        ("DELETE { GRAPH <h> { ?s ?p ?o } } INSERT { ?s ?p 1 } WHERE { }", {"http://x/h", ""}),
        ("DELETE WHERE { GRAPH <h> { ?s ?p ?o } }", {"http://x/h"}),
        ("INSERT { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }", None),
        ("CLEAR GRAPH <g>", {"http://x/g"}),
        ("CLEAR DEFAULT ; DROP SILENT GRAPH <g>", {"", "http://x/g"}),
        ("DROP ALL", None),
        ("CLEAR NAMED", None),
        ("CREATE GRAPH <g>", {"http://x/g"}),
        ("LOAD <http://y/> INTO GRAPH <g>", {"http://x/g"}),
        ("LOAD SILENT <http://y/>", {""}),
        ("ADD <g> TO DEFAULT", {""}),
        ("COPY DEFAULT TO GRAPH <g>", {"http://x/g"}),
        ("MOVE GRAPH <g> TO <h>", {"http://x/g", "http://x/h"}),
        ("INSERT DATA { GRAPH <\\u0067> { <a> <b> 1 } }", {"http://x/g"}),
        ("INSERT DATA { <a> <b> 'DROP ALL' } # DROP ALL", {""}),
        ("", set()),
        ("PREFIX a: <b>", set()),
    ],
)
def test_targets(text: str, targets: set[str] | None) -> None:
    assert update_targets(text, base=BASE) == targets


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { :a :b :c }",
        "PREFIX GRAPH: <http://x/> INSERT DATA { GRAPH:g { <a> <b> 1 } }",
        "INSERT DATA { <a> <b> trueGRAPH<g> { <a> <b> 1 } }",
        "PREFIX : <http://x/> INSERT DATA { :a :b 1.GRAPH:g { <a> <b> 1 } }",
        "INSERTDATA { <a> <b> 1 }",
        "DELETE DATA <a>",
        "SELECT * {}",
        "INSERT DATA { <a> <b> 1 } DROP ALL",
        "INSERT DATA { <a> <b> 1",
        "\\u0044ROP ALL",
        "BASE x:y INSERT DATA { <a> <b> 1 }",
        "PREFIX a:b <c> INSERT DATA { <a> <b> 1 }",
        'INSERT { <a> <b> "\\uD83D" } WHERE { } ; DROP ALL #"',
    ],
)
def test_a_text_that_is_no_plain_update_may_write_anything(text: str) -> None:
    assert update_targets(text, base=BASE) is None


NAME = st.sampled_from(["<http://x/a>", "<b>", ":c", "<http://x/d>", "g:e", "<./q/../b>", ":\\-"])
TERM = st.sampled_from(["<a>", ":b", "?s", "?o", "'x.'", "1.5", "true", "_:x", "'''{'''@en", "[]"])
GROUND = TERM.filter(lambda term: term[0] not in "?_[")
SPACE = st.sampled_from([" ", "\n", " # } GRAPH <z> {\n", "\t"])


@st.composite
def triples(draw: st.DrawFn, term: st.SearchStrategy[str] = TERM) -> str:
    lines = draw(st.lists(st.tuples(term, st.sampled_from([":p", "<p>", "a"]), term), max_size=2))
    return " . ".join(" ".join(line) for line in lines)


@st.composite
def quads(draw: st.DrawFn, term: st.SearchStrategy[str] = TERM) -> str:
    parts = draw(
        st.lists(
            st.one_of(
                triples(term).map(lambda text: f"{text} . " if text else ""),
                st.builds(
                    "GRAPH{}{}{{ {} }} ".format,
                    SPACE,
                    st.one_of(NAME, st.just("?g")),
                    triples(term),
                ),
            ),
            max_size=3,
        )
    )
    return draw(SPACE).join(parts)


PLACE = st.one_of(st.just("DEFAULT"), NAME, NAME.map(lambda name: f"GRAPH {name}"))
WHERE = st.sampled_from(
    [
        "?s :p ?o",
        "GRAPH ?g { ?s :p ?o }",
        "{ ?s ?p ?o } UNION { GRAPH <b> { ?s ?p ?o } }",
        "VALUES (?g ?s ?o) { (<http://x/a> <http://x/b> 1) } FILTER('}' != '{')",
    ]
)
OPERATION = st.one_of(
    quads(GROUND).map(lambda text: f"INSERT DATA {{ {text} }}"),
    quads(GROUND).map(lambda text: f"DELETE DATA {{ {text} }}"),
    quads().map(lambda text: f"DELETE WHERE {{ {text} }}"),
    st.builds("INSERT {{ {} }} WHERE {{ {} }}".format, quads(), WHERE),
    st.builds("DELETE {{ {} }} INSERT {{ {} }} {{ {} }}".format, quads(), quads(), WHERE),
    st.builds("WITH {} DELETE {{ {} }} WHERE {{ {} }}".format, NAME, quads(), WHERE),
    st.builds("WITH {} INSERT {{ {} }} USING {} WHERE {{ {} }}".format, NAME, quads(), NAME, WHERE),
    st.builds("{} SILENT {} TO {}".format, st.sampled_from(["ADD", "move", "Copy"]), PLACE, PLACE),
    st.builds(
        "{} SILENT {}".format,
        st.sampled_from(["CLEAR", "DROP"]),
        st.one_of(st.sampled_from(["ALL", "NAMED", "DEFAULT"]), NAME.map("GRAPH {}".format)),
    ),
    NAME.map("CREATE SILENT GRAPH {}".format),
)
PROLOGUE = "PREFIX : <http://x/>{}PREFIX g: <http://x/g/>\n"


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.lists(OPERATION, min_size=1, max_size=3), SPACE)
def test_no_graph_changes_that_is_no_target(operations: list[str], space: str) -> None:
    text = PROLOGUE.format(space) + f"{space};{space}".join(operations)
    found = changed(text, BASE)
    targets = update_targets(text, base=BASE)
    if found is not None and targets is not None:
        assert found <= targets, text


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.lists(OPERATION, min_size=1, max_size=2), st.data())
def test_no_graph_changes_that_is_no_target_of_a_damaged_text(
    operations: list[str], data: st.DataObject
) -> None:
    text = PROLOGUE.format(" ") + " ; ".join(operations)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        with_ = data.draw(st.sampled_from(["", " ", "<", "'", '"', "#", ".", "\n", "\\", "}", "{"]))
        text = text[:place] + with_ + text[place + data.draw(st.integers(0, 2)) :]
    found = changed(text, BASE)
    targets = update_targets(text, base=BASE)
    if found is not None and targets is not None:
        assert found <= targets, text


def updates_of(suites: Path) -> list[Path]:
    return sorted((suites / "sparql11").rglob("*.ru"))


def test_targets_of_the_updates_of_the_w3c(suites: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in updates_of(suites)]
    # the engine would fetch what LOAD names
    texts = [text for text in texts if not re.search("load|service", text, re.IGNORECASE)]
    assert len(texts) > 110
    known = 0
    for original in texts:
        # their graphs exist here as well
        text = re.sub(r"http://example\.org/g([123])", lambda m: BASE + "_abc"[int(m[1])], original)
        found, targets = changed(text, BASE), update_targets(text, base=BASE)
        known += targets is not None
        if found is not None and targets is not None:
            assert found <= targets, text
    assert known > 60


@pytest.mark.parametrize(
    "text", ["LOAD <http://y/>", "DELETE { } WHERE { SERVICE <http://y/> {} }"]
)
def test_an_update_that_fetches_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check_update(f"INSERT DATA {{}} ;\n  {text}", GRANTED)
    assert caught.value.facts["line"] == 2
    assert caught.value.facts["feature"] == re.findall("LOAD|SERVICE", text)[0]


def test_much_data_is_no_complex_update() -> None:
    data = "<http://x/s> <http://x/p> <http://x/o> ; <http://x/q> 1, 2 . " * 2000
    check_update(f"INSERT DATA {{ {data} GRAPH <http://x/g> {{ {data} }} }}", GRANTED)
    check_update("DELETE WHERE { ?s ?p ?o } ;" * 1000, GRANTED)


DATASET = QueryDataset(default=("http://x/a",), named=("http://x/b",))
USING = "USING <http://x/a> USING NAMED <http://x/b>"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("INSERT DATA { <a> <b> 1 }", "INSERT DATA { <a> <b> 1 }"),
        (
            "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
            f"INSERT {{ ?s ?p 1 }} {USING} WHERE {{ ?s ?p ?o }}",
        ),
        ("DELETE { ?s ?p 1 }{ ?s ?p ?o }", f"DELETE {{ ?s ?p 1 }} {USING} {{ ?s ?p ?o }}"),
        (
            "DELETE WHERE{?s ?p ?o};CLEAR ALL",
            f"DELETE {{?s ?p ?o}} {USING} WHERE {{?s ?p ?o}};CLEAR ALL",
        ),
        ("CLEAR ALL", "CLEAR ALL"),
    ],
)
def test_the_dataset_of_a_request_is_written_into_the_text(text: str, written: str) -> None:
    assert with_using(text, DATASET).split() == written.split()
    assert with_using(text, QueryDataset()) == text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("WITH <g> INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", "WITH"),
        ("INSERT { ?s ?p 1 } USING NAMED <g> WHERE { ?s ?p ?o }", "USING"),
    ],
)
def test_a_dataset_that_is_chosen_twice_is_refused(text: str, word: str) -> None:
    with pytest.raises(DatasetConflict) as caught:
        with_using(text, DATASET)
    assert caught.value.facts["feature"] == word
    assert word in caught.value.message("ja")


@pytest.mark.parametrize(
    "iri", ["a", "http://x/> DROP ALL #", "http://x/\\u003E", "http://x/ y", ""]
)
def test_what_is_no_iri_does_not_reach_the_text(iri: str) -> None:
    with pytest.raises(ParameterInvalid):
        with_using("DELETE WHERE { ?s ?p ?o }", QueryDataset(default=(iri,)))


def test_a_dataset_is_written_into_an_update_only() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        with_using("DELETE WHERE { ?s ?p ?o }\nSELECT", DATASET)
    assert (caught.value.facts["line"], caught.value.facts["near"]) == (2, "SELECT")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(OPERATION)
def test_a_dataset_decides_what_is_read(operation: str) -> None:
    """With the dataset of a graph without triples nothing is found, so nothing is changed."""
    text = PROLOGUE.format(" ") + operation
    if not re.search("DELETE WHERE|WHERE {|{ {", text) or changed(text, BASE) is None:
        return
    try:
        text = with_using(text, QueryDataset(default=("http://x/none",), named=("http://x/none",)))
    except DatasetConflict:
        return
    found = changed(text, BASE)
    assert found is not None, text
    if "VALUES" not in text:
        assert not found, text


def protocol_dataset(default: list[str], named: list[str]) -> QueryDataset:
    return QueryDataset(tuple(default), tuple(named))


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (protocol_dataset(["http://x/a"], []), {"a"}),
        (protocol_dataset(["http://x/a", "http://x/b"], []), {"a", "b"}),
        (protocol_dataset([], ["http://x/a"]), set()),
    ],
)
def test_the_updates_of_the_protocol_suite(dataset: QueryDataset, expected: set[str]) -> None:
    """`update_dataset_default_graph`, `…_graphs` and `…_named_graphs`: what WHERE sees."""
    store = ox.Store()
    for name in "abc":
        graph = ox.NamedNode(BASE + name)
        store.add(ox.Quad(graph, graph, ox.Literal(name), graph))
    text = "INSERT { GRAPH <http://x/result> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    store.update(with_using(text, dataset))
    found = store.quads_for_pattern(None, None, None, ox.NamedNode("http://x/result"))
    assert {quad.object.value for quad in found} == expected


def test_a_silent_load_does_nothing_and_any_other_is_refused() -> None:
    loads = "LOAD SILENT <http://127.0.0.1/> "
    text = f"PREFIX e: <x:> INSERT DATA {{ e:a e:b 'load' }} ; {loads}; CLEAR ALL"
    check_update(text, GRANTED)
    assert without_loads(text) == text.replace(loads, "DELETE DATA {} ")
    ox.Store().update(without_loads(text))
    for wrong in ("LOAD <x:a>", "LOAD SILENT <x:a> ; LOAD <x:b>", "LOAD # SILENT\n <x:a>"):
        with pytest.raises(QueryRefused):
            check_update(wrong, GRANTED)
    with pytest.raises(QueryRefused):
        without_loads("DELETE WHERE { ?a ?b ?c } nonsense LOAD SILENT <x:a>")
