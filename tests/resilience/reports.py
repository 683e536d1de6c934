"""What campaigns found, as Markdown: figures in tables, faults in lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A table of a report, and the faults behind it."""

    title: str
    rows: Sequence[Mapping[str, object]]
    faults: Sequence[str] = ()

    def markdown(self) -> str:
        """Heading, table, faults."""
        lines = [f"## {self.title}", ""]
        if self.rows:
            names = list(self.rows[0])
            lines += [_line(names), _line("---" for _ in names)]
            lines += [_line(_cell(row[name]) for name in names) for row in self.rows]
        lines += ["", f"Faults: {len(self.faults)}.", *(f"- {fault}" for fault in self.faults), ""]
        return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def printed(*parts: Part) -> bool:
    """Print parts of a report; whether there was no fault."""
    for part in parts:
        print(part.markdown(), flush=True)  # noqa: T201  (the report is for stdout)
    return not any(part.faults for part in parts)
