"""The hook for pre-commit and the action for GitHub, run as those programs would run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ENTRY = "data/ttl/demo2022/measure.ttl"
FINE, BROKEN, USAGE = 0, 1, 2
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def environment(**more: str) -> dict[str, str]:
    kept = ("PATH", "HOME", "PYTHONPATH", "TMPDIR")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env["PATH"] = f"{BIN}{os.pathsep}{env['PATH']}"
    return env | {"LANG": "C.UTF-8"} | more


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with an entry that breaks rules, staged for a commit."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r"```turtle\n(.*?)```", text, re.DOTALL)
    assert found is not None
    assert "jpstrat:deadline <" in found[1]
    folder = tmp_path / "entries"
    (folder / ENTRY).parent.mkdir(parents=True)
    misspelt = found[1].replace("jpstrat:deadline <", "jpstrat:deadLine <")
    (folder / ENTRY).write_text(misspelt, encoding="utf-8")
    (folder / "notes.md").write_text("notes", encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)  # noqa: S607 - the system's git
    return folder


def line_of(file: Path, words: str) -> int:
    text = file.read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1


# --- pre-commit ----------------------------------------------------------------------------------


def test_the_manifest_is_one_of_pre_commit() -> None:
    done = subprocess.run(
        [BIN / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_hook_is_for_data_and_keeps_files_together() -> None:
    assert re.search(HOOK["files"], ENTRY)
    assert not re.search(HOOK["files"], "ontology/jpstrat.ttl")
    # several processes would each see a part of an entry
    assert HOOK["require_serial"] is True
    assert HOOK["language"] == "python"


def test_a_commit_with_a_broken_entry_is_stopped(repository: Path, tmp_path: Path) -> None:
    """Installed as it is here, so that no test fetches packages."""
    hook = HOOK | {"language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    env = environment(PRE_COMMIT_HOME=str(tmp_path / "home"), SENRYAKU_LANG="ja")
    done = subprocess.run(
        [BIN / "pre-commit", "run", "--color", "never"],
        cwd=repository,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == BROKEN, done.stderr
    assert f"- hook id: {HOOK['id']}" in done.stdout
    assert f"\n{ENTRY}:{line_of(repository / ENTRY, 'jpstrat:deadLine')}:3: 違反" in done.stdout
    assert "もしかして: jpstrat:deadline\n" in done.stdout
    assert "notes.md" not in done.stdout


# --- the action ----------------------------------------------------------------------------------


def run_action(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step as the runner does, with what it installs put in its place."""
    step = ACTION["runs"]["steps"][-1]
    given = {name: value["default"] for name, value in ACTION["inputs"].items()} | inputs
    assert given.keys() == ACTION["inputs"].keys()
    env = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    assert "${{" not in "".join(env.values()) + step["run"]
    temp = folder.parent / "temp"
    (temp / "senryaku").mkdir(parents=True, exist_ok=True)
    if not (temp / "senryaku" / "bin").exists():
        (temp / "senryaku" / "bin").symlink_to(BIN)
    script = folder.parent / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    assert step["shell"] == "bash"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],  # noqa: S607 - the system's
        cwd=folder,
        env=environment(RUNNER_TEMP=str(temp), **env),
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_input_of_the_action_is_used_and_none_in_a_script() -> None:
    steps = ACTION["runs"]["steps"]
    used = re.findall(r"\$\{\{ inputs\.(\w+) \}\}", " ".join(steps[-1]["env"].values()))
    assert sorted(used) == sorted(ACTION["inputs"])
    # an input in the text of a script would be run
    assert not [step for step in steps if "${{" in step.get("run", "")]
    assert ACTION["runs"]["using"] == "composite"


def test_the_action_annotates_the_lines(repository: Path) -> None:
    done = run_action(repository)
    assert done.returncode == BROKEN, done.stderr
    line = line_of(repository / ENTRY, "jpstrat:deadLine")
    assert f"::error file={ENTRY},line={line},col=3,title=DefinedName::" in done.stdout
    assert all(text.startswith("::") for text in done.stdout.splitlines())


def test_the_action_writes_sarif(repository: Path) -> None:
    options = {"format": "sarif", "output": "senryaku.sarif", "lang": "ja"}
    done = run_action(repository, **options)
    assert (done.returncode, done.stdout) == (BROKEN, "")
    assert '"DefinedName"' in (repository / "senryaku.sarif").read_text(encoding="utf-8")


def test_files_of_the_action_are_patterns_and_never_commands(repository: Path) -> None:
    done = run_action(repository, files="data/ttl/none/*.ttl")
    assert done.returncode == USAGE
    assert done.stdout.startswith("::error::No file fits")
    done = run_action(repository, files=f"{ENTRY} $(touch\tharm) `touch harm`; touch harm")
    assert done.returncode == USAGE
    assert not (repository / "harm").exists()
    assert not (repository.parent / "harm").exists()
