"""What our queries need of an engine, as small queries with known answers.

Engines differ in silence: one finds nothing with a Japanese REGEX, one walks a path twice. Each
feature is a query whose answer is written beside it; most bring their data along, those of property
paths ask the graph that was sent.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from kg.errors import Both, KgError
from kg.namespaces import BASE, Names

Rows = tuple[tuple[str, ...], ...]
"""Terms as N-Triples spells them, without the type of a string; empty where unbound."""
Ask = Callable[[str], Awaitable[bytes]]
"""Answers a query with SPARQL's JSON results."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING = f"{_XSD}string"
_PREFIXES = (
    f"PREFIX jpstrat: <{BASE}def#>\n"
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
)
_AREA = "<https://w3id.org/jpstrat/vocab/ai-core-area/4>"


@dataclass(frozen=True)
class Feature:
    """One thing that queries use. `sent` says that its query asks the graph that was sent."""

    name: Both
    query: str
    rows: Rows
    sent: bool = False


@dataclass(frozen=True)
class Finding:
    """What an engine answered: `rows`, or None and the error. `skipped`: it was not asked."""

    feature: Feature
    rows: Rows | None = None
    error: KgError | None = None
    skipped: bool = False

    @property
    def right(self) -> bool:
        """Whether it is the known answer, with the same types and in the same order."""
        return self.rows == self.feature.rows


def _number(text: str, kind: str = "integer") -> str:
    return f'"{text}"^^<{_XSD}{kind}>'


def _f(ja: str, en: str, query: str, *rows: tuple[str, ...], sent: bool = False) -> Feature:
    return Feature(Both(ja, en), query, rows, sent)


_TRUE, _FALSE = _number("true", "boolean"), _number("false", "boolean")

