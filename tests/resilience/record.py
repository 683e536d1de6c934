"""Results of campaigns, kept in a file, and the page that is written from them.

The file has one entry for each campaign that was ever run to its end, so that a run of one campaign
replaces its own section of the page and no other.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from tests.resilience.reports import Part

_SECTION = 3
_MET = {"en": "met", "ja": "達成"}
_MISSED = {"en": "**missed**", "ja": "**未達**"}
_NOT_RUN = {"en": "not run yet", "ja": "未実施"}


@dataclass(frozen=True)
class Result:
    """One run of a campaign.

    `load` is the load average of the machine before the run: what else it had to do.
    """

    command: str
    seconds: float
    cores: int
    load: float
    parts: tuple[Part, ...]

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return not any(part.faults for part in self.parts)

    def markdown(self, name: str) -> str:
        """Section of the page."""
        minutes, seconds = divmod(round(self.seconds), 60)
        facts = (
            f"`{self.command}` ran for {minutes} min {seconds} s on {self.cores} cores "
            f"(load {self.load:.1f} before the run). Goal: {_said(self, 'en')}."
        )
        parts = "\n".join(part.markdown(_SECTION + 1) for part in self.parts)
        return f"{'#' * _SECTION} `{name}`\n\n{facts}\n\n{parts}".rstrip()


Results = Mapping[str, Result]


@dataclass(frozen=True)
class Record:
    """The files: results, template of the page (prose, and places for what is generated), page."""

    results: Path
    template: Path
    page: Path

    def read(self) -> dict[str, Result]:
        """Results so far, by the names of their campaigns."""
        if not self.results.exists():
            return {}
        return {
            name: _result(kept)
            for name, kept in json.loads(self.results.read_text("utf-8")).items()
        }

    def keep(self, name: str, result: Result) -> None:
        """Replace the result of a campaign, and write the page again."""
        results = {**self.read(), name: result}
        kept = {one: asdict(results[one]) for one in sorted(results)}
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        self.results.write_text(f"{text}\n", encoding="utf-8")
        self.page.write_text(self.written(results), encoding="utf-8")

    def written(self, results: Results) -> str:
        """The page.

        `$NAME` of the template is the section of a campaign, `$NAME_en` and `$NAME_ja` say whether
        its goal is reached.
        """
        template = Template(self.template.read_text("utf-8"))
        return template.substitute(
            {place: _filled(place, results) for place in template.get_identifiers()}
        )


def _filled(place: str, results: Results) -> str:
    name, _, language = place.rpartition("_")
    if language in _MET:
        return _said(results.get(name), language)
    result = results.get(place)
    return result.markdown(place) if result else f"### `{place}`\n\nNot run to its end yet."


def _said(result: Result | None, language: str) -> str:
    if result is None:
        return _NOT_RUN[language]
    return (_MET if result.met else _MISSED)[language]


def _result(kept: dict[str, object]) -> Result:
    parts = kept.pop("parts")
    assert isinstance(parts, list)
    return Result(**kept, parts=tuple(Part(**part) for part in parts))  # type: ignore[arg-type]  # as it was written
