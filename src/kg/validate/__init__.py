"""What is required of the graph: SHACL shapes and queries that must find nothing, and findings.

`engine` checks the shapes, `checks` the rules that SHACL Core cannot say; `report` tells people,
`explaining` puts each finding into words.
"""

from kg.entry import Profile
from kg.validate.checks import Check, read_checks, run_checks
from kg.validate.engine import validate
from kg.validate.explaining import Explainer, Offers, Wording, documentation, rule_name
from kg.validate.report import Explanation, Finding, Further, Key, Report, Severity
from kg.validate.rulebook import Rulebook

__all__ = [
    "Check",
    "Explainer",
    "Explanation",
    "Finding",
    "Further",
    "Key",
    "Offers",
    "Profile",
    "Report",
    "Rulebook",
    "Severity",
    "Wording",
    "documentation",
    "read_checks",
    "rule_name",
    "run_checks",
    "validate",
]
