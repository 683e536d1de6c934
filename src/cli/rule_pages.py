"""The reference page about the rules that data must keep."""

from collections.abc import Iterator

from cli.markdown import code, page, table
from kg.errors import Both
from kg.pipeline.rules import Rule, Rules

_INTRO = """`senryaku validate` and each build check these rules. A **violation** cannot be loaded,
a warning is listed, an info is advice. A finding names its rule; its section here says what the
rule asks for and how to mend what breaks it.

`senryaku validate` と毎回の構築で、次の規則を確かめます。**違反**は読み込めません。警告は一覧に
示し、情報は助言です。検出結果には規則の名前が付き、ここの各節で、求められる内容と直し方を説明して
います。"""
_CHECKS = """These rules need the named graphs of the whole dataset, so only the build checks them.

名前付きグラフの全体が要る規則です。構築の時だけ確かめます。"""
_TABLES = """What is wrong with the cells of a table that is imported or checked.

取り込む表や調べる表のセルの規則です。"""
_ADVICE = Both("直し方: {fix}", "To fix it: {fix}")
_SEVERITIES = {"violation": "violation / 違反", "warning": "warning / 警告", "info": "info / 情報"}


def rules(told: Rules) -> str:
    """The page of every rule with a name: node shapes by name, each with its property shapes."""
    return page(
        "Rules / 規則",
        _INTRO,
        *("\n\n".join(_section(rule, "##")) for rule in (*told.profiles, *told.shapes)),
        "## Rules about named graphs / 名前付きグラフの規則",
        _CHECKS,
        *("\n\n".join(_section(rule, "###")) for rule in told.checks),
        "## Rules about tables / 表の規則",
        _TABLES,
        *("\n\n".join(_section(rule, "###")) for rule in told.tables),
    )


def _section(rule: Rule, heading: str) -> Iterator[str]:
    """Paragraphs about a rule, then those about each of its parts."""
    yield f"{_anchor(rule.name)}\n{heading} {rule.name}"
    title = [f"{rule.title.en} / {rule.title.ja}"] if rule.title else []
    field = [code(rule.field)] if rule.field else []
    targets = [
        f"{target.words.en} / {target.words.ja}: {', '.join(map(code, target.terms))}"
        for target in rule.targets
    ]
    severity = [_SEVERITIES[rule.severity]] if rule.severity else []
    profiles = [f"[{profile}](#{profile})" for profile in rule.profiles]
    facts = (" · ".join([*title, *field]), "; ".join(targets), " · ".join([*severity, *profiles]))
    yield from filter(None, facts)
    yield from _said(rule.message)
    if rule.fix:
        advice = (
            Both("直し方: {fix}", "To fix it: {fix}") if rule.severity else Both(*["{fix}"] * 2)
        )
        yield from _said(advice.filled(fix=rule.fix))
    if rule.constraints:
        rows = [(code(c.parameter), *reversed(c.allowed)) for c in rule.constraints]
        yield table(("constraint / 制約", "allowed", "許されるもの"), rows)
    if rule.shared:
        yield f"Also / 共通の規則: {', '.join(f'[{name}](#{name})' for name in rule.shared)}"
    for part in rule.parts:
        yield from _section(part, "###")


def _said(text: Both | None) -> tuple[str, ...]:
    return (text.en, text.ja) if text else ()


def _anchor(name: str) -> str:
    """Headings get anchors in small letters; the addresses of rules have their capitals."""
    return f'<a id="{name}"></a>'
