"""Proof of the committed graph against the official documents."""

from kg.audit.comparison import OFFICIAL, Coverage, Finding, Report, audit
from kg.audit.printed import Printed
from kg.audit.sections import SectionCount
from kg.audit.wording import attach_wording

__all__ = [
    "OFFICIAL",
    "Coverage",
    "Finding",
    "Printed",
    "Report",
    "SectionCount",
    "attach_wording",
    "audit",
]
