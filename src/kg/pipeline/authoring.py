"""The author's line: official documents → draft, and the proof of the committed graph."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rdflib import Dataset, URIRef

from kg.audit import Printed, Report, attach_wording, audit
from kg.errors import Both, DocumentUnknown, PathMissing
from kg.extract import extract, known_documents, read_document
from kg.extract.curation import read_lookups
from kg.graph import read_dataset
from kg.graph.drafts import keep_language, merge, without_title, write_dataset
from kg.model import Draft, SourceText
from kg.namespaces import NAMES
from kg.pipeline.project import Project, wording_file
from kg.pipeline.wording import write_wording

Progress = Callable[[str, int, int], None]


def draft(
    documents: Sequence[Path],
    project: Project,
    on_step: Progress = lambda *_: None,
) -> tuple[Dataset, tuple[Draft, ...]]:
    """Read official documents into one dataset, with the titles that the project has.

    `on_step(slug, done, total)` reports progress. Raises `InputError`, `ExtractionError`.
    """
    read = (read_document(path, project.curation) for path in documents)
    drafts = tuple(_extract(document, project, on_step) for document in read)
    merged = merge(d.dataset() for d in drafts)
    keep_language(merged, _committed(project))
    return merged, drafts


def _extract(document: SourceText, project: Project, on_step: Progress) -> Draft:
    return extract(
        document, project.curation, lambda done, total: on_step(document.slug, done, total)
    )


def _committed(project: Project, data: Path | None = None) -> Dataset:
    return read_dataset(project.ontology, data or project.data, None, None, NAMES)


def write_draft(dataset: Dataset, folder: Path) -> tuple[list[Path], list[tuple[URIRef, str]]]:
    """Write a draft as Turtle files; returns them and the things that still lack a title."""
    return write_dataset(dataset, folder), without_title(dataset)


def find_documents(folder: Path, project: Project) -> tuple[SourceText, ...]:
    """The official documents in a folder of text files, each exactly once.

    Raises `PathMissing`, or the error of a file that is nearly one of them.
    """
    if not folder.is_dir():
        raise PathMissing(
            path=folder,
            expected=Both("公式文書のフォルダー", "a folder with the official documents"),
        )
    found: dict[str, SourceText] = {}
    wrong: list[DocumentUnknown] = []
    for path in sorted(folder.glob("*.txt")):
        try:
            document = read_document(path, project.curation)
        except DocumentUnknown as error:
            wrong.append(error)
        else:
            found[document.slug] = document
    for slug in known_documents(project.curation):
        if slug not in found:
            if wrong:
                raise wrong[0]
            raise PathMissing(path=folder / "*.txt", expected=slug)
    return tuple(found.values())


def prove(
    folder: Path,
    project: Project,
    data: Path | None = None,
    on_step: Progress = lambda *_: None,
) -> Report:
    """Audit: read the official documents in `folder` afresh and compare with the project's data.

    `data` is another folder to compare (with `ttl/` below it) instead of the project's own.

    Raises `InputError`, `ExtractionError`.
    """
    documents = find_documents(folder, project)
    drafts = [_extract(d, project, on_step) for d in documents]
    fresh = merge(draft.dataset() for draft in drafts)
    warnings = [warning for draft in drafts for warning in draft.warnings]
    return audit(fresh, _committed(project, data), documents, _printed(project), warnings)


def _printed(project: Project) -> list[Printed]:
    return [
        Printed(
            row["ja"],
            row["en"],
            row["document"],
            row["pattern"],
            frozenset(row["properties"].split()),
        )
        for row in read_lookups(project.curation, "printed")
    ]


def attach(folder: Path, project: Project, state: Path) -> tuple[Path, int]:
    """Write the official wording into the user's state folder; returns file and count of things.

    Raises `InputError`, and `ExtractionError` when a digest does not agree.
    """
    wording = attach_wording(_committed(project), find_documents(folder, project))
    path = wording_file(state)
    write_wording(wording, path)
    return path, len(set(wording.subjects()))
