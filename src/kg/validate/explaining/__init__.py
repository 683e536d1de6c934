"""Findings in words: what is wrong with which value, what is allowed, what was probably meant.

`reading` reads shapes, `wording` names things and values, `requirements` puts constraints into
words, `patterns` those of the form of a text, `members` the things of a class; `offers` says what
could stand in place of an unknown name; `proposals` searches the nearest valid value, `fitting`
tries it, `texts` knows how texts go wrong; `values` and `amounts` say what is wrong, with the tools
of `telling`; `explainer` ties them.
"""

from kg.validate.explaining.explainer import Explainer
from kg.validate.explaining.offers import Offers
from kg.validate.explaining.reading import (
    COMPONENTS,
    components_of,
    documentation,
    named_shape,
    rule_name,
)
from kg.validate.explaining.wording import Wording

__all__ = [
    "COMPONENTS",
    "Explainer",
    "Offers",
    "Wording",
    "components_of",
    "documentation",
    "named_shape",
    "rule_name",
]
