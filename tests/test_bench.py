"""The benchmarks judge their figures: a goal that is missed is an exit code."""

from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from bench import __main__ as command
from bench import closure, large, service, startup, tables, validation, workload
from bench.closure import Times
from bench.large import QUERIES, Large, Server
from bench.linked_data import TRIPLES, write_reports
from bench.service import COLUMNS, DISK, KEPT, PLAIN, RDFLIB, Row, Service, ratio
from bench.startup import Startup
from bench.validation import Validation

from kg.namespaces import JPSTRAT
from kg.pipeline.entries import Context

GOOD = Times(read=1.0, load=0.5, reason=0.1, check=3.0, owlrl=9.0, asserted=28_000, inferred=6_000)
SLOW_CLOSURE = Times(
    read=1.0, load=0.5, reason=0.2, check=3.0, owlrl=9.0, asserted=28_000, inferred=6_000
)


JUDGED = Validation(entry=0.5, plain=200.0, whole=3.0, findings=4)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "REPORT.md"
    monkeypatch.setattr(command, "_REPORT", path)
    # pySHACL over the whole graph takes minutes
    monkeypatch.setattr(validation, "measure", lambda: JUDGED)
    # and ten thousand rows do
    monkeypatch.setattr(tables, "measure", list)
    return path


@pytest.mark.parametrize(
    ("times", "start", "code"),
    [
        (GOOD, Startup(served=0.8, bare=0.5), 0),
        (GOOD, Startup(served=1.1, bare=0.5), 1),
        (SLOW_CLOSURE, Startup(served=0.8, bare=0.5), 1),
    ],
)
def test_a_missed_goal_is_an_exit_code(
    times: Times, start: Startup, code: int, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "measure", lambda: times)
    monkeypatch.setattr(startup, "measure", lambda: start)
    assert command.main(["build"]) == code
    text = report.read_text("utf-8")
    assert text.count("**missed**") == code


def test_the_full_build_is_the_sum_of_its_stages(report: Path, monkeypatch) -> None:
    monkeypatch.setattr(closure, "measure", lambda: GOOD)
    monkeypatch.setattr(startup, "measure", lambda: Startup(served=0.8, bare=0.5))
    command.main(["build"])
    table = report.read_text("utf-8").partition("## Full build")[2]
    cells = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("|")][2:]
    assert [(name.strip(), float(seconds)) for name, seconds in cells] == [
        ("read, and check names", 1.0),
        ("load", 0.5),
        ("reason, and refuse contradictions", 0.1),
        ("check against the shapes", 3.0),
        ("together", 4.6),
    ]


GOOD_RATES = {PLAIN: 160.0, KEPT: 2000.0, DISK: 100.0, RDFLIB: 10.0}


def figures(**changes: float) -> Service:
    names = {"plain": PLAIN, "kept": KEPT}
    rates = dict.fromkeys(COLUMNS, 100.0) | GOOD_RATES
    rates |= {names[name]: rate for name, rate in changes.items() if name in names}
    return Service(
        [Row(case, rates) for case in workload.free()],
        [Row(case, rates) for case in workload.trusted()],
        [changes.get("unchanged", 0.2)],
        [0.01, changes.get("beyond", 0.1)],
    )


@pytest.mark.parametrize(
    ("found", "missed"),
    [
        (figures(), 0),
        (figures(plain=100.0), 1),
        (figures(plain=81.0), 2),
        (figures(plain=70.0), 4),
        (figures(kept=900.0), 2),
        (figures(unchanged=1.1), 1),
        (figures(beyond=0.3), 1),
    ],
)
def test_each_goal_of_the_service_is_judged(
    found: Service, missed: int, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "measure", lambda: found)
    assert command.main(["service"]) == (1 if missed else 0)
    assert report.read_text("utf-8").count("**missed**") == missed


SERVER = Server(load=9.0, start=1.0, disk=2**30, idle=2**20, used=2**21, times={})
LARGE = Large(
    1000,
    replace(SERVER, times=dict.fromkeys(QUERIES, 2.0)),
    replace(SERVER, load=3.0, times=dict.fromkeys(QUERIES, 4.0)),
)


