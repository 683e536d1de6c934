"""The catalogue of canned queries: one file, one question, one endpoint.

`check_catalogue` is loaded on first use: only the build needs it, and its parser takes a tenth of
the time in which a service starts.
"""

from typing import TYPE_CHECKING

from kg.queries.catalogue import CannedQuery, Catalogue, read_catalogue
from kg.queries.parameters import Parameter

if TYPE_CHECKING:
    from kg.queries.structure import check_catalogue

__all__ = ["CannedQuery", "Catalogue", "Parameter", "check_catalogue", "read_catalogue"]


def __getattr__(name: str) -> object:
    if name == "check_catalogue":
        from kg.queries.structure import check_catalogue  # noqa: PLC0415  (see the docstring)

        return check_catalogue
    raise AttributeError(name)
