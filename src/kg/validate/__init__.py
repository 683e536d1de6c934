"""What is required of the graph: SHACL shapes, and findings that people can act on."""

from kg.validate.engine import validate
from kg.validate.report import Finding, Report, Severity

__all__ = ["Finding", "Report", "Severity", "validate"]
