"""The canonical form of Turtle files: one way to write a graph, so that diffs show facts only.

Comments have no place in it: remarks stand in `skos:editorialNote`. Decision 0002 says more.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from rdflib import BNode, Literal
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node

from kg.errors import BlankNodeRefused, CommentsLost
from kg.graph.files import read_text
from kg.graph.iri import compact
from kg.graph.tokens import first_comment, line_of
from kg.graph.turtle import read_turtle
from kg.namespaces import NAMES, Names

_INDENT = "    "
_WIDTH = 100
_FIRST = frozenset({RDF.type, SH.path})
"""Predicates that come before the others: they say what the rest is about."""

_BARE = {  # lexical forms that every reader keeps when they stand without quotes
    XSD.boolean: re.compile(r"true|false"),
    XSD.integer: re.compile(r"0|-?[1-9][0-9]*"),
    XSD.decimal: re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{1,6}"),
}
_DIGITS = re.compile(r"([0-9]+)")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_SPECIAL_LONG = re.compile(r'[\x00-\x09\x0b-\x1f\\\x7f]|"(?=""|\Z)')

_Natural = tuple[tuple[str | tuple[int, str], ...], str]


def format_turtle(text: str, names: Names = NAMES, *, file: str = "–") -> str:
    """Canonical form of a Turtle text that is written under `names.base`.

    The graph stays the same, with every lexical form as it stands. Blank nodes are possible as long
    as each is used once (`[ … ]` and lists). Raises `TurtleSyntaxError`, `BlankNodeRefused`.
    """
    document = read_turtle(text, file=file, names=names)
    try:
        return write_turtle(document.triples, names)
    except BlankNodeRefused as error:
        line = document.line(document.first_blank or 0)
        raise BlankNodeRefused(file=file, line=line) from error


def write_turtle(triples: Iterable[tuple[Node, Node, Node]], names: Names = NAMES) -> str:
    """Canonical Turtle of `triples` (a `Graph` is fine).

    Raises `BlankNodeRefused` for a blank node that is used twice or in a circle: it has no place in
    a tree of brackets, and its label would change from run to run.
    """
    return _Writer(triples, names).document()


def format_files(paths: Iterable[Path], *, check: bool, drop_comments: bool = False) -> list[Path]:
    """Bring files into canonical form; returns those that were not (all of them, sorted).

    With `check` nothing is written. Either all files can be brought into form or none is touched:
    raises `PathMissing`, `TurtleSyntaxError`, `LiteralIllTyped`, `BlankNodeRefused`, and
    `CommentsLost` for comments, unless `drop_comments`.
    """
    changed: dict[Path, str] = {}
    for path in sorted(set(paths)):
        canonical = format_turtle(read_text(path), file=str(path))
        if canonical.encode() != path.read_bytes():
            changed[path] = canonical
    if not drop_comments:
        refuse_comments(changed)
    if not check:
        for path, canonical in changed.items():
            replace_file(path, canonical)
    return list(changed)


def refuse_comments(paths: Iterable[Path]) -> None:
    """Raise `CommentsLost` where files that are about to be written anew hold comments."""
    places = []
    for path in paths:
        text = read_text(path)
        offset = first_comment(text)
        places += [] if offset is None else [f"{path}:{line_of(text, offset)}"]
    if places:
        raise CommentsLost(places=", ".join(places))


def replace_file(path: Path, text: str) -> None:
    """Write `text` so that a reader finds the old file or the new one, never a part."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        new = Path(file.name)
        try:
            file.write(text)
            file.close()
            shutil.copymode(path, new)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


def _natural(text: str) -> _Natural:
    """Sort key in which `s2` comes before `s10`; the text itself decides between `01` and `1`."""
    parts = (part.lstrip("0") if i % 2 else part for i, part in enumerate(_DIGITS.split(text)))
    return tuple((len(part), part) if i % 2 else part for i, part in enumerate(parts)), text


