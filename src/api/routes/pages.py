"""Pages for people: the start page, the list of addresses, the list of errors."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api.freshness import KEPT
from api.protocol import takes_language_only
from api.rendering import page
from api.service import LanguageOf, Service, ServiceOf
from api.statuses import PROBLEMS

router = APIRouter(include_in_schema=False, dependencies=[Depends(takes_language_only)])

_COUNTS = """SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) {
    VALUES ?class {
        jpstrat:StrategyEdition jpstrat:BigGoal jpstrat:SpecificTarget jpstrat:Measure
        org:Organization jpstrat:ResearchHub jpstrat:SourceSpan
    }
    ?thing a ?class
} GROUP BY ?class"""
_STATEMENTS = "SELECT (COUNT(*) AS ?statements) { ?s ?p ?o }"
_FEATURED = "start"
"""Tag of the queries that the start page shows."""
_KINDS = {
    "StrategyEdition": ("戦略の版", "strategy editions"),
    "BigGoal": ("大目標", "big goals"),
    "SpecificTarget": ("具体目標", "specific targets"),
    "Measure": ("取組", "measures"),
    "Organization": ("組織", "organisations"),
    "ResearchHub": ("研究拠点", "research hubs"),
    "SourceSpan": ("典拠箇所", "passages of the sources"),
}


@dataclass(frozen=True)
class Example:
    """A SPARQL query to begin with; `text` lacks its PREFIX lines."""

    ja: str
    en: str
    prefixes: tuple[str, ...]
    text: str


EXAMPLES = (
    Example(
        "府省ごとの取組の数",
        "Number of measures of each organisation",
        ("jpstrat", "skos"),
        """SELECT ?organisation ?name (COUNT(DISTINCT ?measure) AS ?measures)
WHERE {
  ?measure a jpstrat:Measure ;
    jpstrat:responsibleOrganization ?organisation .
  ?organisation skos:prefLabel ?name .
  FILTER(LANG(?name) = "ja")
}
GROUP BY ?organisation ?name
ORDER BY DESC(?measures) ?organisation""",
    ),
    Example(
        "新規の取組とその達成年度",
        "New measures and their deadlines",
        ("jpstrat", "skos", "vstatus"),
        """SELECT ?code ?title ?deadline
WHERE {
  ?measure jpstrat:status vstatus:new ;
    jpstrat:code ?code ;
    skos:prefLabel ?title .
  FILTER(LANG(?title) = "ja")
  OPTIONAL { ?measure jpstrat:deadline ?deadline }
}
ORDER BY ?code ?deadline""",
    ),
    Example(
        "事実と、その根拠となる典拠箇所",
        "Facts and the passages that prove them",
        ("jpstrat",),
        """SELECT ?measure ?fact ?value ?document ?start ?end
WHERE {
  ?measure a jpstrat:Measure ;
    ?fact ?value ;
    jpstrat:evidence ?span .
  ?span jpstrat:supports ?fact ;
    jpstrat:sourceDocument ?document ;
    jpstrat:start ?start ;
    jpstrat:end ?end .
  FILTER(EXISTS { ?span jpstrat:supportsValue ?value }
    || NOT EXISTS { ?span jpstrat:supportsValue ?other })
}
ORDER BY ?measure ?start
LIMIT 50""",
    ),
)


@router.get("/", summary="Start page. 最初のページ。")
async def start(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """What this is, how much it holds, and where to begin."""
    examples = [
        (example.ja if lang == "ja" else example.en, quote(example_query(service, example)))
        for example in EXAMPLES
    ]
    response = page(
        request,
        "start.html",
        lang,
        counts=await _counts(service, lang),
        statements=int((await service.rows(_STATEMENTS))[0]["statements"]["value"]),
        examples=examples,
        canned=[query for query in service.catalogue if _FEATURED in query.tags],
    )
    response.headers.update(KEPT)
    return response


def example_query(service: Service, example: Example) -> str:
    """Return the whole text of an example."""
    return f"{service.prologue(*example.prefixes)}\n{example.text}"


async def _counts(service: Service, lang: str) -> list[tuple[str, str]]:
    """Names of the kinds of things with their numbers, in the order of the table above."""
    rows = await service.rows(service.prologue("jpstrat", "org") + _COUNTS)
    counts = {row["class"]["value"]: row["count"]["value"] for row in rows}
    by_name = {iri.rsplit("#", 1)[-1]: count for iri, count in counts.items()}
    return [
        (ja if lang == "ja" else en, by_name.get(name, "0")) for name, (ja, en) in _KINDS.items()
    ]


@router.get("/docs", summary="Page of all addresses. アドレスの一覧。")
async def documentation(request: Request, lang: LanguageOf) -> Response:
    """List every address of the service, from its OpenAPI description."""
    paths = request.app.state.openapi["paths"]
    routes = [
        (method.upper(), path, operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]
    return page(request, "docs.html", lang, routes=routes)


@router.get("/problems", summary="Page of all errors. エラーの一覧。")
async def problems(request: Request, lang: LanguageOf) -> Response:
    """List every error that the service answers with."""
    entries = [(error.__name__, problem) for error, problem in PROBLEMS.items()]
    return page(request, "problems.html", lang, entries=entries)
