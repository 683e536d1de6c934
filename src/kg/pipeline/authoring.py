"""The author's line: official documents → draft, and the proof of the committed graph."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import Dataset, URIRef

from kg.audit import OFFICIAL, Printed, Report, attach_wording, audit
from kg.errors import (
    Both,
    DocumentMissing,
    DocumentTruncated,
    DocumentUnknown,
    InputError,
    PathMismatched,
    PathMissing,
)
from kg.extract import extract, known_documents, read_document
from kg.extract.curation import number, pattern, read_lookups, terms
from kg.graph import read_dataset
from kg.graph.drafts import keep_language, merge, read_drafted, without_title, write_dataset
from kg.graph.sharing import keep_others
from kg.model import Draft, SourceText, Span
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.project import Project, wording_file
from kg.pipeline.wording import write_wording

Progress = Callable[[str, int, int], None]
Ignored = Callable[[InputError], None]


def draft(
    documents: Sequence[Path],
    project: Project,
    on_step: Progress = lambda *_: None,
) -> tuple[Dataset, tuple[Draft, ...]]:
    """Read official documents into one dataset, with the titles that the project has.

    The order of `documents` does not matter. `on_step(slug, done, total)` reports progress.
    Raises `InputError`, `ExtractionError`.
    """
    read = {d.slug: d for d in (_read(path, project) for path in documents)}
    drafts = tuple(
        _extract(read[slug], project, on_step) for slug in _order(project) if slug in read
    )
    merged = merge(d.dataset() for d in drafts)
    keep_language(merged, _committed(project))
    return merged, drafts


def _order(project: Project) -> list[str]:
    return [document.slug for document in known_documents(project.curation)]


def _read(path: Path, project: Project) -> SourceText:
    return read_document(path, project.curation, lambda slug: _spans(project, slug))


def _spans(project: Project, slug: str) -> Iterator[Span]:
    """Passages of a document that the committed graph knows by their digests."""
    source = _committed(project).graph(NAMES.graph("source"))
    for span in source.subjects(JPSTRAT.sourceDocument, NAMES.id("source", slug)):
        start, end = (str(source.value(span, p)) for p in (JPSTRAT.start, JPSTRAT.end))
        if start.isdecimal() and end.isdecimal():
            yield Span(slug, int(start), int(end), str(source.value(span, JPSTRAT.textDigest)))


def _extract(document: SourceText, project: Project, on_step: Progress) -> Draft:
    return extract(
        document, project.curation, lambda done, total: on_step(document.slug, done, total)
    )


def _committed(project: Project, data: Path | None = None) -> Dataset:
    return read_dataset(project.ontology, data or project.data, None, None, NAMES)


@dataclass(frozen=True)
class Written:
    """Files that a draft was written to, those that it made needless, and what lacks a title.

    `untitled` holds a thing and the language (ja or en) in which it has no title.
    """

    paths: list[Path]
    removed: list[Path]
    untitled: list[tuple[URIRef, str]]


def write_draft(dataset: Dataset, folder: Path, project: Project) -> Written:
    """Write a draft as Turtle files.

    What `folder` already has from other documents stays, though it may move to another file.
    Raises `InputError`, and `CommentsLost` for a comment in one of its files, with nothing changed.
    """
    whole = keep_others(dataset, read_drafted(folder, OFFICIAL), _order(project))
    paths, removed = write_dataset(whole, folder, _committed(project), OFFICIAL)
    return Written(paths, removed, without_title(whole))


def find_documents(
    folder: Path, project: Project, on_ignored: Ignored = lambda _: None
) -> tuple[SourceText, ...]:
    """The official documents in a folder of text files, each exactly once, in a fixed order.

    `on_ignored` gets the error of each other text file, when all documents are there. Raises
    `PathMissing`, `PathMismatched`, and for a document that is not there `DocumentMissing` or the
    error of the file that resembles it.
    """
    if not folder.is_dir():
        wanted = Both("公式文書のフォルダー", "a folder with the official documents")
        if folder.exists():
            raise PathMismatched(path=folder, found=Both("ファイル", "a file"), expected=wanted)
        raise PathMissing(path=folder, expected=wanted)
    found: dict[str, SourceText] = {}
    wrong: list[DocumentUnknown | DocumentTruncated] = []
    for path in sorted(folder.glob("*.txt")):
        try:
            document = _read(path, project)
        except (DocumentUnknown, DocumentTruncated) as error:
            wrong.append(error)
        else:
            found[document.slug] = document
    for known in known_documents(project.curation):
        if known.slug not in found:
            alike = [each for each in wrong if each.facts["slug"] == known.slug]
            raise alike[0] if alike else _missing(folder, known.title)
    for each in wrong:
        on_ignored(each)
    return tuple(found[slug] for slug in _order(project))


def _missing(folder: Path, title: Both) -> DocumentMissing:
    names = ", ".join(path.name for path in sorted(folder.glob("*.txt")))
    others = names or Both("なし", "none")
    return DocumentMissing(path=folder, document=title, others=others)


def prove(
    folder: Path,
    project: Project,
    data: Path | None = None,
    on_step: Progress = lambda *_: None,
    on_ignored: Ignored = lambda _: None,
) -> Report:
    """Audit: read the official documents in `folder` afresh and compare with the project's data.

    `data` is another folder to compare (with `ttl/` below it) instead of the project's own.

    Raises `InputError`, `ExtractionError`.
    """
    documents = find_documents(folder, project, on_ignored)
    drafts = [_extract(d, project, on_step) for d in documents]
    fresh = merge(draft.dataset() for draft in drafts)
    warnings = [warning for draft in drafts for warning in draft.warnings]
    return audit(fresh, _committed(project, data), documents, printed_rules(project), warnings)


def printed_rules(project: Project) -> list[Printed]:
    """Rules of the audit's second route, from `printed.tsv`; raises `CurationError`."""
    known = _order(project)
    rows = read_lookups(project.curation, "printed")
    for row in rows:
        if row["document"] not in known:
            raise row.error("document", ", ".join(known))
    return [
        Printed(
            row["ja"],
            row["en"],
            row["document"],
            pattern(row, "pattern"),
            number(row, "count"),
            frozenset(terms(row, "properties")),
        )
        for row in rows
    ]


def attach(
    folder: Path, project: Project, state: Path, on_ignored: Ignored = lambda _: None
) -> tuple[Path, int]:
    """Write the official wording into the user's state folder; returns file and count of things.

    Raises `InputError`, and `ExtractionError` when a digest does not agree.
    """
    documents = find_documents(folder, project, on_ignored)
    wording = attach_wording(_committed(project), documents)
    path = wording_file(state)
    write_wording(wording, path)
    return path, len(set(wording.subjects()))
