"""Rules that SHACL Core cannot say: SELECT queries over the whole graph that must find nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef
from rdflib.term import Node

from kg.errors import Both, PathMissing
from kg.header import Bilingual, Strict, read_header, read_text
from kg.model import Row, Store
from kg.namespaces import Names
from kg.validate.report import Finding, Report


class _CheckHeader(Strict):
    """What the file of a check says about itself."""

    title: Bilingual
    fix: Bilingual | None = None


@dataclass(frozen=True)
class Check:
    """One rule: a query whose rows break it.

    They have `?focus`, and perhaps the property at fault (`?path`) and the wrong `?value`.
    `message` says the rule in the languages ja and en, `fix` what to do.
    """

    id: str
    query: str
    message: Mapping[str, str]
    fix: Both | None = None

    def shape(self, names: Names) -> URIRef:
        """IRI in the pattern of the shapes: `amount-in-yen` is `shapes#AmountInYen`."""
        name = "".join(word.capitalize() for word in self.id.split("-"))
        return names.rule(name)


def read_checks(folder: Path, names: Names) -> tuple[Check, ...]:
    """Checks of the `*.rq` files in `folder`, by file name.

    Raises `PathMissing` for the folder, `QueryHeaderError` for a file whose header does not say
    its rule in ja and en (`title`).
    """
    if not folder.is_dir():
        raise PathMissing(path=folder, expected="shapes/checks/*.rq")
    return tuple(_read_check(path, names) for path in sorted(folder.glob("*.rq")))


def _read_check(path: Path, names: Names) -> Check:
    text = names.rebase(read_text(path))
    header, _ = read_header(text, path, _CheckHeader)
    fix = None if header.fix is None else Both(**header.fix.model_dump())
    return Check(path.stem, text, header.title.model_dump(), fix)


def run_checks(store: Store, checks: Iterable[Check], names: Names) -> Report:
    """Return what breaks the checks in the closed graph that `store` holds."""
    return Report(
        tuple(
            _finding(check, focus, row, names)
            for check in checks
            for row in store.select(check.query)
            if (focus := row["focus"]) is not None
        )
    )


def _finding(check: Check, focus: Node, row: Row, names: Names) -> Finding:
    return Finding.of_rule(
        check.shape(names),
        focus,
        Both(**check.message),
        names,
        path=row.get("path"),
        value=row.get("value"),
        fix=check.fix,
    )
