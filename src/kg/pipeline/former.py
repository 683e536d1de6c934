"""Former names of bodies: what data/curation tells readers, and the graph does not state."""

from kg.extract.curation import number, read_lookups
from kg.lookup import FormerName
from kg.pipeline.project import Project

_TABLE = "former-names"


def former_names(project: Project) -> tuple[FormerName, ...]:
    """Rows of `former-names.tsv`; none in an older checkout. Raises `CurationError`."""
    if not (project.curation / f"{_TABLE}.tsv").is_file():
        return ()
    rows = read_lookups(project.curation, _TABLE)
    return tuple(FormerName(r["former"], r["successor"], number(r, "year")) for r in rows)
