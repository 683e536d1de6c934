"""Checking files: what they say together, against the project that they belong to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path

from rdflib import BNode, Graph, URIRef

from kg.entry import Entry, Mode, Place, Profile
from kg.errors import BlankNodeRefused, Both, KgError, PathMismatched, PathMissing
from kg.graph import SourceFile, described_at, source_files
from kg.graph.files import NOT_DATA
from kg.namespaces import BASE, NAMES, Names
from kg.nearest import nearest_ending
from kg.pipeline.cells import TableImport
from kg.pipeline.entries import Context, open_context, read_entry
from kg.pipeline.foreign import refuse_foreign
from kg.pipeline.forms import MEDIA_TYPES, RULES_PAGE, SUFFIXES, TABLES, Form
from kg.pipeline.importing import open_tables, read_table_entry
from kg.pipeline.judging import check_together
from kg.pipeline.project import Project, project_of, software_version
from kg.store.uploads import UploadLimits
from kg.validate import Finding, Report
from kg.validate.output import Outcome, Unreadable

STDIN = "-"
_NONE = Entry({})
_LIMITS = UploadLimits(bytes=2**30, quads=2**24)
"""For files of the person who runs the process."""
_FILE, _FOLDER = Both("ファイル", "a file"), Both("フォルダー", "a folder")
_STDIN = Both("標準入力", "standard input")


@dataclass(frozen=True)
class CheckRequest:
    """What is to be checked, and how.

    `files` are paths as people wrote them, `-` for `stdin`. `form` says what the files are where
    their names do not. With `strict` a warning counts as a violation does.
    """

    files: Sequence[str]
    stdin: bytes = b""
    form: Form | None = None
    profile: Profile = Profile.ENTRY
    mode: Mode = Mode.MERGED
    strict: bool = False


def check_files(
    request: CheckRequest, names: Names = NAMES, rules_page: str = RULES_PAGE
) -> Outcome:
    """Check what the files say together, as one entry.

    A file of a project's own `data/ttl` is judged in the place of what it said before: the project
    is the one that the first such file lies in, else the packaged one. Files that cannot be read
    are all named in the outcome, and nothing is checked then. Raises `InputError` for files of the
    project that are not those of `request`.
    """
    project = project_of(Path(file) for file in request.files if file != STDIN)
    homes = _homes(request.files, project)
    read = _Read()
    for number, file in enumerate(dict.fromkeys(request.files), start=1):
        try:
            read.file(file, request, names, homes.get(file), f"e{number}b")
        except KgError as error:
            read.unreadable.append(_unreadable(file, error))
    report, shapes = Report(()), Graph()
    if read.tables or not read.unreadable:
        context = open_context(project, names, [home.path for home in homes.values()])
        imports = _imports(read, context)
        if not read.unreadable:
            shapes = context.asserted.dataset.graph(names.graph("shapes"))
            entry = reduce(add, (each.entry for each in imports), reduce(add, read.entries, _NONE))
            report = check_together(
                context,
                entry,
                imports,
                request.profile,
                request.mode,
                gone=bool(homes),
                own=_of_terms(request.files, project),
            )
            report = _located(report, entry, project, names)
    return Outcome(
        report=report,
        files=tuple(dict.fromkeys(request.files)),
        profile=request.profile,
        mode=request.mode,
        rules_page=rules_page,
        shapes=shapes,
        version=software_version(),
        names=names,
        unreadable=tuple(read.unreadable),
        strict=request.strict,
    )


@dataclass
class _Read:
    """What the files hold: entries, tables that need the graph to be understood, and failures."""

    entries: list[Entry] = field(default_factory=list)
    tables: list[tuple[bytes, str, str]] = field(default_factory=list)
    """Content, file and media type."""
    unreadable: list[Unreadable] = field(default_factory=list)

    def file(
        self, file: str, request: CheckRequest, names: Names, home: SourceFile | None, blank: str
    ) -> None:
        """Read a file, `-` is standard input; raises `InputError` and what a reader raises."""
        form = request.form or _form(file)
        body = request.stdin if file == STDIN else _content(Path(file))
        media = MEDIA_TYPES[form]
        if form in TABLES:
            self.tables.append((body, file, media))
            return
        # files are written under the project's own base
        body = body if names.base == BASE else body.replace(BASE.encode(), names.base.encode())
        entry = read_entry(body, media, file=file, names=names, limits=_LIMITS, blank=blank)
        self.entries.append(entry if home is None else _at_home(entry, home, names))


def _imports(read: _Read, context: Context) -> list[TableImport]:
    """The tables as entries; one that cannot be read is added to what cannot."""
    tables = open_tables(context)
    imports: list[TableImport] = []
    for body, file, media in read.tables:
        try:
            imports.append(read_table_entry(body, file, media, tables))
        except KgError as error:
            read.unreadable.append(_unreadable(file, error))
    return imports


def _of_terms(files: Iterable[str], project: Project) -> frozenset[str]:
    """The files that are of the project's own ontology or shapes."""
    folders = project.ontology.resolve(), project.shapes.resolve()
    return frozenset(
        file
        for file in files
        if file != STDIN and any(Path(file).resolve().is_relative_to(f) for f in folders)
    )


