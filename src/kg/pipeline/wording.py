"""The attached wording: one file in the user's state folder, with a digest as its last line."""

from hashlib import sha256
from pathlib import Path

from rdflib import Graph

from kg.errors import Both, TurtleSyntaxError, WordingDamaged
from kg.graph import read_turtle
from kg.graph.files import read_text
from kg.namespaces import NAMES, Names

_DIGEST = "# sha256:"


def write_wording(wording: Graph, path: Path) -> None:
    """Write sorted N-Triples; `path` holds the old or the new wording at any moment."""
    text = "".join(sorted(wording.serialize(format="nt").splitlines(keepends=True)))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(f"{text}{_DIGEST}{_digest(text)}\n", encoding="utf-8", newline="")
    new.replace(path)


def read_wording(path: Path, names: Names = NAMES) -> Graph:
    """Wording under the base of `names`.

    Raises `PathMissing`, and `WordingDamaged` for a file that is not as it was written.
    """
    try:
        text = read_text(path)
        document = read_turtle(names.rebase(text), file=str(path), names=names)
    except TurtleSyntaxError as error:
        line, detail = error.facts["line"], error.facts["detail"]
        raise WordingDamaged(file=path, line=line, detail=detail) from None
    lines, _, found = text.rpartition(_DIGEST)
    if found.rstrip() != _digest(lines):
        detail = Both("末尾のダイジェストと合わない", "it does not agree with its last line")
        raise WordingDamaged(file=path, line=text.count("\n") or 1, detail=detail)
    graph = Graph()
    graph.addN((s, p, o, graph) for s, p, o in document.triples)
    return graph


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
