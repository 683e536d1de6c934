"""Words for terms of other vocabularies, which the ontology uses and does not explain."""

from collections.abc import Mapping

from rdflib import URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, RDF, SKOS

from kg.errors import Both

STANDARD_TERMS: Mapping[URIRef, Both] = {
    RDF.type: Both("種類", "class"),
    DCTERMS.license: Both("利用許諾", "licence"),
    DCTERMS.source: Both("出典", "source"),
    FOAF.homepage: Both("ウェブサイト", "home page"),
    FOAF.name: Both("氏名", "name"),
    ORG.member: Both("構成員", "member"),
    ORG.organization: Both("所属する会議体", "organisation"),
    ORG.originalOrganization: Both("変更前の組織", "organisation before"),
    ORG.resultingOrganization: Both("変更後の組織", "organisation after"),
    ORG.role: Both("役割", "role"),
    ORG.subOrganizationOf: Both("上位の組織", "organisation above"),
    ORG.unitOf: Both("属する機関", "body to which it belongs"),
    OWL.sameAs: Both("同一のもの", "same as"),
    SKOS.altLabel: Both("別名", "other name"),
    SKOS.broadMatch: Both("他の語彙の上位の概念", "broader concept of another scheme"),
    SKOS.closeMatch: Both("近い概念", "close concept"),
    SKOS.editorialNote: Both("注記", "editorial note"),
    SKOS.exactMatch: Both("同じ意味の概念", "concept of the same meaning"),
    SKOS.narrowMatch: Both("他の語彙の下位の概念", "narrower concept of another scheme"),
    SKOS.notation: Both("記号", "notation"),
    SKOS.prefLabel: Both("題名", "title"),
    SKOS.relatedMatch: Both("関連するもの", "related thing"),
}
"""What each term is called; the shapes call a property the same."""
