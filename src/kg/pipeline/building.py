"""The build line: committed files → asserted → closure → checked → store → snapshot."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdflib import Dataset, Graph
from rdflib.namespace import RDF

from kg.graph import described_at, ontology_graph, read_dataset, source_files, union_graph
from kg.graph.files import NOT_DATA
from kg.namespaces import NAMES, Names
from kg.pipeline.bounds import TERMS_ARE_FIXED, changed_terms, in_data
from kg.pipeline.mixing import contradicting, of_several_classes, without_consequences
from kg.pipeline.project import Project, find_snapshot, project_key, remove_old_snapshots
from kg.pipeline.terms import undefined_names
from kg.pipeline.wording import read_wording
from kg.reason import Closure, find_mixed, infer, read_rules
from kg.store.embedded import EmbeddedStore
from kg.store.snapshot import Header, write_snapshot
from kg.validate import (
    Check,
    Profile,
    Report,
    Rulebook,
    Severity,
    read_checks,
    rule_name,
    run_checks,
)


@dataclass(frozen=True)
class Asserted:
    """All asserted triples: in a dataset, as one graph (without the shapes), and in a store.

    The store holds nothing else.
    """

    names: Names
    dataset: Dataset
    store: EmbeddedStore

    @cached_property
    def graph(self) -> Graph:
        """Union of all graphs but the shapes."""
        return union_graph(self.dataset, self.names)

    @cached_property
    def ontology(self) -> Graph:
        """Copy of the graph `def`."""
        return ontology_graph(self.dataset, self.names)

    def rulebook(self, profile: Profile) -> Rulebook:
        """The shapes that hold in `profile`."""
        return Rulebook(self.dataset.graph(self.names.graph("shapes")), self.names, profile)

    def check(self) -> Report:
        """Judge everything by the rules for entries, first that classes exclude each other.

        As entries, data may not change terms.
        """
        rulebook, names = self.rulebook(Profile.ENTRY), self.names
        things = of_several_classes(set(self.graph.subjects(RDF.type)), self.graph)
        errors = find_mixed(self.store, self.ontology, names, things)
        mixed = contradicting(errors, names)
        focus = {finding.focus for finding in mixed.findings}
        judged = rulebook.judge(self.graph, self.store)
        terms = changed_terms(in_data(self.dataset, names), rulebook.shapes, names)
        rest = without_consequences(judged, focus, rulebook.shapes, self.graph)
        return mixed + rest + Report(tuple(terms))


@dataclass(frozen=True)
class Built:
    """A store with the whole graph, how its closure was made, and what was asserted.

    `checks` are the rules about the whole graph that stand beside the shapes.
    """

    store: EmbeddedStore
    closure: Closure
    asserted: Dataset
    checks: tuple[Check, ...] = ()

    def check(self, names: Names = NAMES) -> Report:
        """Run the checks in the closed graph."""
        return run_checks(self.store, self.checks, names)


def read_asserted(
    project: Project, names: Names = NAMES, without: Collection[Path] = ()
) -> Dataset:
    """All files of the project as one dataset, once every name in them and in queries is defined.

    What a project says `without` some of its files may lack names, and is not examined for them.
    Raises `InputError` (`FileMisplaced`, `TurtleSyntaxError`, `UndefinedTerm`, …) with file and
    line.
    """
    project.files()
    folders = project.graph_folders
    asserted = read_dataset(*folders, names, without=without)
    if without:
        return asserted
    files = source_files(*folders)
    for error in undefined_names(asserted, files, project.sparql_files(), names):
        raise error
    return asserted


def load_asserted(
    project: Project,
    names: Names = NAMES,
    store: EmbeddedStore | None = None,
    wording: Graph | None = None,
    *,
    without: Collection[Path] = (),
) -> Asserted:
    """Read all files but those `without` into a dataset and a store.

    `wording` is the user's own copy of the official text, loaded as `graph/source-text`. Raises
    `InputError` for files.
    """
    dataset = read_asserted(project, names, without)
    if wording is not None:
        text = dataset.graph(names.graph("source-text"))
        text.addN((s, p, o, text) for s, p, o in wording)
    store = store or EmbeddedStore(names=names)
    store.load(dataset)
    return Asserted(names, dataset, store)


def build(
    project: Project,
    names: Names = NAMES,
    store: EmbeddedStore | None = None,
    wording: Graph | None = None,
) -> Built:
    """Read all files, reason, and return the loaded store.

    Raises what `load_asserted` raises, and `Contradiction` for data that contradict the ontology.
    """
    return _closed(load_asserted(project, names, store, wording), project)


def _closed(asserted: Asserted, project: Project) -> Built:
    names = asserted.names
    rules = read_rules(project.ontology / "rules", names)
    closure = infer(asserted.store, asserted.ontology, rules, names)
    checks = read_checks(project.shapes / "checks", names)
    return Built(asserted.store, closure, asserted.dataset, checks)


def write_graph(
    project: Project, folder: Path, names: Names = NAMES, *, wording: Path | None = None
) -> tuple[Path, Header]:
    """Build the graph, check it and keep it in `folder`; returns the snapshot and its header.

    What was asserted is judged first, then what follows from it. Raises what `build` raises,
    `WordingDamaged`, and `RulesBroken` when the graph breaks a shape or a check; then what `folder`
    holds stays as it was.
    """
    key = project_key(project, names, wording)
    path = find_snapshot(project, folder, names, wording)
    attached = read_wording(wording, names) if wording is not None and wording.is_file() else None
    asserted = load_asserted(project, names, wording=attached)
    _refuse_broken(asserted.check(), project, names)
    built = _closed(asserted, project)
    _refuse_broken(built.check(names), project, names)
    header = write_snapshot(built.store.engine, path, key)
    remove_old_snapshots(folder)
    return path, header


def _refuse_broken(report: Report, project: Project, names: Names) -> None:
    """Raise `RulesBroken` for violations, with the file and line of each thing."""
    violations = report.of(Severity.VIOLATION)
    if violations:
        files = source_files(*project.graph_folders)
        terms = {f.focus for f in violations if rule_name(f.shape) == TERMS_ARE_FIXED}
        places = described_at((f.focus for f in violations), files, names)
        # the ontology describes them too, and may
        places |= described_at(terms, (f for f in files if f.graph not in NOT_DATA), names)
        report.located(places).raise_for_violations()


def closure_text(closure: Closure) -> str:
    """The inferred triples as sorted N-Triples."""
    return "".join(sorted(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in closure.triples))


def graph_counts(store: EmbeddedStore) -> list[tuple[str, int]]:
    """Names of the graphs with their number of triples."""
    rows = store.select(
        "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } }"
        " GROUP BY ?graph ORDER BY ?graph"
    )
    return [(str(r["graph"]).rpartition("/")[2], int(str(r["triples"]))) for r in rows]


def class_counts(store: EmbeddedStore, lang: str) -> list[tuple[str, str, int]]:
    """Own classes with their label in `lang` and the number of things in them."""
    rows = store.select(
        """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?class ?label (COUNT(DISTINCT ?thing) AS ?things) WHERE {
          ?class rdfs:isDefinedBy [] ; rdfs:label ?label .
          ?thing a ?class .
        } GROUP BY ?class ?label ORDER BY ?class
        """
    )
    return [
        (str(r["class"]).partition("#")[2], str(r["label"]), int(str(r["things"])))
        for r in rows
        if getattr(r["label"], "language", None) == lang
    ]
