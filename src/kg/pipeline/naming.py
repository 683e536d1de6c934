"""Names in an entry that nothing defines, as findings: a misspelt property, a missing thing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node

from kg.entry import Entry, Place, Statement
from kg.errors import Both, UndefinedTerm
from kg.graph.vocabularies import Vocabulary
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.pipeline.entries import Context
from kg.validate import Explanation, Finding, Severity

RULE = "DefinedName"
"""Name of the rule among those of the shapes."""
_RULE = Both(
    "使う語は全て定義され、指す物は全て記述されていなければなりません。",
    "Every name that is used must be defined, and every thing that is pointed to described.",
)
_UNDEFINED = Both("{name} は未定義です。", "Nothing defines {name}.")
_RESPELL = Both(
    "綴りを確かめ、{nearest} に直してください。", "Check the spelling: write {nearest}."
)
_DESCRIBE = Both(
    "綴りを確かめるか、先にその物を記述してください。",
    "Check the spelling, or describe that thing first.",
)


@dataclass(frozen=True)
class _Undefined:
    name: URIRef
    error: UndefinedTerm
    title: Both
    place: Place | None


def undefined_in_entry(
    context: Context,
    entry: Entry,
    *,
    things: bool = True,
    gone: bool = False,
    others: bool = True,
) -> Iterator[Finding]:
    """One violation for each undefined name of each thing of `entry`.

    Without `things` only terms and concepts are looked up, for an entry that stands alone; without
    `others`, terms of vocabularies that the graph does not use may be whatever they are. With
    `gone`, the names that the rest of the graph uses are looked up too: an entry that takes the
    place of files may no longer describe a thing that others point to.
    """
    names = context.asserted.names
    vocabulary = Vocabulary(context.asserted.dataset, names, also=_described(entry, names))
    rest = ((s, p, o) for s, p, o, _ in context.asserted.dataset.quads()) if gone else ()
    titles = _titles(entry)
    seen: set[tuple[Node, URIRef]] = set()
    for statement in (*entry.statements, *rest):
        for name, term in _used(statement):
            use = statement[0], name
            looked_up = things or not str(name).startswith(f"{names.base}id/")
            if looked_up and use not in seen and vocabulary.lacks(name, term=term and others):
                seen.add(use)
                title = titles.get(statement[0]) or _short(statement[0], names)
                error = vocabulary.error(name, file="–", line="–")
                value = None if name == statement[1] else statement[2]
                place = entry.place(statement[0], statement[1], value)
                yield _finding(context, statement, _Undefined(name, error, title, place))


def _described(entry: Entry, names: Names) -> set[URIRef]:
    """Things of an entry; it defines a term or concept only by saying of what kind it is."""
    terms = tuple(f"{names.base}{start}" for start in ("def#", "shapes#", "vocab/"))
    return {
        subject
        for subject, predicate, _ in entry.statements
        if isinstance(subject, URIRef)
        and (predicate == RDF.type or not str(subject).startswith(terms))
    }


def _used(statement: Statement) -> Iterator[tuple[URIRef, bool]]:
    """Names in a statement, and whether each is used as a term."""
    subject, predicate, object_ = statement
    if isinstance(subject, URIRef):
        yield subject, False
    yield predicate, True
    if isinstance(object_, URIRef):
        yield object_, predicate == RDF.type
    elif isinstance(object_, Literal) and object_.datatype is not None:
        yield object_.datatype, True


def _finding(context: Context, statement: Statement, undefined: _Undefined) -> Finding:
    names = context.asserted.names
    subject, predicate, object_ = statement
    nearest = undefined.error.facts["nearest"]
    terms = Lookup(context.asserted.ontology, names)
    return Finding(
        focus=subject,
        path=names.short(predicate),
        predicate=predicate,
        value=undefined.name if undefined.name == predicate else object_,
        severity=Severity.VIOLATION,
        shape=URIRef(f"{names.base}shapes#{RULE}"),
        message={"ja": _RULE.ja, "en": _RULE.en},
        place=undefined.place,
        explanation=Explanation(
            title=undefined.title,
            field=_field(terms.candidate(predicate).label, names.short(predicate)),
            problem=_UNDEFINED.filled(name=undefined.error.facts["term"]),
            allowed=None,
            nearest=Both(str(nearest), str(nearest)) if nearest else None,
            fix=_RESPELL.filled(nearest=nearest) if nearest else _DESCRIBE,
        ),
    )


def _field(label: Both, name: str) -> Both:
    return label if name in label else Both(f"{label.ja}（{name}）", f"{label.en} ({name})")


def _titles(entry: Entry) -> dict[Node, Both]:
    texts: dict[Node, dict[str | None, str]] = defaultdict(dict)
    for subject, predicate, object_ in entry.statements:
        if predicate == SKOS.prefLabel and isinstance(object_, Literal):
            texts[subject][object_.language] = str(object_)
    return {
        thing: Both(*(said.get(lang) or next(iter(said.values())) for lang in ("ja", "en")))
        for thing, said in texts.items()
    }


def _short(thing: Node, names: Names) -> Both:
    name = f"_:{thing}" if isinstance(thing, BNode) else names.short(str(thing))
    return Both(name, name)
