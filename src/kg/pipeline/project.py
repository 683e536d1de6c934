"""Where the files of the project are, and what identifies their content."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kg.namespaces import NAMES, Names

_PACKAGED = Path(__file__).parents[1] / "project"
_CHECKOUT = Path(__file__).parents[3]
_BUILT_FROM = ("*.ttl", "*.rq", "*.tsv")


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
    def curation(self) -> Path:
        """Lookups of the extraction."""
        return self.data / "curation"

    def turtle_files(self) -> list[Path]:
        """Every Turtle file that people edit."""
        folders = (self.ontology, self.shapes, self.data)
        return sorted(path for folder in folders for path in folder.rglob("*.ttl"))

    def sparql_files(self) -> list[Path]:
        """Every SPARQL file that people edit: rules, checks, queries."""
        folders = (self.ontology, self.shapes, self.queries)
        return [path for folder in folders for path in sorted(folder.rglob("*.rq"))]


def find_project() -> Project:
    """The files inside the installed package, or else those of the checkout."""
    return Project(_PACKAGED if _PACKAGED.is_dir() else _CHECKOUT)


def project_key(project: Project, names: Names = NAMES, wording: Path | None = None) -> str:
    """SHA-256 over everything that the built graph depends on."""
    total = hashlib.sha256(f"{version('senryaku')} {version('pyoxigraph')} {names.base}".encode())
    for folder in (project.ontology, project.shapes, project.data):
        for path in sorted(p for pattern in _BUILT_FROM for p in folder.rglob(pattern)):
            total.update(f"\0{path.relative_to(project.root)}\0".encode())
            total.update(path.read_bytes())
    if wording is not None and wording.is_file():
        total.update(wording.read_bytes())
    return total.hexdigest()


def find_snapshot(project: Project, folder: Path, names: Names, wording: Path | None) -> Path:
    """Where the prebuilt graph of exactly these files is or would be."""
    return folder / f"graph-{project_key(project, names, wording)[:16]}.snapshot"


def wording_file(state: Path) -> Path:
    """Where `attach` puts the official wording."""
    return state / "source-text.nt"