FEATURES: tuple[Feature, ...] = (
    _f(
        "日本語のREGEX",
        "REGEX in Japanese",
        'SELECT ?x WHERE { VALUES ?x { "戦略" "文部科学省" } FILTER(REGEX(?x, "科学")) }',
        ('"文部科学省"',),
    ),
    _f(
        "日本語のREGEX（文字の範囲）",
        "REGEX with a range of Japanese characters",
        'SELECT ?x WHERE { VALUES ?x { "戦略" "カタカナ" } FILTER(REGEX(?x, "^[ァ-ヶー]+$")) }',
        ('"カタカナ"',),
    ),
    _f(
        "日本語のSTRLENとSUBSTR",
        "STRLEN and SUBSTR in Japanese",
        'SELECT (STRLEN("量子技術") AS ?n) (SUBSTR("量子技術", 3, 2) AS ?s) WHERE {}',
        (_number("4"), '"技術"'),
    ),
    _f(
        "日本語のCONTAINS、STRSTARTS、STRAFTER",
        "CONTAINS, STRSTARTS, STRAFTER in Japanese",
        'SELECT ?x WHERE { VALUES ?x { "量子技術" "技術量子" } FILTER(CONTAINS(?x, "技術") && '
        'STRSTARTS(?x, "量子") && STRAFTER(?x, "量子") = "技術") }',
        ('"量子技術"',),
    ),
    _f(
        "REPLACEとCONCAT",
        "REPLACE and CONCAT",
        'SELECT (CONCAT("第", REPLACE("６期", "期", ""), "期") AS ?s) WHERE {}',
        ('"第６期"',),
    ),
    _f(
        "言語タグ",
        "language tags",
        'SELECT ?x WHERE { VALUES ?x { "new"@en "新規"@ja "新規" } '
        'FILTER(LANG(?x) = "ja" && LANGMATCHES(LANG(?x), "*")) }',
        ('"新規"@ja',),
    ),
    _f(
        "STRとIRI",
        "STR of an IRI",
        "SELECT ?x WHERE { VALUES ?x { <http://example.org/a> <http://example.net/b> } "
        'FILTER(STRSTARTS(STR(?x), "http://example.org/")) }',
        ("<http://example.org/a>",),
    ),
    _f(
        "VALUESとUNDEF",
        "VALUES with UNDEF",
        "SELECT ?x ?y WHERE { VALUES (?x ?y) { (1 2) (2 UNDEF) } } ORDER BY ?x",
        (_number("1"), _number("2")),
        (_number("2"), ""),
    ),
    _f(
        "BIND、COALESCE、IF",
        "BIND, COALESCE, IF",
        "SELECT ?y ?z WHERE { VALUES ?x { 1 2 } BIND(COALESCE(?none, ?x + 1) AS ?y) "
        'BIND(IF(?x > 1, "多", "少") AS ?z) } ORDER BY ?x',
        (_number("2"), '"少"'),
        (_number("3"), '"多"'),
    ),
    _f(
        "OPTIONALとBOUND",
        "OPTIONAL and BOUND",
        "SELECT ?x ?y WHERE { VALUES ?x { 1 2 } OPTIONAL { VALUES (?x ?y) { (1 5) } } "
        "FILTER(!BOUND(?y) || ?y = 5) } ORDER BY ?x",
        (_number("1"), _number("5")),
        (_number("2"), ""),
    ),
    _f(
        "UNION",
        "UNION",
        'SELECT ?x ?y WHERE { { VALUES ?x { 2 } BIND("b" AS ?y) } UNION '
        '{ VALUES ?x { 1 } BIND("a" AS ?y) } } ORDER BY ?x',
        (_number("1"), '"a"'),
        (_number("2"), '"b"'),
    ),
    _f(
        "MINUS",
        "MINUS",
        "SELECT ?x WHERE { VALUES ?x { 1 2 3 } MINUS { VALUES ?x { 2 } } } ORDER BY DESC(?x)",
        (_number("3"),),
        (_number("1"),),
    ),
    _f(
        "INとNOT IN",
        "IN and NOT IN",
        "SELECT ?x WHERE { VALUES ?x { 1 2 3 } FILTER(?x IN (1, 3) && ?x NOT IN (3, 4)) }",
        (_number("1"),),
    ),
    _f(
        "比較の結果は真偽値",
        "a comparison gives a boolean",
        "SELECT (2 > 1 AS ?x) (2 < 1 AS ?y) (true && !false AS ?z) WHERE {}",
        (_TRUE, _FALSE, _TRUE),
    ),
    _f(
        "COUNT、SUM、MIN、MAX、AVG",
        "COUNT, SUM, MIN, MAX, AVG",
        "SELECT (COUNT(DISTINCT ?x) AS ?a) (SUM(?x) AS ?b) (MIN(?x) AS ?c) (MAX(?x) AS ?d) "
        "(AVG(?x) AS ?e) WHERE { VALUES ?x { 1 2 2 3 } }",
        (_number("3"), _number("8"), _number("1"), _number("3"), _number("2", "decimal")),
    ),
    _f(
        "GROUP BYとHAVING",
        "GROUP BY and HAVING",
        'SELECT ?x (COUNT(*) AS ?n) WHERE { VALUES (?x ?y) { ("甲" 1) ("甲" 2) ("乙" 3) } } '
        "GROUP BY ?x HAVING(COUNT(*) > 1)",
        ('"甲"', _number("2")),
    ),
    _f(
        "空のグループのCOUNT",
        "COUNT of nothing",
        "SELECT (COUNT(?x) AS ?n) WHERE { VALUES ?x { 1 } FILTER(?x = 2) }",
        (_number("0"),),
    ),
    _f(
        "GROUP_CONCAT",
        "GROUP_CONCAT",
        'SELECT (GROUP_CONCAT(?x; SEPARATOR="、") AS ?s) WHERE { VALUES ?x { "甲" "甲" } }',
        ('"甲、甲"',),
    ),
    _f(
        "副問い合わせとDISTINCT、LIMIT、OFFSET",
        "sub-select with DISTINCT, LIMIT, OFFSET",
        "SELECT ?x WHERE { { SELECT DISTINCT ?x WHERE { VALUES ?x { 3 1 2 1 } } "
        "ORDER BY ?x LIMIT 1 OFFSET 1 } }",
        (_number("2"),),
    ),
    _f(
        "大きい整数",
        "large integers",
        "SELECT ?x (?x + 1 AS ?y) WHERE { VALUES ?x { 11740000000 } }",
        (_number("11740000000"), _number("11740000001")),
    ),
    _f(
        "保存された大きい整数",
        "large integers that were stored",
        "SELECT (DATATYPE(MAX(?n)) AS ?t) WHERE { ?budget jpstrat:amountInYen ?n }",
        (f"<{_XSD}integer>",),
        sent=True,
    ),
    _f(
        "小数の計算とROUND",
        "decimals and ROUND",
        "SELECT (ROUND(1000 * 27 / 31) / 10 AS ?x) (1.5 - 0.25 AS ?y) WHERE {}",
        (_number("87.1", "decimal"), _number("1.25", "decimal")),
    ),
    _f(
        "日付の比較とYEAR",
        "dates: comparison and YEAR",
        'SELECT ?x (YEAR(?t) AS ?y) WHERE { VALUES ?x { "2019-06-11"^^xsd:date '
        '"2020-06-26"^^xsd:date } FILTER(?x > "2020-01-01"^^xsd:date) '
        'BIND("2020-06-26T00:00:00Z"^^xsd:dateTime AS ?t) }',
        (_number("2020-06-26", "date"), _number("2020")),
    ),
    _f(
        "種類の違う値のORDER BY",
        "ORDER BY of unbound, IRIs and literals",
        'SELECT ?x WHERE { VALUES (?n ?x) { (1 "文") (2 <http://example.org/a>) (3 UNDEF) } } '
        "ORDER BY ?x",
        ("",),
        ("<http://example.org/a>",),
        ('"文"',),
    ),
    _f(
        "日本語のORDER BY（文字コード順）",
        "ORDER BY of Japanese by code point",
        'SELECT ?x WHERE { VALUES ?x { "量" "A" "あ" "ア" "a" } } ORDER BY ?x',
        *(('"A"',), ('"a"',), ('"あ"',), ('"ア"',), ('"量"',)),
    ),
    _f(
        "EXISTSとNOT EXISTS",
        "EXISTS and NOT EXISTS",
        "SELECT ?x WHERE { VALUES ?x { jpstrat:Measure jpstrat:NoSuchClass } "
        "FILTER EXISTS { ?x a ?t } FILTER NOT EXISTS { ?x skos:broader ?b } }",
        ("<https://w3id.org/jpstrat/def#Measure>",),
        sent=True,
    ),
    _f(
        "EXISTSの値は真偽値",
        "EXISTS gives a boolean",
        "SELECT ?y WHERE { BIND(EXISTS { jpstrat:Measure a ?t } AS ?y) }",
        (_TRUE,),
        sent=True,
    ),
    _f(
        "経路: 逆向きと連続",
        "paths: inverse and sequence",
        f"SELECT DISTINCT ?x WHERE {{ {_AREA} ^skos:broader/skos:broader ?x }}",
        (_AREA,),
        sent=True,
    ),
    _f(
        "経路: 選択と0回又は1回",
        "paths: alternative, zero or one",
        f"SELECT ?x WHERE {{ {_AREA} (skos:notation|skos:example) ?x . "
        f"{_AREA} skos:inScheme? {_AREA} }}",
        ('"4"',),
        sent=True,
    ),
    _f(
        "経路: 1回以上",
        "paths: one or more",
        f"SELECT DISTINCT ?x WHERE {{ ?x skos:broader+ {_AREA} }} ORDER BY ?x",
        *((f"{_AREA[:-1]}-{n}>",) for n in (1, 2, 3)),
        sent=True,
    ),
    _f(
        "経路: 0回以上の重複",
        "paths: zero or more, each end once",
        "SELECT (COUNT(*) AS ?n) WHERE { ?item a jpstrat:ResearchItem ; "
        f"jpstrat:researchArea ?x . ?x skos:broader* {_AREA} }}",
        (_number("13"),),
        sent=True,
    ),
)
"""All of them, in the order of the report."""


async def examine(ask: Ask, names: Names, *, sent: bool) -> list[Finding]:
    """Ask for each feature; without `sent` those that need the graph are left out."""
    return [
        await _find(ask, names, feature)
        if sent or not feature.sent
        else Finding(feature, skipped=True)
        for feature in FEATURES
    ]


async def _find(ask: Ask, names: Names, feature: Feature) -> Finding:
    try:
        answer = await ask(names.rebase(_PREFIXES + feature.query))
    except KgError as error:
        return Finding(feature, error=error)
    table = json.loads(answer)
    columns: list[str] = table["head"]["vars"]
    rows = tuple(
        tuple(_spelt(row.get(column)).replace(names.base, BASE) for column in columns)
        for row in table["results"]["bindings"]
    )
    return Finding(feature, rows=rows)


def _spelt(term: dict[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if "xml:lang" in term:
        return f'"{term["value"]}"@{term["xml:lang"]}'
    datatype = term.get("datatype", _STRING)
    return f'"{term["value"]}"' + ("" if datatype == _STRING else f"^^<{datatype}>")


def spelt_rows(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows in one line, for people."""
    return "; ".join(" ".join(row) for row in rows)