def _homes(files: Iterable[str], project: Project) -> dict[str, SourceFile]:
    """Files of the project's data, and what they are there."""
    known = {f.path.resolve(): f for f in source_files(*project.graph_folders)}
    homes: dict[str, SourceFile] = {}
    for file in files:
        path = Path(file).resolve()
        home = known.get(path) or known.get(_namesake(path, project))
        if file != STDIN and home is not None and home.graph not in NOT_DATA:
            homes[file] = home
    return homes


def _namesake(path: Path, project: Project) -> Path:
    """The file of the project in whose place one of another folder `data/ttl` is meant to come."""
    graph, folder = path.parent, path.parent.parent
    if folder.name == "ttl" and folder.parent.name == "data":
        return (project.data / "ttl" / graph.name / path.name).resolve()
    return path


def _at_home(entry: Entry, home: SourceFile, names: Names) -> Entry:
    """The entry in the graph that its file makes; raises `BlankNodeRefused`, as the build does."""
    for statement in entry.statements:
        if any(isinstance(term, BNode) for term in statement):
            place = entry.places[statement]
            raise BlankNodeRefused(file=place.file, line=place.line)
    return replace(entry, graphs={URIRef(names.graph(home.graph)): tuple(entry.statements)})


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise PathMismatched(path=path, found=_FOLDER, expected=_FILE)
    if not path.exists():
        raise PathMissing(path=path, expected=_FILE)
    return path.read_bytes()


def _form(file: str) -> Form:
    if file == STDIN:
        forms = f"--input-format {' | '.join(Form)}"
        raise PathMismatched(path=file, found=_STDIN, expected=forms)
    suffix = Path(file).suffix.lower()
    if suffix not in SUFFIXES and not Path(file).is_dir():
        refuse_foreign(file)
        raise PathMismatched(
            path=file,
            found=suffix or "–",
            expected=", ".join(SUFFIXES),
            nearest=nearest_ending(suffix, SUFFIXES) if suffix else None,
        )
    return SUFFIXES.get(suffix, Form.TURTLE)


def _unreadable(file: str, error: KgError) -> Unreadable:
    line, column = (error.facts.get(name) for name in ("line", "column"))
    place = Place(
        file,
        line if isinstance(line, int) else None,
        column if isinstance(column, int) else None,
    )
    said = (error.message(lang).removeprefix(f"{place.text(lang)}: ") for lang in ("ja", "en"))
    return Unreadable(place, Both(*said))


def _located(report: Report, entry: Entry, project: Project, names: Names) -> Report:
    """The findings with a place each: what is not of the entry may be of a file of the project."""
    placed = [_of_value(finding, entry) for finding in report.findings]
    elsewhere = {finding.focus for finding in placed if finding.place is None}
    files = source_files(*project.graph_folders) if elsewhere else ()
    found = described_at(elsewhere, files, names)
    known = {thing: _from_here(place) for thing, place in found.items()}
    findings = (f if f.place else replace(f, place=known.get(f.focus)) for f in placed)
    return replace(report, findings=tuple(findings))


def _from_here(place: Place) -> Place:
    """The place in a file as people name it who work in a folder above it."""
    path, here = Path(place.file), Path.cwd()
    return replace(place, file=str(path.relative_to(here))) if path.is_relative_to(here) else place


def _of_value(finding: Finding, entry: Entry) -> Finding:
    if finding.place is None and finding.value is not None:
        return replace(finding, place=entry.place(finding.value))
    return finding
