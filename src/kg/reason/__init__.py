"""The closure: what follows from the asserted graph by the ontology's axioms.

The axioms are compiled into CONSTRUCT rules (`rules`), which run in the store until nothing new
follows (`closure`); then the axioms that forbid something are checked (`contradictions`).
"""

from kg.reason.closure import Closure, close, infer
from kg.reason.contradictions import find_contradictions, find_mixed
from kg.reason.rules import Rule, compile_rules, read_rules

__all__ = [
    "Closure",
    "Rule",
    "close",
    "compile_rules",
    "find_contradictions",
    "find_mixed",
    "infer",
    "read_rules",
]
