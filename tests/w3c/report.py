"""Running a part of the suite, and its failures against those that are expected."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from tests.w3c import descriptions, exchanges, language, shacl
from tests.w3c.manifest import LANGUAGE, SUITES, Case, Suite
from tests.w3c.targets import Http, Target

EXPECTED = Path(__file__).with_name("expected.yaml")
"""Tests that fail, each with the reason; the list may only shrink."""
_HEAD = """# Conformance / 適合性

<!-- Written by `make conformance`. Do not edit. -->

The W3C test suite of SPARQL 1.1, unmodified, run over HTTP against `senryaku serve --no-data`,
and that of SHACL through the validator. Results are compared by value. Each test that fails is
named with its reason.

W3CのSPARQL 1.1テストスイート（無修正）を `senryaku serve --no-data` に対してHTTPで、SHACLのテスト
スイートを検査機能で実行した結果です。結果は値で比べます。通らないテストは全て理由とともに挙げます。

| part / 部分 | passed / 合格 | tests / テスト数 |
| --- | ---: | ---: |"""


def expected_failures(part: str) -> Mapping[str, str]:
    """Names and reasons of the tests of a part that fail."""
    listed = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))
    return dict(listed[part])


def failures(part: str, suite: Suite, target: Target) -> dict[str, str]:
    """Run all tests of a part; returns why some failed."""
    outcomes = {case.name: _run(case, suite, target, part) for case in suite.cases(part)}
    if len(outcomes) != SUITES[part][2]:
        msg = f"{part}: {len(outcomes)} tests instead of {SUITES[part][2]}"
        raise ValueError(msg)
    return {name: reason for name, reason in outcomes.items() if reason}


def failures_of_shacl(folder: Path, part: str) -> dict[str, str]:
    """Run all tests of a part of the suite of SHACL; returns why some failed."""
    problems = ((case.name, case.problem()) for case in shacl.cases(folder, part))
    return {name: problem for name, problem in problems if problem}


def page(failed: Mapping[str, Mapping[str, str]]) -> str:
    """The table of all parts and the list of failures, as Markdown."""
    rows, reasons = [_HEAD], []
    counts = {part: (title, count) for part, (title, _, count) in SUITES.items()}
    counts |= {f"shacl-{part}": (f"SHACL: {part}", count) for part, count in shacl.COUNTS.items()}
    for part, (title, count) in counts.items():
        rows.append(f"| {title} | {count - len(failed[part])} | {count} |")
        known = expected_failures(part)
        for name, found in failed[part].items():
            reasons.append(f"- `{name}`: {known.get(name, f'**unexpected: {found}**')}")
    return "\n".join([*rows, "", "## Failures / 不合格", "", *(reasons or ["–"]), ""])


def _run(case: Case, suite: Suite, target: Target, part: str) -> str:
    if part in LANGUAGE:
        return language.run(case, suite, target)
    if not isinstance(target, Http):
        msg = f"{part} needs HTTP"
        raise TypeError(msg)
    if part == "service-description":
        return descriptions.run(case, target)
    return exchanges.run(case, suite, target)
