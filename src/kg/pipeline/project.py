"""Where the files of the project are, and what identifies their content."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kg.errors import Both, FileMisplaced, PathMismatched
from kg.namespaces import NAMES, Names
from kg.store.retention import mark_used, remove_old
from kg.store.snapshot import ENGINE

_DISTRIBUTION = "senryaku"
_CODE = Path(__file__).parents[1]
_PACKAGED = _CODE / "project"
_CHECKOUT = Path(__file__).parents[3]
_READ = {
    "ontology": ("jpstrat.ttl", "stubs.ttl", "vocab/*.ttl", "rules/*.rq"),
    "shapes": ("*.ttl", "profiles/*.ttl", "checks/*.rq"),
    "data": ("ttl/*/*.ttl", "mappings/*.sssom.tsv", "curation/*.tsv"),
    "queries": ("*.rq",),
}
"""Folders that people edit, and the files in them that something reads."""
_NO_PART_OF_THE_GRAPH = ("data/curation/*", "queries/*")
_STAGES = ("graph", "pipeline", "reason", "store", "validate")
"""Packages of `kg` whose code decides what the built graph is."""
_SNAPSHOTS = "graph-*.snapshot"
_ELSEWHERE = Both("プロジェクトの外のフォルダー", "a folder outside a project")
_A_CHECKOUT = Both(
    "ontologyやdata/ttlのあるプロジェクトのフォルダー", "the folder of a project with data/ttl"
)


@dataclass(frozen=True)
class Project:
    """The folders that people edit; `root` is a checkout or what the wheel carries."""

    root: Path

    @property
    def ontology(self) -> Path:
        """Own terms, stubs, concept schemes, rules."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """SHACL shapes."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """The catalogue of competency questions."""
        return self.root / "queries"

    @property
    def data(self) -> Path:
        """Turtle by graph and class, mappings, curation tables."""
        return self.root / "data"

    @property
    def mappings(self) -> Path | None:
        """SSSOM tables of links to other datasets; None where there are none yet."""
        folder = self.data / "mappings"
        return folder if folder.is_dir() else None

    @property
    def curation(self) -> Path:
        """Lookups of the extraction."""
        return self.data / "curation"

    @property
    def graph_folders(self) -> tuple[Path, Path, Path, Path | None]:
        """What the asserted graph is read from: ontology, data, shapes, mappings."""
        return self.ontology, self.data, self.shapes, self.mappings

    def turtle_files(self) -> list[Path]:
        """Every Turtle file that people edit."""
        folders = (self.ontology, self.shapes, self.data)
        return sorted(path for folder in folders for path in folder.rglob("*.ttl"))

    def sparql_files(self) -> list[Path]:
        """Every SPARQL file that people edit: rules, checks, queries."""
        folders = (self.ontology, self.shapes, self.queries)
        return [path for folder in folders for path in sorted(folder.rglob("*.rq"))]

    def files(self) -> list[Path]:
        """Every file that something reads, sorted.

        Raises `FileMisplaced` for any other file in the four folders but notes (`*.md`), and what
        systems and editors leave behind (names that begin with `.` or `#`, or end with `~`).
        """
        found: list[Path] = []
        for folder, patterns in _READ.items():
            for path in sorted(_visible_files(self.root / folder)):
                below = path.relative_to(self.root / folder)
                if any(_fits(below, pattern) for pattern in patterns):
                    found.append(path)
                elif path.suffix != ".md":
                    expected = ", ".join(f"{folder}/{pattern}" for pattern in patterns)
                    raise FileMisplaced(file=path, expected=expected)
        return found


def find_project() -> Project:
    """The files inside the installed package, or else those of the checkout."""
    return Project(_PACKAGED if _PACKAGED.is_dir() else _CHECKOUT)


def project_of(paths: Iterable[Path]) -> Project:
    """The checkout that the first of the paths lies in, or else `find_project`."""
    for path in paths:
        for folder in (path.resolve(), *path.resolve().parents):
            project = Project(folder)
            if (project.ontology / "jpstrat.ttl").is_file() and project.shapes.is_dir():
                return project
    return find_project()


def writable_project() -> Project:
    """The project that people work in here: the checkout around the working folder.

    Raises `PathMismatched` where there is none but the files inside the installed package, which
    are not to be edited.
    """
    here = Path.cwd()
    project = project_of([here])
    if project.root == _PACKAGED:
        raise PathMismatched(path=here, found=_ELSEWHERE, expected=_A_CHECKOUT)
    return project


@cache
def software_version() -> str:
    """Version of the installed package; "0" in a checkout that is not installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "0"


def project_key(project: Project, names: Names = NAMES, wording: Path | None = None) -> str:
    """SHA-256 over everything that the built graph depends on: files, code, engine, base.

    Raises `FileMisplaced`.
    """
    total = hashlib.sha256(f"{ENGINE} {names.base}".encode())
    for root, paths in ((project.root, _graph_files(project)), (_CODE, _code_files())):
        for path in paths:
            total.update(f"\0{path.relative_to(root)}\0".encode())
            total.update(path.read_bytes())
    if wording is not None and wording.is_file():
        total.update(b"\0wording\0" + wording.read_bytes())
    return total.hexdigest()


def find_snapshot(project: Project, folder: Path, names: Names, wording: Path | None) -> Path:
    """Where the prebuilt graph of exactly these files is or would be.

    One that is there counts as used from now on, so that other builds leave it alone. Raises
    `FileMisplaced`.
    """
    path = folder / f"graph-{project_key(project, names, wording)[:16]}.snapshot"
    mark_used(path)
    return path


def remove_old_snapshots(folder: Path) -> None:
    """Keep the newest few prebuilt graphs: other bases and versions may be in use as well."""
    remove_old(folder.glob(_SNAPSHOTS))


def wording_file(state: Path) -> Path:
    """Where `attach` puts the official wording."""
    return state / "source-text.nt"


def _graph_files(project: Project) -> Iterator[Path]:
    for path in project.files():
        below = path.relative_to(project.root)
        if not any(_fits(below, pattern) for pattern in _NO_PART_OF_THE_GRAPH):
            yield path


def _code_files() -> list[Path]:
    shared = sorted(_CODE.glob("*.py"))
    return shared + [path for stage in _STAGES for path in sorted((_CODE / stage).glob("*.py"))]


def _fits(below: Path, pattern: str) -> bool:
    """Whether `below` is exactly as deep as `pattern` and fits it."""
    return len(below.parts) == pattern.count("/") + 1 and below.match(pattern)


def _visible_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith((".", "#")) or path.name.endswith("~"):
            continue
        if path.is_dir():
            yield from _visible_files(path)
        else:
            yield path
