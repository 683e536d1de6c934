"""Names in an entry that nothing defines, as findings: a misspelt property, a missing thing."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.graph import ReadOnlyGraphAggregate
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.entry import Entry, Statement
from kg.errors import Both
from kg.graph.vocabularies import Role, Vocabulary
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.nearest import numbers_differ, numbers_near
from kg.pipeline.entries import Context
from kg.validate import Explanation, Finding, Offers, Wording

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
_PERHAPS = Both(
    "{nearest} ではありませんか。そうでなければ、先に {name} を記述してください。",
    "Perhaps {nearest} is meant; if not, describe {name} first.",
)
_DESCRIBE = Both(
    "綴りを確かめるか、先にその物を記述してください。",
    "Check the spelling, or describe that thing first.",
)
_CHOOSE = Both(
    "綴りを確かめるか、挙げた一覧から選んでください。",
    "Check the spelling, or choose from those listed.",
)
_RENAME = Both(
    "綴りを確かめ、オントロジーにある名前に直してください。",
    "Check the spelling: use a name that the ontology has.",
)
_SORTS = {
    Role.PROPERTY: Both("プロパティ", "properties"),
    Role.CLASS: Both("クラス", "classes"),
}
_GONE = Both(
    "入力には {name} の記述がもうありませんが、ほかのデータがそれを指しています。",
    "This entry no longer describes {name}, but other data point to it.",
)
_KEEP = Both(
    "{name} の記述を戻すか、それを指している側も直してください。",
    "Describe {name} again, or correct what points to it as well.",
)


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
    telling = _Telling(context, entry, vocabulary)
    rest = ((s, p, o) for s, p, o, _ in context.asserted.dataset.quads()) if gone else ()
    own = dict.fromkeys(entry.statements)
    seen: set[tuple[Node, URIRef]] = set()
    for statement in (*own, *rest):
        for name, role, term in _used(statement):
            use = statement[0], name
            looked_up = things or not str(name).startswith(f"{names.base}id/")
            if looked_up and use not in seen and vocabulary.lacks(name, term=term and others):
                seen.add(use)
                yield telling.finding(statement, name, role if statement in own else None)


def _described(entry: Entry, names: Names) -> set[URIRef]:
    """Things of an entry; it defines a term or concept only by saying of what kind it is."""
    terms = tuple(f"{names.base}{start}" for start in ("def#", "shapes#", "vocab/"))
    return {
        subject
        for subject, predicate, _ in entry.statements
        if isinstance(subject, URIRef)
        and (predicate == RDF.type or not str(subject).startswith(terms))
    }


def _used(statement: Statement) -> Iterator[tuple[URIRef, Role, bool]]:
    """Names in a statement, as what each is used, and whether that is a term."""
    subject, predicate, object_ = statement
    if isinstance(subject, URIRef):
        yield subject, Role.ANY, False
    if isinstance(predicate, URIRef):
        yield predicate, Role.PROPERTY, True
    if isinstance(object_, URIRef):
        typed = predicate == RDF.type
        yield object_, Role.CLASS if typed else Role.ANY, typed
    elif isinstance(object_, Literal) and object_.datatype is not None:
        yield object_.datatype, Role.ANY, True


class _Telling:
    """Puts undefined names into words, with the titles of the entry and of the graph."""

    def __init__(self, context: Context, entry: Entry, vocabulary: Vocabulary) -> None:
        self._asserted, self._names = context.asserted, context.asserted.names
        self._entry, self._vocabulary = entry, vocabulary

    @cached_property
    def _known(self) -> Graph:
        """Made when something is to be told: a large entry takes its time."""
        stated = Graph()
        stated.addN((*statement, stated) for statement in self._entry.statements)
        return ReadOnlyGraphAggregate([stated, self._asserted.graph])

    @cached_property
    def _shapes(self) -> Graph:
        return self._asserted.dataset.graph(self._names.graph("shapes"))

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self._shapes, self._known, self._names)

    @cached_property
    def _offers(self) -> Offers:
        lookup = Lookup(self._asserted.graph, self._names)
        return Offers(self._shapes, self._known, lookup, self._wording)

    def finding(self, statement: Statement, name: URIRef, role: Role | None) -> Finding:
        """The violation; without a role, one in what the entry no longer describes."""
        subject, predicate, object_ = statement
        value = name if name == predicate else object_
        stated = None if name == predicate else object_
        found = Finding.of_rule(
            self._names.rule(RULE),
            subject,
            _RULE,
            self._names,
            path=predicate,
            value=value,
            place=self._entry.place(subject, predicate, stated),
        )
        return replace(found, explanation=self._explanation(found, name, role))

    def _explanation(self, finding: Finding, name: URIRef, role: Role | None) -> Explanation:
        facts, near, allowed = self._wording.turtle(name), None, None
        problem, fix = _GONE, _KEEP
        if role is not None:
            near = self._vocabulary.nearest(name, role)
            problem, allowed = _UNDEFINED, self._allowed(finding, name, role)
            fix, near = _advice(name, near, role)
            if fix is _DESCRIBE and str(name).startswith(f"{self._names.base}vocab/"):
                # no entry may describe a concept
                fix = _RENAME if allowed is None else _CHOOSE
        return Explanation(
            title=self._wording.title(finding.focus),
            field=self._wording.field(finding),
            problem=problem.filled(name=facts),
            allowed=allowed,
            nearest=None if near is None else self._meant(near, role),
            fix=fix.filled(name=facts, nearest=near and self._wording.turtle(near)),
        )

    def _allowed(self, finding: Finding, name: URIRef, role: Role) -> Both | None:
        """What could stand there: terms of the same role, or what the property leads to."""
        if role in _SORTS:
            return self._offers.terms(name, self._vocabulary.terms(role), _SORTS[role])
        if name != finding.value or finding.predicate is None:
            return None
        kinds = self._offers.kinds(finding.predicate, finding.focus)
        return self._offers.values(kinds or self._offers.scheme_of(name))

    def _meant(self, near: URIRef, role: Role | None) -> Both:
        """A thing with its title; of a term the name is a word already."""
        name = self._wording.turtle(near)
        return self._wording.suggestion(near) if role is Role.ANY else Both(name, name)


def _advice(name: URIRef, near: URIRef | None, role: Role) -> tuple[Both, URIRef | None]:
    """What to do, and the name that may be meant: of another number only if it is close."""
    if near is None:
        return (_DESCRIBE if role is Role.ANY else _RENAME), None
    if not numbers_differ(name, near):
        return _RESPELL, near
    return (_PERHAPS, near) if numbers_near(name, near) else (_DESCRIBE, None)
