"""The closure of the whole graph: our rules in the store against owlrl on the same triples."""

import time
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import owlrl
from rdflib import Graph

from kg.graph import ontology_graph
from kg.namespaces import NAMES
from kg.pipeline.building import Asserted, Built, read_asserted
from kg.pipeline.project import find_project
from kg.reason import infer, read_rules
from kg.store.embedded import EmbeddedStore
from kg.validate import read_checks


@dataclass(frozen=True)
class Times:
    """Seconds of each stage of a full build, and of owlrl's closure of the same triples."""

    read: float
    load: float
    reason: float
    check: float
    owlrl: float
    asserted: int
    inferred: int

    @property
    def ratio(self) -> float:
        """How many times faster our closure is."""
        return self.owlrl / self.reason


def measure(rounds: int = 3) -> Times:
    """Medians of `rounds` for our stages; owlrl once, because it takes long."""
    project = find_project()
    laps = []
    for _ in range(rounds):
        clock = [time.perf_counter()]
        dataset = read_asserted(project)
        clock.append(time.perf_counter())
        store = EmbeddedStore()
        store.load(dataset)
        clock.append(time.perf_counter())
        rules = read_rules(project.ontology / "rules", NAMES)
        closure = infer(store, ontology_graph(dataset, NAMES), rules, NAMES)
        clock.append(time.perf_counter())
        asserted = EmbeddedStore()
        asserted.load(dataset)
        Asserted(NAMES, dataset, asserted).check().raise_for_violations()
        checks = read_checks(project.shapes / "checks", NAMES)
        Built(store, closure, dataset, checks).check().raise_for_violations()
        clock.append(time.perf_counter())
        laps.append([end - begin for begin, end in pairwise(clock)])
    flat = Graph()
    flat.addN((s, p, o, flat) for s, p, o, g in dataset.quads() if g != NAMES.graph("shapes"))
    size = len(flat)
    begin = time.perf_counter()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(flat)
    slow = time.perf_counter() - begin
    read, load, reason, check = (median(stage) for stage in zip(*laps, strict=True))
    return Times(read, load, reason, check, slow, size, sum(closure.counts.values()))
