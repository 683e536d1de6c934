"""What the things and terms of a contradiction are called."""

from collections.abc import Sequence
from functools import lru_cache

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, RDFS, SKOS

from kg.errors import Both
from kg.model import Store
from kg.namespaces import Names

_LONGEST = 60
"""Characters of a title that are shown."""
_PROPERTIES = (SKOS.prefLabel, RDFS.label, FOAF.name, DCTERMS.title)
_OTHERS = {
    FOAF.Person: Both("人", "person"),
    ORG.ChangeEvent: Both("組織の改編", "change of an organisation"),
    ORG.FormalOrganization: Both("正式な組織", "formal organisation"),
    ORG.Membership: Both("構成員としての地位", "membership"),
    ORG.Organization: Both("組織", "organisation"),
    ORG.OrganizationalUnit: Both("部局", "unit of an organisation"),
    ORG.Role: Both("役割", "role"),
    ORG.transitiveSubOrganizationOf: Both("上位の組織", "organisation above"),
    SKOS.Concept: Both("概念", "concept"),
    SKOS.ConceptScheme: Both("語彙", "concept scheme"),
    SKOS.broaderTransitive: Both("上位の概念", "broader concept"),
}
"""Terms of other vocabularies, which the ontology does not name in both languages."""


class Titles:
    """Titles of the things and terms of a store, in both languages."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store, self._names = store, names
        self._title = lru_cache(maxsize=None)(self._find)

    def thing(self, iri: str) -> Both:
        """`「文部科学省」（id/org/mext）`; a thing without a title by its short name alone."""
        short, title = self._names.short(iri), self._title(iri)
        if title is None:
            return Both(f"「{short}」", short)
        return Both(f"「{title.ja}」（{short}）", f'"{title.en}" ({short})')

    def kind(self, iri: str) -> Both:
        """`「府省」`: a class by its label alone."""
        title = self._title(iri)
        short = self._names.short(iri)
        return Both(f"「{title.ja}」", f'"{title.en}"') if title else Both(f"「{short}」", short)

    def _find(self, iri: str) -> Both | None:
        term = URIRef(iri)
        if term in _OTHERS:
            return _OTHERS[term]
        for property_ in _PROPERTIES:
            rows = self._store.select(
                f"SELECT ?text WHERE {{ {term.n3()} {property_.n3()} ?text }} ORDER BY ?text"
            )
            texts = [row["text"] for row in rows if isinstance(row["text"], Literal)]
            if texts:
                of = {text.language: _shortened(str(text)) for text in reversed(texts)}
                any_ = _shortened(str(texts[0]))
                return Both(of.get("ja", any_), of.get("en", any_))
        return None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def listed(words: Sequence[Both], most: int) -> Both:
    """Words one after another, the first ones of many, and how many more there are."""
    shown, more = words[:most], len(words) - most
    ja = "、".join(word.ja for word in shown) + (f"、ほか{more}件" if more > 0 else "")
    en = ", ".join(word.en for word in shown) + (f" and {more} more" if more > 0 else "")
    return Both(ja, en)
