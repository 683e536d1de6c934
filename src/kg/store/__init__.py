"""SPARQL stores: the only package that knows the engine.

`EmbeddedStore` is loaded on first use: a reader process imports this package too, and must not pay
for rdflib, which only the conversion of terms needs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.store.embedded import EmbeddedStore

__all__ = ["EmbeddedStore"]


def __getattr__(name: str) -> object:
    if name == "EmbeddedStore":
        from kg.store.embedded import EmbeddedStore  # noqa: PLC0415  (see the docstring)

        return EmbeddedStore
    raise AttributeError(name)
