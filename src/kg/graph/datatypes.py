"""Literals whose text must be a value of their datatype.

rdflib and SPARQL engines keep an ill-typed literal and go on with it: it is in no order and equals
nothing, so that comparisons lose it in silence or break off.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE = r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_INTEGER = (r"[+-]?[0-9]+", "123")
_FLOATING = (rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN", "1.5e3")

_FORMS: dict[URIRef, tuple[str, str]] = {
    XSD.boolean: (r"true|false|1|0", "true | false"),
    XSD.decimal: (_NUMBER, "123.45"),
    XSD.double: _FLOATING,
    XSD.float: _FLOATING,
    XSD.date: (_DATE + _ZONE, "YYYY-MM-DD"),
    XSD.dateTime: (f"{_DATE}T{_TIME}{_ZONE}", "YYYY-MM-DDThh:mm:ss"),
    XSD.time: (_TIME + _ZONE, "hh:mm:ss"),
    XSD.gYear: (rf"-?[0-9]{{4,}}{_ZONE}", "YYYY"),
    XSD.gYearMonth: (rf"-?[0-9]{{4,}}-(?:0[1-9]|1[0-2]){_ZONE}", "YYYY-MM"),
    **dict.fromkeys((XSD.integer, XSD.long, XSD.int, XSD.short, XSD.byte), _INTEGER),
    **dict.fromkeys((XSD.nonNegativeInteger, XSD.positiveInteger), _INTEGER),
    **dict.fromkeys((XSD.nonPositiveInteger, XSD.negativeInteger), (_INTEGER[0], "-123")),
    **dict.fromkeys((XSD.unsignedLong, XSD.unsignedInt), _INTEGER),
    **dict.fromkeys((XSD.unsignedShort, XSD.unsignedByte), _INTEGER),
}
"""Lexical form of a datatype, and an example of it; rdflib is laxer (`1_000`, `2018-W01-1`)."""
_CONVERTER = logging.getLogger("rdflib.term")


def typed_literal(lexical: str, datatype: URIRef) -> Literal:
    """Literal that keeps `lexical` as it stands.

    Raises `ValueError` with the expected form for a text that is no value of `datatype`. Texts of
    datatypes that rdflib does not know are not checked.
    """
    form, example = _FORMS.get(datatype, ("", "–"))
    literal = Literal(lexical, datatype=datatype, normalize=False)
    if literal.ill_typed or (form and not re.fullmatch(form, lexical)):
        raise ValueError(example)
    return literal


@contextmanager
def quiet_conversion() -> Iterator[None]:
    """Keep rdflib from logging a traceback for an ill-typed literal, which is refused anyway."""
    _CONVERTER.addFilter(_other)
    try:
        yield
    finally:
        _CONVERTER.removeFilter(_other)


def _other(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Failed to convert Literal")
