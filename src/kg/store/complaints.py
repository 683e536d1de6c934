"""What is wrong with the text of a query, in words for people in both languages.

Of what the engine says, a list of all the tokens that could stand at a place is of no use to
anybody, and its place is often behind the word that is wrong.
"""

import re

from kg.nearest import nearest_name
from kg.store.lexer import Token, tokens

_COMPLAINTS = {
    "Already used blank node id": (
        "この空白ノードの名前は、別の { } の中で使われています。",
        "This blank node name is used inside other braces already.",
    ),
    "Variables are not allowed": (
        "INSERT DATAとDELETE DATAでは変数を使えません。INSERT { … } WHERE { … } を使ってください。",
        "INSERT DATA and DELETE DATA take no variables; use INSERT { … } WHERE { … }.",
    ),
    "blank nodes are not allowed in DELETE": (
        "DELETEでは空白ノードを使えません。変数とWHEREで指してください。",
        "DELETE takes no blank nodes; match them with variables in WHERE.",
    ),
    "BIND is overriding an existing variable": (
        "BINDの変数は、その前で既に使われています。",
        "The variable of BIND is in use before it.",
    ),
    "Duplicated variable name in SELECT": (
        "SELECTに同じ変数が二度あります。",
        "SELECT lists a variable twice.",
    ),
    "IRI parsing failed": ("IRIの形が正しくありません。", "This is no valid IRI."),
    "language tag parsing failed": (
        "言語タグの形が正しくありません。",
        "This is no valid language tag.",
    ),
    "Repeated variables are not allowed in VALUES": (
        "VALUESに同じ変数が二度あります。",
        "VALUES lists a variable twice.",
    ),
    "SELECT * is not authorized with GROUP BY": (
        "集計（GROUP BYやCOUNTなど）では、SELECT * ではなく列を並べてください。",
        "In an aggregation (GROUP BY, COUNT), name the columns instead of SELECT *.",
    ),
    # of SELECT itself, or in an expression of it
    "variable that is unbound": (
        "集計では、SELECTの変数をGROUP BYに書くか、COUNTなどの中に入れてください。",
        "In an aggregation, a variable of SELECT must stand in GROUP BY or inside COUNT etc.",
    ),
    "The SELECT overrides an existing variable using an expression": (
        "ASの後の変数は、WHEREで既に使われています。",
        "The variable after AS is in use in WHERE already.",
    ),
    "The VALUES clause rows should have exactly the same number": (
        "VALUESの各行には変数と同じ数の値が必要です。値がなければUNDEFと書いてください。",
        "Each row of VALUES needs as many values as there are variables; UNDEF stands for none.",
    ),
    "Unexpected aggregate": (
        "ここではCOUNTなどの集計を使えません。",
        "COUNT and the like cannot stand here.",
    ),
}


def in_words(message: str) -> tuple[str, str]:
    """Return what is wrong, in Japanese and in English; empty where the message does not say."""
    return next((words for said, words in _COMPLAINTS.items() if said in message), ("", ""))


_WORDS = """
    ASK AS ASC BASE BIND BY CONSTRUCT DESC DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP HAVING
    IN LATERAL LIMIT MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REDUCED SELECT SEPARATOR SERVICE
    SILENT UNDEF UNION VALUES VERSION WHERE A TRUE FALSE
    ABS ADJUST AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI
    FLOOR GROUP_CONCAT HASLANG HASLANGDIR HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE
    ISURI LANG LANGDIR LANGMATCHES LCASE MAX MD5 MIN MINUTES MONTH NOW OBJECT PREDICATE RAND REGEX
    REPLACE ROUND SAMETERM SAMPLE SECONDS SHA1 SHA256 SHA384 SHA512 STR STRAFTER STRBEFORE STRDT
    STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TRIPLE TZ UCASE
    URI UUID YEAR
"""
_UPDATE_WORDS = """
    ADD ALL CLEAR COPY CREATE DATA DEFAULT DELETE DROP INSERT INTO LOAD MOVE TO USING WITH
"""
_KEYWORDS = dict.fromkeys(_WORDS.split())
"""In a fixed order: of two that are alike the first is suggested."""
_KEYWORDS_OF_UPDATES = dict.fromkeys([*_UPDATE_WORDS.split(), *_KEYWORDS])
_NUMBER = re.compile(r"[0-9][0-9.]*([eE][0-9]+)?")


def unknown_word(query: str, *, update: bool = False) -> tuple[Token, str | None] | None:
    """Find the first bare word that SPARQL does not have, and the keyword most like it."""
    keywords = _KEYWORDS_OF_UPDATES if update else _KEYWORDS
    for token in tokens(query):
        word = token.text.upper()
        if token.kind == "word" and word not in keywords and not _NUMBER.fullmatch(word):
            return token, nearest_name(word, keywords)
    return None