class _Writer:
    def __init__(self, triples: Iterable[tuple[Node, Node, Node]], names: Names) -> None:
        self.names = names
        self.namespaces = {iri: prefix for prefix, iri in names.prefixes.items()}
        self.used: set[str] = set()
        self.about: dict[Node, dict[Node, set[Node]]] = {}
        self.uses: dict[Node, int] = defaultdict(int)
        self.texts: dict[Node, str] = {}
        for subject, predicate, object_ in triples:
            objects = self.about.setdefault(subject, {}).setdefault(predicate, set())
            if isinstance(object_, BNode) and object_ not in objects:
                self.uses[object_] += 1
            plain = isinstance(object_, Literal) and object_.datatype == XSD.string
            objects.add(Literal(str(object_)) if plain else object_)

    def document(self) -> str:
        named = [s for s in self.about if not isinstance(s, BNode)]
        roots = [s for s in self.about if isinstance(s, BNode) and not self.uses[s]]
        self.refuse_shared_nodes(set(roots))
        blocks = [self.block(s) for s in sorted(named, key=lambda s: _natural(self.term(s)))]
        blocks += sorted(map(self.block, roots))
        prefixes = self.names.prefixes
        head = [f"@prefix {p}: <{prefixes[p]}> .\n" for p in sorted(self.used)]
        return "".join([*head, f"@base <{self.names.base}> .\n", *blocks])

    def refuse_shared_nodes(self, roots: set[BNode]) -> None:
        """Refuse a blank node used twice, or one that no root leads to (a circle)."""
        reached = {node for node in self.about if not isinstance(node, BNode)} | roots
        queue = list(reached)
        while queue:
            for objects in self.about.get(queue.pop(), {}).values():
                new = {o for o in objects if isinstance(o, BNode)} - reached
                reached |= new
                queue += new
        shared = [node for node, uses in self.uses.items() if uses > 1]
        if shared or self.about.keys() - reached:
            raise BlankNodeRefused

    def block(self, subject: Node) -> str:
        name = "[]" if isinstance(subject, BNode) else self.term(subject)
        return f"\n{name}\n{self.predicates(subject, 1)}.\n"

    def predicates(self, subject: Node, depth: int) -> str:
        about = self.about.get(subject, {})
        names = {p: "a" if p == RDF.type else self.term(p) for p in about}
        order = sorted(about, key=lambda p: (p not in _FIRST, names[p]))
        return "".join(self.predicate(names[p], about[p], depth) for p in order)

    def predicate(self, name: str, objects: set[Node], depth: int) -> str:
        lead = _INDENT * depth + name
        if len(objects) == 1:
            (only,) = objects
            return f"{lead} {self.object(only, depth)} ;\n"
        inner = "\n" + _INDENT * (depth + 1)
        texts = {self.object(o, depth + 1): self.object_key(o) for o in objects}
        lines = sorted(texts, key=lambda text: (texts[text], _natural(text)))
        return f"{lead}{inner}{f' ,{inner}'.join(lines)} ;\n"

    def object_key(self, object_: Node) -> tuple[int, str]:
        """Things, values, texts by language, then what has no name."""
        if isinstance(object_, Literal):
            return (2, object_.language.lower()) if object_.language else (1, "")
        return (3, "") if isinstance(object_, BNode) else (0, "")

    def object(self, object_: Node, depth: int) -> str:
        if not isinstance(object_, BNode):
            return "()" if object_ == RDF.nil else self.term(object_)
        members = self.members(object_)
        if members is not None:
            return self.list_text(members, depth)
        inner = self.predicates(object_, depth + 1)
        return f"[\n{inner}{_INDENT * depth}]" if inner else "[]"

    def members(self, head: Node) -> list[Node] | None:
        """Members of the list that starts at `head`; None when it is no well-formed list."""
        members: list[Node] = []
        while head != RDF.nil:
            about = self.about.get(head, {})
            if about.keys() != {RDF.first, RDF.rest} or any(len(o) > 1 for o in about.values()):
                return None
            members += about[RDF.first]
            (head,) = about[RDF.rest]
        return members

    def list_text(self, members: list[Node], depth: int) -> str:
        texts = [self.object(member, depth + 1) for member in members]
        line = f"( {' '.join(texts)} )"
        if len(line) <= _WIDTH - len(_INDENT) * depth and "\n" not in line:
            return line
        inner = "\n" + _INDENT * (depth + 1)
        return f"({inner}{inner.join(texts)}\n{_INDENT * depth})"

    def term(self, term: Node) -> str:
        text = self.texts.get(term)
        if text is None:
            text = self.literal(term) if isinstance(term, Literal) else self.iri(str(term))
            self.texts[term] = text
        return text

    def iri(self, iri: str) -> str:
        text = compact(iri, self.namespaces, self.names.base)
        if not text.startswith("<"):
            self.used.add(text.partition(":")[0])
        return text

    def literal(self, literal: Literal) -> str:
        lexical, datatype = str(literal), literal.datatype
        if literal.language:
            return f"{_quoted(lexical)}@{literal.language.lower()}"
        if datatype is None or datatype == XSD.string:
            return _quoted(lexical)
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(lexical):
            return lexical
        return f"{_quoted(lexical)}^^{self.iri(str(datatype))}"


def _quoted(text: str) -> str:
    """Texts of several lines (queries in shapes) keep their lines."""
    if "\n" in text:
        return f'"""{_SPECIAL_LONG.sub(_escape, text)}"""'
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"