def test_the_large_store_is_a_part_of_its_own(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "measure", lambda: GOOD)
    monkeypatch.setattr(startup, "measure", lambda: Startup(served=0.8, bare=0.5))
    monkeypatch.setattr(service, "measure", figures)
    monkeypatch.setattr(large, "measure", lambda: LARGE)
    command.main()
    before = report.read_text("utf-8")
    assert large.HEADING not in before
    assert command.main(["large"]) == 0
    whole = report.read_text("utf-8")
    assert whole.startswith(before)
    assert "| load (seconds) | 9.0 | 3.0 | 3.00 × |" in whole
    assert whole.count(" | 0.50 × |") == len(QUERIES) >= 6
    for part in ("build", "service", "large"):
        command.main([part])
        assert report.read_text("utf-8") == whole


def test_the_generated_data_are_the_same_each_time() -> None:
    first, again, longer = (b"".join(write_reports(n)) for n in (2500, 2500, 2501))
    assert first == again
    assert longer.startswith(first)
    lines = first.splitlines()
    assert len(lines) == 2500 * TRIPLES
    store = pyoxigraph.Store()
    store.load(first, pyoxigraph.RdfFormat.N_TRIPLES)
    assert len(store) == len(lines)


def test_one_part_leaves_the_other_as_it_was(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closure, "measure", lambda: GOOD)
    monkeypatch.setattr(startup, "measure", lambda: Startup(served=0.8, bare=0.5))
    monkeypatch.setattr(service, "measure", figures)
    command.main()
    whole = report.read_text("utf-8")
    for part in ("build", "service"):
        command.main([part])
        assert report.read_text("utf-8") == whole
    assert command.main(["nonsense"]) == 2


def test_a_ratio_is_a_geometric_mean() -> None:
    first, second, *_ = workload.free()
    rows = [Row(first, {PLAIN: 8.0, DISK: 1.0}), Row(second, {PLAIN: 2.0, DISK: 4.0})]
    assert ratio(rows, PLAIN, DISK) == pytest.approx(2.0)


def test_there_are_enough_queries_of_every_kind() -> None:
    assert len(workload.free()) >= 15
    assert len(workload.trusted()) >= 15
    kinds = {case.kind for case in workload.free()}
    assert kinds >= {"point", "join", "aggregate", "filter", "regex", "path", "construct", "sort"}


def test_one_part_leaves_the_others_as_they_are(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "measure", lambda: GOOD)
    monkeypatch.setattr(startup, "measure", lambda: Startup(served=0.8, bare=0.5))
    for figures, code in ((replace(JUDGED, plain=9.0), 1), (JUDGED, 0)):
        monkeypatch.setattr(validation, "measure", lambda figures=figures: figures)
        command.main(["build"])
        assert command.main(["validation"]) == code
    text = report.read_text("utf-8")
    assert text.startswith("# Benchmarks")
    assert text.count(validation.HEADING) == 1
    assert "400.00 ×" in text
    assert text.index("## Full build") < text.index(validation.HEADING)


def test_a_table_of_new_measures_breaks_no_rule() -> None:
    found = {form: tables.run(12, form) for form in ("csv", "xlsx")}
    for form, figures in found.items():
        assert (figures.form, figures.rows) == (form, 12)
        # of the years of an era, it is told how they were read
        assert figures.findings == {"TableReadAs": 3}
        assert 0 < figures.graph < figures.read < figures.checked
    assert found["csv"].statements == found["xlsx"].statements > 100
    text = tables.section(found.values(), 0.1)
    assert text.count("\n| csv | 12 |") == text.count("\n| xlsx | 12 |") == 1


def test_the_new_measure_has_the_code_of_another(context: Context) -> None:
    entry = validation.new_measure(context.asserted.graph)
    codes = {o for _, p, o in entry.statements if p == JPSTRAT.code}
    assert {str(code) for code in codes} == {"II-1-20-001"}
    assert len(list(entry.statements)) >= 10
