"""What somebody sends becomes an entry: its statements, and the line and column of each."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from rdflib import URIRef
from rdflib.namespace import OWL
from rdflib.term import Node

from kg.entry import LONGEST, Entry, Field, Place, Statement
from kg.errors import Both, UploadRefused, UploadTooLarge
from kg.graph import Document, decoded, read_nquads, read_trig, read_turtle
from kg.namespaces import NAMES, Names
from kg.store.foreign import read_rdf
from kg.store.uploads import UploadLimits

TURTLE = "text/turtle"
_Reader = Callable[..., Document]
_READERS: Mapping[str, _Reader] = {
    TURTLE: read_turtle,
    "application/n-triples": read_turtle,
    "application/trig": read_trig,
    "application/n-quads": read_nquads,
}
"""Media types whose own reader knows where each statement stands."""
_IMPORTED = Both(
    "他の場所からは何も読み込みません。読み込むはずだった内容を入力そのものに含めてください。",
    "Nothing is read from elsewhere. Put what it would bring into the entry itself.",
)
_LONG = Both("{length}字の値", "A value of {length} characters")
_SHORTER = Both(
    "値は{limit}字までです。文書の文章は写さず、題名と要旨を自分の言葉で書いてください。",
    "A value has at most {limit} characters. Write titles and outlines in words of your own; "
    "passages of documents are not copied.",
).filled(limit=LONGEST)
_QUOTED = re.compile(r""""([^"\s]+)"|'([^'\s]+)'""")


def read_entry(
    body: bytes,
    media: str,
    *,
    file: str,
    names: Names = NAMES,
    limits: UploadLimits | None = None,
    blank: str = "b",
) -> Entry:
    """Read RDF of one of `kg.store.uploads.UPLOAD_FORMATS`; `file` is the name shown to people.

    Turtle, TriG, N-Triples and N-Quads tell line and column of each statement; JSON-LD and RDF/XML
    where the IRI of each subject first stands in quotes. Blank nodes are numbered, `blank` first,
    or get labels of their own. Raises `TurtleSyntaxError`, `LiteralIllTyped`, `UploadInvalid`,
    `UploadRefused`, `UploadTooLarge`.
    """
    reader = _READERS.get(media)
    if reader is None:
        entry = _without_places(body, media, file, names, limits)
    elif limits is not None and len(body) > limits.bytes:
        raise UploadTooLarge(limit=limits.bytes, found=len(body))
    else:
        entry = _entry(reader(decoded(body, file), file=file, names=names, blank=blank), file)
    for statement in entry.statements:
        if statement[1] == OWL.imports:
            # as of a context that is elsewhere
            raise _refused(entry, statement, "owl:imports", _IMPORTED)
        if (length := max(map(len, statement))) > LONGEST:
            raise _refused(entry, statement, _LONG.filled(length=length), _SHORTER)
    return entry


def _refused(
    entry: Entry, statement: Statement, feature: str | Both, reason: Both
) -> UploadRefused:
    place = entry.place(*statement)
    where = {"line": place.line, "column": place.column} if place else {}
    numbers = {name: number for name, number in where.items() if number is not None}
    return UploadRefused(feature=feature, reason=reason, **numbers)


def _entry(document: Document, file: str) -> Entry:
    graphs: dict[URIRef | None, list[Statement]] = defaultdict(list)
    homes = document.graphs or (None,) * len(document.triples)
    places: dict[Statement, Place] = {}
    fields: dict[Field, Place] = {
        f: Place(file, *document.place(o)) for f, o in document.first_field.items()
    }
    subjects: dict[Node, Place] = {}
    for triple, offset, graph in zip(document.triples, document.offsets, homes, strict=True):
        place = Place(file, *document.place(offset))
        graphs[graph].append(triple)
        places.setdefault(triple, place)
        subjects.setdefault(triple[0], place)
    subjects |= {s: Place(file, *document.place(o)) for s, o in document.first_subject.items()}
    return Entry({g: tuple(s) for g, s in graphs.items()}, places, fields, subjects)


def _without_places(
    body: bytes, media: str, file: str, names: Names, limits: UploadLimits | None
) -> Entry:
    graphs: dict[URIRef | None, list[Statement]] = defaultdict(list)
    for subject, predicate, object_, graph in read_rdf(body, media, names.base, limits):
        graphs[graph].append((subject, predicate, object_))
    subjects = {s for statements in graphs.values() for s, _, _ in statements}
    there = _mentions(body.decode("utf-8", "replace"), subjects, file, names)
    return Entry({g: tuple(s) for g, s in graphs.items()}, {}, {}, dict(there))


def _mentions(
    text: str, subjects: Iterable[Node], file: str, names: Names
) -> Iterator[tuple[Node, Place]]:
    """Where each subject's IRI first stands in quotes: whole, relative, or with a prefix."""
    first: dict[str, int] = {}
    for found in _QUOTED.finditer(text):
        first.setdefault(found[1] or found[2], found.start() + 1)
    lines = Document(text, (), {}, None)
    for subject in subjects:
        iri = str(subject)
        forms = (iri, iri.removeprefix(names.base), names.short(iri))
        offsets = [first[form] for form in forms if form in first]
        if offsets:
            yield subject, Place(file, *lines.place(min(offsets)))
