"""The catalogue of canned queries: one file, one question, one endpoint.

What only the build needs is not loaded here: see `kg.queries.structure`.
"""

from kg.queries.catalogue import CannedQuery, Catalogue, check_names, read_catalogue
from kg.queries.parameters import Parameter
from kg.queries.things import Things

__all__ = [
    "CannedQuery",
    "Catalogue",
    "Parameter",
    "Things",
    "check_names",
    "read_catalogue",
]
