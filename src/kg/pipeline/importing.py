"""A table of measures → entry → report and difference → the files of the data."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from kg.compare import Difference, changed
from kg.entry import Mode, Profile
from kg.errors import Both, EditionUnknown, PathMismatched, PathMissing
from kg.graph.amending import amend, amended
from kg.graph.replacing import replace_files
from kg.lookup import Lookup
from kg.model import SourceText
from kg.namespaces import Names
from kg.nearest import nearest_ending, nearest_name
from kg.pipeline.authoring import find_documents
from kg.pipeline.cells import TableImport, cell_finding
from kg.pipeline.entries import Context, Progress, open_context
from kg.pipeline.foreign import refuse_foreign
from kg.pipeline.forms import METADATA, RULES_PAGE
from kg.pipeline.judging import check_together
from kg.pipeline.project import Project, software_version
from kg.tables import (
    CSV,
    DEFAULT_LIMITS,
    SUFFIXES,
    XLSX,
    MeasureTable,
    TableLimits,
    media_of,
    read_table,
)
from kg.tables.resolving import Resolver
from kg.tables.template import delimited, metadata, workbook
from kg.validate import Report
from kg.validate.output import Outcome

EDITION = "ai2019-fu2020"
"""The edition whose measures are in the project."""


@dataclass(frozen=True)
class ImportRequest:
    """How a file is to be imported: `sources` is a folder with the official documents."""

    edition: str = EDITION
    profile: Profile = Profile.ENTRY
    sources: Path | None = None
    write: bool = False


@dataclass(frozen=True)
class TableContext:
    """What tables are read against: made once for many tables."""

    context: Context
    lookup: Lookup

    @property
    def names(self) -> Names:
        """Names under the base of the context."""
        return self.context.asserted.names

    @property
    def known(self) -> Graph:
        """The union of the committed graphs."""
        return self.context.asserted.graph


def open_tables(context: Context) -> TableContext:
    """What tables are read against, from what entries are checked against."""
    asserted = context.asserted
    return TableContext(context, Lookup(asserted.graph, asserted.names, context.former))


def editions(tables: TableContext) -> list[str]:
    """Names of the editions that there are."""
    found = tables.known.subjects(RDF.type, tables.names.def_.StrategyEdition)
    return sorted(str(edition).rpartition("/")[2] for edition in found)


def read_table_entry(
    body: bytes,
    file: str,
    media: str,
    tables: TableContext,
    *,
    edition: str = EDITION,
    limits: TableLimits = DEFAULT_LIMITS,
    documents: Iterable[SourceText] = (),
    on_step: Progress = lambda *_: None,
) -> TableImport:
    """Read a table (`kg.tables.CSV`, `TSV` or `XLSX`) as measures of `edition`.

    `file` is the name shown to people; `documents` are official texts to look passages up in.
    Raises `TableError`, and `EditionUnknown` with the nearest edition.
    """
    names, known = tables.names, tables.known
    _refuse_unknown(edition, tables)
    texts = {document.slug: document for document in documents}
    reader = MeasureTable(known, tables.lookup, names, edition, texts)
    read = reader.read(read_table(body, file, media, limits), on_step)
    added = read.entry.statements
    return TableImport(
        read.entry,
        tuple(cell_finding(each, names) for each in read.findings),
        changed(known, added, read.entry.removed, tables.lookup, names),
        read.rows,
        read.broken,
    )


def write_template(tables: TableContext, path: Path, edition: str, lang: str) -> list[Path]:
    """Write an empty table, a workbook or CSV with its metadata; returns the files.

    Raises `PathMismatched` for another kind of file, `EditionUnknown`, and what `replace_files`
    raises.
    """
    target = path.resolve()
    files = template_files(tables, target.name, lang, edition)
    if not files:
        found = target.suffix or Both("拡張子のない名前", "a name without an ending")
        raise PathMismatched(path=path, found=found, expected=".xlsx, .csv")
    replace_files(target.parent, {Path(name): body for name, body in files.items()})
    return [target.parent / name for name in files]


def template_files(
    tables: TableContext, name: str, lang: str, edition: str = EDITION
) -> dict[str, bytes]:
    """Files of an empty table called `name`, by their names: none for another kind of file.

    `lang` is that of the lists of a workbook, which has headers in both languages, and of a CSV,
    beside which stands its metadata. Raises `EditionUnknown`.
    """
    _refuse_unknown(edition, tables)
    media = media_of(name)
    if media == XLSX:
        resolver = Resolver(tables.known, tables.lookup, tables.names, edition)
        return {name: workbook(resolver, lang)}
    if media == CSV:
        described = metadata(name, edition, tables.names, lang)
        return {name: delimited(lang), f"{name}{METADATA}": described.encode()}
    return {}


def check_table(
    tables: TableContext,
    table: TableImport,
    profile: Profile = Profile.ENTRY,
    mode: Mode = Mode.MERGED,
    on_step: Progress = lambda *_: None,
) -> Report:
    """Everything that is wrong with a table: its cells, and its entry as of every other."""
    return check_together(tables.context, table.entry, (table,), profile, mode, on_step=on_step)


def import_file(
    path: Path, request: ImportRequest, project: Project, on_step: Progress = lambda *_: None
) -> tuple[Outcome, Difference, list[Path]]:
    """Read a file, check it, and write it if `request` says so and no rule is broken.

    Returns the outcome of the check, what changes, and the files that were written. Raises
    `InputError`.
    """
    media = media_of(path.name)
    if media is None:
        refuse_foreign(path.name)
        near = nearest_ending(path.suffix, SUFFIXES) if path.suffix else None
        expected = ", ".join(SUFFIXES)
        raise PathMismatched(path=path, found=path.suffix or "–", expected=expected, nearest=near)
    if not path.is_file():
        raise PathMissing(path=path, expected=", ".join(SUFFIXES))
    documents = find_documents(request.sources, project) if request.sources else ()
    context = open_context(project)
    tables = open_tables(context)
    table = read_table_entry(
        path.read_bytes(),
        path.name,
        media,
        tables,
        edition=request.edition,
        documents=documents,
        on_step=on_step,
    )
    report = check_table(tables, table, request.profile, on_step=on_step)
    outcome = Outcome(
        report=report,
        files=(str(path),),
        profile=request.profile,
        mode=Mode.MERGED,
        rules_page=RULES_PAGE,
        shapes=context.asserted.dataset.graph(tables.names.graph("shapes")),
        version=software_version(),
    )
    write = request.write and outcome.accepted
    return outcome, table.difference, write_table(tables, table, project.data) if write else []


def write_table(tables: TableContext, table: TableImport, data: Path) -> list[Path]:
    """Write what a table changes into the files below `data`/ttl; returns those that changed.

    All of them change or none. A table that breaks rules is not to be written. Raises
    `CommentsLost`, and what the system refuses.
    """
    added = {
        graph: [statement for statement in statements if statement not in tables.known]
        for graph, statements in table.entry.graphs.items()
        if graph is not None
    }
    for statement in table.difference.removed:
        for *_, home in tables.context.asserted.dataset.quads((*statement, None)):
            added.setdefault(URIRef(str(home)), [])
    folder = data / "ttl"
    return amend(folder, amended(folder, added, table.difference.removed, tables.known))


def _refuse_unknown(edition: str, tables: TableContext) -> None:
    there = editions(tables)
    if edition not in there:
        nearest = nearest_name(edition, there)
        raise EditionUnknown(edition=edition, expected=", ".join(there), nearest=nearest)
