"""The catalogue of canned queries: one file, one question, one endpoint."""

from kg.queries.catalogue import CannedQuery, Catalogue, read_catalogue
from kg.queries.parameters import Parameter
from kg.queries.structure import check_catalogue

__all__ = ["CannedQuery", "Catalogue", "Parameter", "check_catalogue", "read_catalogue"]
