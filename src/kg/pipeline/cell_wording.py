"""Findings of the shapes, told of the cells of a table: for people who know no Turtle."""

import re
from dataclasses import replace

from rdflib.namespace import SH

from kg.entry import Entry, Place
from kg.errors import Both
from kg.namespaces import Names
from kg.tables.advice import (
    AS_NUMBERS,
    as_written,
    column_of,
    fill,
    fill_if_printed,
    headed,
    how_to_write,
    in_one_line,
    in_words,
)
from kg.tables.columns import Column
from kg.validate import Explanation, Finding, Severity, rule_name

_OF_ROW = re.compile(r"(?P<kind>.*?)\s*id/measure/[^/\s]+/(?P<code>[^/\s]+)(?:/\S+)?")
_NO_VALUE = Both("「{header}」の欄に値がありません。", "The column {header!r} holds no value.")
_SAID_ANEW = {
    "TitleScript": Both(
        "題名の文字が欄の言語と合いません（値: {value}）。",
        "The title is not written in the language of its column (value: {value}).",
    ),
}
"""What rules say of columns whose own words are about the language tags of Turtle."""


def of_cell(finding: Finding, entry: Entry, names: Names) -> Finding:
    """The finding with columns and texts where it speaks of properties, if it is about a cell.

    What is about another column than the cell is moved to the cell of that column.
    """
    place, said = finding.place, finding.explanation
    if place is None or place.header is None or said is None:
        return finding
    column = column_of(place, finding.predicate, finding.path, names)
    told = _told(finding, said, column)
    return replace(finding, explanation=told, place=_cell(finding, place, column, entry, names))


def _cell(
    finding: Finding, place: Place, column: Column | None, entry: Entry, names: Names
) -> Place:
    if column is None or headed(place) is column:
        return place
    own = entry.place(finding.focus, column.predicate(names))
    return own if own is not None and headed(own) is column else place


def _told(finding: Finding, said: Explanation, column: Column | None) -> Explanation:
    title = _of_row(said.title)
    nearest = _nearest(finding, said)
    if column is None:
        fix = in_words(said.fix) or said.fix
        return replace(said, title=title, problem=_problem(finding, said), nearest=nearest, fix=fix)
    if finding.component == SH.MinCountConstraintComponent:
        optional = finding.severity is not Severity.VIOLATION
        problem, allowed = _NO_VALUE.filled(header=column.name), None
        fix = fill_if_printed(column) if optional else fill(column)
    else:
        problem = _called(_problem(finding, said), said.field, column)
        allowed = said.allowed and (in_words(said.allowed) or column.note)
        # of numbers the shapes say how Turtle has them
        queried = finding.component == SH.SPARQLConstraintComponent
        own = in_words(said.fix) if queried or column.kind not in AS_NUMBERS else None
        fix = own or how_to_write(column)
    return replace(
        said,
        title=title,
        field=column.name,
        problem=problem,
        allowed=allowed,
        nearest=nearest,
        fix=fix,
    )


def _nearest(finding: Finding, said: Explanation) -> Both | None:
    if said.nearest is None:
        return None
    line = in_one_line(str(finding.value))
    return as_written(said.nearest) if line is None else Both(line, line)


def _problem(finding: Finding, said: Explanation) -> Both:
    anew = _SAID_ANEW.get(rule_name(finding.shape))
    if anew is not None:
        return anew.filled(value=Both(f"「{finding.value}」", f'"{finding.value}"'))
    return in_words(said.problem) or said.problem


def _called(problem: Both, field: Both | None, column: Column) -> Both:
    """A sentence in which the field is called as the column is."""
    if field is None:
        return problem
    ja = re.sub(r"（[^（]*）\Z", "", field.ja)
    en = re.sub(r" \([^(]*\)\Z", "", field.en)
    return Both(
        problem.ja.replace(f"「{ja}」", f"「{column.name.ja}」"),
        problem.en.replace(f'"{en}"', f'"{column.name.en}"'),
    )


def _of_row(title: Both) -> Both:
    """`II-1-20-001 数値目標`: a thing of a row that has no title, by the code of its measure."""
    found = [_OF_ROW.fullmatch(text) for text in title]
    return Both(
        *(
            f"{match['code']} {match['kind']}".strip() if match else text
            for match, text in zip(found, title, strict=True)
        )
    )
