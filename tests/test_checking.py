"""kg.pipeline.checking: files of a project, edited in place, are judged as the build does."""

import shutil
from pathlib import Path

import pytest

from kg.errors import Contradiction, RulesBroken
from kg.pipeline.building import write_graph
from kg.pipeline.checking import CheckRequest, check_files
from kg.pipeline.project import Project
from kg.validate import Finding, Severity


def violations(*files: Path) -> tuple[Finding, ...]:
    outcome = check_files(CheckRequest(files=[str(file) for file in files]))
    assert outcome.unreadable == ()
    return outcome.report.of(Severity.VIOLATION)


def refused_by_the_build(project: Project, folder: Path) -> bool:
    try:
        write_graph(project, folder)
    except (RulesBroken, Contradiction):
        return True
    return False


def edit(path: Path, old: str, new: str) -> Path:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def owner(data: Path) -> list[Path]:
    """A figure loses the target that had it."""
    target = "    jpstrat:hasTarget <id/target/ai2019-fu2020/II-1-1-t1/q1> ;\n"
    return [edit(data / "ai2019-fu2020" / "specific-target.ttl", target, "")]


def judgement(data: Path) -> list[Path]:
    """A judgement among what a document states."""
    goal = "<id/big-goal/ai2019-fu2020/II-1>\n    a jpstrat:BigGoal ;\n"
    new = f"{goal}    jpstrat:advances <id/strategy-goal/ai2019/1> ;\n"
    return [edit(data / "ai2019-fu2020" / "big-goal.ttl", goal, new)]


def twice(data: Path) -> list[Path]:
    """The same statements in two graphs."""
    return [
        Path(shutil.copy(data / "ai2019-fu2020" / "strategy.ttl", data / "slides2021" / "x.ttl"))
    ]


def folder(data: Path) -> list[Path]:
    """A graph that there is not."""
    (data / "slydes").mkdir()
    return [Path(shutil.move(data / "slides2021" / "milestone.ttl", data / "slydes"))]


def kind(data: Path) -> list[Path]:
    """A target that others address becomes something else."""
    old = "<id/target/ai2019-fu2020/II-1-1-t1>\n    a jpstrat:SpecificTarget ;"
    new = old.replace("SpecificTarget", "GuidingPrinciple")
    return [edit(data / "ai2019-fu2020" / "specific-target.ttl", old, new)]


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (owner, {"QuantitativeTargetOwner"}),
        (judgement, {"JudgementOutsideCurated"}),
        (twice, {"TripleInTwoGraphs"}),
        (folder, {"UnknownGraph"}),
        (kind, {"ActionAddresses"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_build_refuses_is_told(change, rules, project_copy, tmp_path) -> None:
    files = change(project_copy.data / "ttl")
    found = violations(*files)
    assert rules <= {str(f.shape).rpartition("#")[2] for f in found}
    assert refused_by_the_build(project_copy, tmp_path)


def test_a_file_as_it_is_breaks_nothing(project_copy: Project) -> None:
    measures = project_copy.data / "ttl" / "ai2019-fu2020" / "measure.ttl"
    outcome = check_files(CheckRequest(files=[str(measures)]))
    assert outcome.report.of(Severity.VIOLATION) == ()
    own = {f.place.file for f in outcome.report.findings if f.place is not None}
    assert own == {str(measures)}
