"""The catalogue of canned queries: one file, one question, one endpoint."""

from kg.queries.catalogue import CannedQuery, Catalogue, check_names, read_catalogue
from kg.queries.parameters import Parameter
from kg.queries.structure import check_catalogue
from kg.queries.things import Things

__all__ = [
    "CannedQuery",
    "Catalogue",
    "Parameter",
    "Things",
    "check_catalogue",
    "check_names",
    "read_catalogue",
]
