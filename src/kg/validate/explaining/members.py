"""The things that may be named: of few all, of more some, how many, and what lists them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rdflib import URIRef

from kg.errors import Both
from kg.lookup import Lookup
from kg.validate.explaining.wording import BRIEF, Wording, listed

_FEW = 12
"""Things of a class or scheme that are all listed; of more, some examples are."""
TERMS = "ontology-terms"
"""The query that lists classes and properties."""
QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "skos:Concept": "concepts",
        "skos:ConceptScheme": "concept-schemes",
        "org:Organization": "organisations",
        "jpstrat:BigGoal": "big-goals",
        "jpstrat:DocumentSection": "sections-outline",
        "jpstrat:Measure": "measures-by-section",
        "jpstrat:SpecificTarget": "targets-by-big-goal",
        "jpstrat:Strategy": "strategies",
    }
)
"""Classes, and the query of the catalogue that lists their things."""


def with_members(text: Both, kinds: Sequence[URIRef], lookup: Lookup, wording: Wording) -> Both:
    """A phrase for classes or concept schemes, and behind it the things that they hold."""
    things = list(dict.fromkeys(thing for kind in kinds for thing in sorted(lookup.things(kind))))
    if not things:
        return text
    few = len(things) <= _FEW
    # the first, one in the middle, the last: neighbours are alike
    examples = things if few else [things[0], things[len(things) // 2], things[-1]]
    shown = listed([wording.thing(thing, BRIEF) for thing in examples])
    if few:
        return Both(f"{text.ja}［{shown.ja}］", f"{text.en} [{shown.en}]")
    there = _where(kinds, wording)
    ja, en = f"全{len(things)}件", f"{len(things)} in all"
    if there is not None:
        ja, en = f"{ja}、{there.ja}", f"{en}, {there.en}"
    return Both(f"{text.ja}［例: {shown.ja}。{ja}］", f"{text.en} [such as {shown.en}; {en}]")


def listed_by(query: str, parameter: str = "", value: str = "") -> Both:
    """Where a list stands: the command that prints it, and the page of the service."""
    option = f" -p {parameter}={value}" if parameter else ""
    part = f"?{parameter}={value}" if parameter else ""
    command, page = f"`senryaku query {query}{option}`", f"`/queries/{query}{part}`"
    return Both(f"一覧は{command}、サービスでは{page}", f"see {command}, on the service {page}")


def _where(kinds: Sequence[URIRef], wording: Wording) -> Both | None:
    """What lists the things of the first kind that is listed anywhere."""
    for kind in kinds:
        short = wording.names.short(kind)
        if short.startswith("vocab/"):
            return listed_by("concepts", "scheme", short)
        if short in QUERIES:
            return listed_by(QUERIES[short])
    return None
