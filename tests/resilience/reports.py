"""What campaigns found, as Markdown: figures in tables, faults in lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Cell = str | int | float

_SHOWN = 20
"""Faults that a report lists; of more it says how many there are."""


@dataclass(frozen=True)
class Part:
    """A table of a report, and the faults behind it; each row has the same columns."""

    title: str
    rows: Sequence[Mapping[str, Cell]]
    faults: Sequence[str] = ()

    def markdown(self, level: int = 2) -> str:
        """Heading, table, faults."""
        lines = [f"{'#' * level} {self.title}", ""]
        if self.rows:
            names = list(self.rows[0])
            lines += [_line(names), _line("---" for _ in names)]
            lines += [_line(_cell(row[name]) for name in names) for row in self.rows]
        shown, more = self.faults[:_SHOWN], len(self.faults) - _SHOWN
        listed = [f"- {_code(fault)}" for fault in shown]
        listed += [f"- … and {more:,} more"] if more > 0 else []
        between = [""] if listed else []
        return "\n".join(
            [*lines, "", f"Faults: {len(self.faults):,}.", *between, *listed, ""],
        )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Cell) -> str:
    match value:
        case float():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
        case _:
            return value


def _code(text: str) -> str:
    """On one line, and as it is: nothing in it is markup."""
    return f"`` {' '.join(text.split()).replace('``', '` `')} ``"
