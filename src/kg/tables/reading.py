"""Cells of a row → values of the graph, with a finding for each that is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rdflib import Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Identifier

from kg.entry import Place
from kg.errors import Both
from kg.lookup import Found
from kg.namespaces import Names
from kg.tables import findings as rules
from kg.tables import reading_wording as told
from kg.tables import year_wording as words
from kg.tables.columns import Column, Kind
from kg.tables.findings import CellFinding, TableRule
from kg.tables.measure_columns import BY_KEY
from kg.tables.resolving import Resolver
from kg.tables.sheet import Cell, Form
from kg.tables.unknown import (
    Unknown,
    far_year,
    listed,
    unknown_name,
    unknown_number,
    unknown_year,
    years_around,
    years_between_blanks,
)
from kg.tables.values import (
    figures,
    is_damaged,
    loose_year,
    plain,
    read_code,
    read_number,
    read_year,
    repaired,
    says_nothing,
)

_COMMAS = re.compile(r"[、､,，;；|｜\r\n]")
_LIKE_A_CODE = re.compile(r"[A-Za-z0-9-]+")
_FIRST_SERIAL, _LAST_SERIAL = 1868, 2200
"""Numbers behind a date that are more likely a year."""
_SECTORS = "responsible-sector"


@dataclass(frozen=True)
class Value:
    """A value of a property, and the cell that it was read from."""

    property: URIRef
    value: Identifier
    place: Place


@dataclass
class Row:
    """What a row says: values by the key of the column, texts as they stand, and findings.

    `cleared` are the columns whose cell says that there is no value, `broken` the properties of
    cells that could not be read, `printed` the years of a column as they are written, `cells` the
    place of each column. A row that is `aside` is about no measure.
    """

    thing: URIRef
    title: Both
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    broken: set[URIRef] = field(default_factory=set)
    printed: dict[str, list[str]] = field(default_factory=dict)
    cells: dict[str, Place] = field(default_factory=dict)
    findings: list[CellFinding] = field(default_factory=list)
    aside: bool = False

    def find(
        self,
        rule: TableRule,
        column: Column,
        names: Names,
        problem: Both,
        fix: Both,
        *,
        value: str | None = None,
        allowed: Both | None = None,
        nearest: Both | None = None,
    ) -> None:
        """Note what is wrong with the cell of `column`."""
        predicate = column.predicate(names)
        if rule.level is rules.Level.VIOLATION:
            self.broken.add(predicate)
        self.findings.append(
            CellFinding(
                *(rule, self.cells[column.key], self.thing, self.title, column.name, predicate),
                *(value, problem, fix, allowed, nearest),
            )
        )


class Reader:
    """Reads the cells of rows."""

    def __init__(self, resolver: Resolver, names: Names, periods: frozenset[URIRef]) -> None:
        """Read names with `resolver`; `periods` are the years that there are."""
        self._resolver = resolver
        self._names = names
        self._periods = periods

    def read(self, row: Row, column: Column, cell: Cell) -> None:
        """Put what a cell says into `row`."""
        text = self._sound(row, column, cell)
        if text is None:
            return
        if column.kind is not Kind.PASSAGE and says_nothing(text):
            row.cleared.add(column.key)
            return
        row.texts[column.key] = text
        if column.kind not in {Kind.PASSAGE, Kind.CODE, Kind.MEASURE}:
            row.values[column.key] = tuple(self._values(row, column, text))

    def repeated(self, row: Row, column: Column, text: str, above: str | None) -> None:
        """Complain of a cell that only repeats what stands `above`."""
        problem = told.REPEATS.filled(value=text)
        nearest = Both(above, above) if above and column.kind is not Kind.PASSAGE else None
        row.find(
            *(rules.REPEATED, column, self._names, problem, told.WRITE_AGAIN),
            value=text,
            nearest=nearest,
        )

    def compare(self, row: Row) -> None:
        """Complain of a percentage with another unit."""
        number = read_number(row.texts.get("value", ""))
        units = row.values.get("unit", ())
        per_cent = self._names.concept("unit", "percent")
        if number is None or not number[1] or not units or units[0].value == per_cent:
            return
        text, unit = row.texts["value"], row.texts["unit"]
        problem = told.OTHER_UNIT.filled(value=text, unit=unit)
        row.find(
            *(rules.NUMBER_UNKNOWN, BY_KEY["value"], self._names, problem, told.ONE_UNIT),
            value=text,
        )

    def code(self, row: Row, column: Column, text: str) -> str:
        """A code, with a note where it was not written in half-width letters."""
        code = read_code(text)
        if code != text.strip() and _LIKE_A_CODE.fullmatch(code):
            self._read_as(row, column, text, Both(code, code))
        return code

    def _sound(self, row: Row, column: Column, cell: Cell) -> str | None:
        """The text of a cell without blanks around it; None where it cannot be used at all."""
        text = cell.text.strip()
        shown = None if column.kind is Kind.PASSAGE else text
        if cell.form in {Form.FORMULA, Form.ERROR}:
            problem, fix = told.FORMULA[cell.form]
            row.find(
                rules.FORMULA, column, self._names, problem.filled(value=text), fix, value=text
            )
        elif cell.form is Form.DATE:
            self._complain_of_date(row, column, cell)
        elif is_damaged(cell.text):
            right = repaired(text)
            nearest = Both(right, right) if right and shown else None
            problem = told.DAMAGED if shown is None else told.DAMAGED_TEXT.filled(value=text)
            row.find(
                *(rules.ENCODING_BROKEN, column, self._names, problem, told.RETYPE),
                value=shown,
                nearest=nearest,
            )
        else:
            if text != cell.text and shown is not None:
                row.find(
                    *(
                        rules.READ_AS,
                        column,
                        self._names,
                        told.BLANKS.filled(value=text),
                        told.NOTHING,
                    ),
                    value=cell.text,
                )
            return text
        return None

    def _complain_of_date(self, row: Row, column: Column, cell: Cell) -> None:
        serial = cell.serial or 0
        nearest: Both | None = None
        if column.kind is Kind.PERIOD and _FIRST_SERIAL <= serial <= _LAST_SERIAL:
            nearest = Both(f"{serial}年度", f"FY{serial}")
        elif column.kind is Kind.PERIOD:
            nearest = years_around(cell.text, self._periods)
        elif column.kind in {Kind.NUMBER, Kind.POSITION}:
            nearest = Both(str(serial), str(serial))
        row.find(
            *(
                rules.DATE_FOR_NUMBER,
                column,
                self._names,
                told.DATE.filled(value=cell.text),
                told.AS_TEXT,
            ),
            value=cell.text,
            nearest=nearest,
        )

    def _values(self, row: Row, column: Column, text: str) -> Iterator[Value]:
        property_, place = column.predicate(self._names), row.cells[column.key]
        if column.kind is Kind.TEXT:
            yield Value(property_, Literal(text, lang=column.lang), place)
        elif column.kind is Kind.PRINTED:
            yield Value(property_, Literal(text), place)
        elif column.kind is Kind.PERIOD:
            for period in self._years(row, column, text):
                yield Value(property_, period, place)
        elif column.kind is Kind.THING:
            for thing in self._things(row, column, text):
                sector = self._resolver.is_of(thing, _SECTORS)
                own = self._names.def_.responsibleSector if sector else property_
                yield Value(own, thing, place)
        else:
            number = self._number(row, column, text)
            if number is not None:
                yield Value(property_, number, place)

    def _number(self, row: Row, column: Column, text: str) -> Literal | None:
        found = read_number(text)
        whole = column.kind is Kind.POSITION
        if found is None or (whole and (found[1] or found[0] != int(found[0]) or found[0] < 0)):
            self._unresolved(row, column, text, unknown_number(text, whole=whole))
            return None
        number, _ = found
        if whole:
            return Literal(int(number))
        read = figures(number)
        if not plain(text).replace(",", "").rstrip("% ").replace(".", "").isdecimal():
            self._read_as(row, column, text, Both(read, read))
        return Literal(read, datatype=XSD.decimal, normalize=False)

    def _years(self, row: Row, column: Column, text: str) -> Iterator[URIRef]:
        for name, found in self._several(text, column):
            row.printed.setdefault(column.key, []).append(name)
            year = read_year(name)
            if year is None or year.fiscal is None:
                if found.thing and year is None:
                    yield found.thing.iri
                    continue
                self._unresolved(row, column, name, unknown_year(name, year, self._periods))
                continue
            period = self._names.period(year=year.year, fiscal=year.fiscal)
            if period not in self._periods:
                self._unresolved(row, column, name, far_year(name, self._periods))
                continue
            if year.over:
                read = year.text(fiscal=year.fiscal)
                problem = words.ERA_OVER.filled(value=name, read=read)
                row.find(rules.READ_AS, column, self._names, problem, words.CHECK_YEAR, value=name)
            elif year.unusual:
                self._read_as(row, column, name, year.text(fiscal=year.fiscal))
            yield period

    def _several(self, text: str, column: Column) -> Iterator[tuple[str, Found]]:
        # a day holds what separates names elsewhere: 2023/3/31
        for part in filter(None, map(str.strip, _COMMAS.split(text))):
            if read_year(part) is not None or loose_year(part) or years_between_blanks(part):
                yield part, Found(None)
            else:
                yield from self._resolver.several(part, column)

    def _things(self, row: Row, column: Column, text: str) -> Iterator[URIRef]:
        names = (
            self._resolver.several(text, column)
            if column.many
            else iter([(text, self._resolver.one(text, column))])
        )
        for name, found in names:
            if found.thing is None:
                unknown = unknown_name(name, found, column, self._resolver)
                self._unresolved(row, column, name, unknown)
                continue
            if found.candidates:
                after = listed(tuple(each.label for each in found.candidates))
                note = told.REORGANISED.filled(value=name, after=after)
                row.find(rules.READ_AS, column, self._names, note, told.NOTHING, value=name)
            yield found.thing.iri

    def _unresolved(self, row: Row, column: Column, text: str, unknown: Unknown) -> None:
        row.find(
            *(unknown.rule, column, self._names, unknown.problem, unknown.fix),
            value=text,
            allowed=unknown.allowed,
            nearest=unknown.nearest,
        )

    def _read_as(self, row: Row, column: Column, text: str, read: Both) -> None:
        if text in read:
            return
        problem = told.READ.filled(value=text, read=read)
        row.find(rules.READ_AS, column, self._names, problem, told.NOTHING, value=text)


def renamed(row: Row, thing: URIRef, title: Both) -> None:
    """Make a row be about `thing`, with what was found in it so far."""
    row.thing, row.title = thing, title
    row.findings[:] = [replace(each, thing=thing, title=title) for each in row.findings]
