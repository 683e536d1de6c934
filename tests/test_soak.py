"""The page of the campaigns, written from the figures of small real ones."""

from pathlib import Path

import pytest
from tests.resilience.record import Record, Result
from tests.resilience.reports import Part
from tests.resilience.server import MODES
from tests.soak import faults, load, requests
from tests.soak.__main__ import RECORD, campaigns, measured, run


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "results.json", RECORD.template, tmp_path / "page.md")


def section(page: str, name: str) -> str:
    before, _, after = page.partition(f"\n### `{name}`\n")
    assert before != page, f"no section {name}"
    return after.partition("\n### ")[0].partition("\n## ")[0]


def test_the_page_holds_the_figures_that_are_kept() -> None:
    assert RECORD.page.read_text("utf-8") == RECORD.written(RECORD.read()), "run: make soak"


def test_the_page_has_a_place_for_each_campaign_in_both_languages() -> None:
    names = campaigns()
    assert len(names) >= 6
    text = RECORD.template.read_text("utf-8")
    for name in names:
        for place in (f"\n${name}\n", f"${name}_en", f"${name}_ja"):
            assert text.count(place) == 1, place
    empty = RECORD.written({})
    assert "$" not in empty
    assert empty.count("Not run to its end yet.") == len(names)
    assert empty.count("not run yet") == empty.count("未実施") == len(names)
    assert set(RECORD.read()) <= set(names)


def test_a_campaign_replaces_its_own_section_only(record: Record) -> None:
    record.keep("load", measured("load", load.parts(seconds=4, light=20)))
    first = record.page.read_text("utf-8")
    record.keep("faults", measured("faults", [faults.shared(MODES[:1], 1)]))
    second = record.page.read_text("utf-8")
    kept = record.read()
    assert list(kept) == ["faults", "load"]
    assert section(second, "load") == section(first, "load")
    assert "Not run to its end yet." in section(first, "faults")
    (shared,) = kept["faults"].parts
    (row,) = shared.rows
    assert int(row["writes acknowledged"]) > 0
    own = section(second, "faults")
    assert "`make soak CAMPAIGNS=faults` ran for 0 min " in own
    assert f"on {kept['faults'].cores} cores" in own
    assert f"| {row['store']} | {row['writes acknowledged']:,} |" in own
    quiet, loud = kept["load"].parts[0].rows
    assert {"median (ms)", "99 % (ms)", "light requests", "failed"} <= quiet.keys()
    assert (quiet["attackers"], loud["attackers"]) == (0, 16)
    assert int(quiet["light requests"]) >= 10
    assert int(loud["attacks answered"]) >= 16


def test_a_missed_goal_is_said_in_both_languages(record: Record) -> None:
    parts = requests.parts(number=20)
    result = measured("requests", parts)
    assert result.met
    assert sum(int(row["number"]) for row in result.parts[0].rows) >= 20
    record.keep("requests", result)
    assert "**" not in record.page.read_text("utf-8")
    wrong = Part("Generated requests", result.parts[0].rows, ["GET /x\n500: `<b>`"] * 23)
    record.keep("requests", Result("make soak CAMPAIGNS=requests", 61, 2, 0.5, (wrong,)))
    page = record.page.read_text("utf-8")
    assert page.count("**missed**") == 2
    assert page.count("**未達**") == 1
    own = section(page, "requests")
    assert "ran for 1 min 1 s on 2 cores (load 0.5 before the run). Goal: **missed**." in own
    assert own.count("- `` GET /x 500: `<b>` ``\n") == 20
    assert "Faults: 23." in own
    assert "- … and 3 more" in own


def test_an_unknown_campaign_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = RECORD.page.read_bytes()
    assert run(["nothing"]) == 2
    assert "there are: faults, hostile, kills" in capsys.readouterr().err
    assert RECORD.page.read_bytes() == before
