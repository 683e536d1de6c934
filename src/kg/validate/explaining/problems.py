"""What is wrong with a value, and what to do about it, for each constraint component."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, SKOS
from rdflib.term import Node

from kg.errors import Both
from kg.validate.explaining.fitting import Fitting, language_of
from kg.validate.explaining.proposals import Proposals
from kg.validate.explaining.reading import parameters, steps_of
from kg.validate.explaining.requirements import Requirements, counted
from kg.validate.explaining.texts import cleaned, defects
from kg.validate.explaining.wording import THIS_THING, Wording, listed
from kg.validate.report import Finding

_SHOWN = 5
_REWRITE = Both(
    "{value}を、許される値に書き換えてください。", "Replace {value} by a value that is allowed."
)
_SIDES = {
    "MinExclusive": Both("{value}は小さすぎます。", "{value} is too small."),
    "MinInclusive": Both("{value}は小さすぎます。", "{value} is too small."),
    "MaxExclusive": Both("{value}は大きすぎます。", "{value} is too large."),
    "MaxInclusive": Both("{value}は大きすぎます。", "{value} is too large."),
}
_PAIRS = {
    "Equals": (
        Both("{value}は、{field}と{other}の一方にしかありません。",
             "{value} stands in one only of {field} and {other}."),
        Both("{field}と{other}を同じにしてください。", "Make {field} and {other} the same."),
    ),
    "Disjoint": (
        Both("{value}は、{field}と{other}の両方にあります。",
             "{value} stands both in {field} and in {other}."),
        Both("どちらか一方から消してください。", "Delete it from one of the two."),
    ),
    "LessThan": (
        Both("{field}の{value}が、{other}の{others}より前（小さい値）ではありません。",
             "{value} of {field} is not before (less than) {others} of {other}."),
        Both("{field}と{other}のどちらかを直してください。", "Correct {field} or {other}."),
    ),
    "LessThanOrEquals": (
        Both("{field}の{value}が、{other}の{others}を超えています。",
             "{value} of {field} is after (greater than) {others} of {other}."),
        Both("{field}と{other}のどちらかを直してください。", "Correct {field} or {other}."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What one component says of a finding; `nearest` is a node, or words where it is none."""

    problem: Both
    fix: Both
    nearest: Node | Both | None = None


class Problems:
    """Tells of each finding what is wrong, with the nearest valid value."""

    def __init__(
        self,
        shapes: Graph,
        data: Graph,
        wording: Wording,
        requirements: Requirements,
        proposals: Proposals,
    ) -> None:
        """Read the parameters in `shapes` and the values in `data`."""
        self._shapes, self._data = shapes, data
        self._wording, self._requirements = wording, requirements
        self._proposals = proposals
        self._fitting = Fitting(shapes, data)
        self._told: Mapping[str, Callable[[Finding, str, Both], Told]] = {
            "Class": self._class,
            "Datatype": self._datatype,
            "NodeKind": self._node_kind,
            "MinCount": self._too_few,
            "MaxCount": self._too_many,
            **dict.fromkeys(_SIDES, self._beyond),
            **dict.fromkeys(("MinLength", "MaxLength"), self._length),
            "Pattern": self._form,
            "LanguageIn": self._language,
            "UniqueLang": self._languages_twice,
            **dict.fromkeys(_PAIRS, self._pair),
            "Not": self._form,
            **dict.fromkeys(("And", "Or", "Xone"), self._alternatives),
            **dict.fromkeys(("Node", "Property"), self._shape),
            **dict.fromkeys(("QualifiedMinCount", "QualifiedMaxCount"), self._qualified),
            "Closed": self._closed,
            "HasValue": self._lacking,
            "In": self._list,
        }

    def of(self, finding: Finding, component: str) -> Told:
        """What to say of `finding`; of a component that is none of SHACL's, its message."""
        field = self._wording.field(finding) or THIS_THING
        return self._told.get(component, self._message)(finding, component, field)

    def _rewrite(self, value: Both) -> Both:
        return _REWRITE.filled(value=value)

    def _near(self, finding: Finding) -> Node | None:
        if finding.value is None:
            return None
        return self._proposals.nearest(finding.value, finding.shape)

    def _class(self, finding: Finding, component: str, field: Both) -> Told:
        wanted = parameters(self._shapes, finding.shape, component)
        missed = [cls for cls in wanted if not self._is_a(finding.value, cls)] or wanted
        cls = listed([self._wording.thing(c) for c in missed])
        value = self._wording.value(finding.value)
        return Told(
            self._no_member(finding.value, value, cls),
            Both(
                f"{field.ja}を、{cls.ja}に属するものに書き換えてください。",
                f"Let {field.en} be a thing of the class {cls.en}.",
            ),
            self._near(finding),
        )

    def _is_a(self, value: Node | None, cls: Node) -> bool:
        return value is not None and self._fitting.is_a(value, cls)

    def _no_member(self, node: Node | None, value: Both, cls: Both) -> Both:
        """Why a value is no member of a class: a text, unknown, or a thing of another class."""
        if isinstance(node, Literal):
            return Both(
                f"{value.ja}は文字で書かれていて、{cls.ja}に属するものを指していません。",
                f"{value.en} is only text and points to no thing of the class {cls.en}.",
            )
        own = sorted(set(self._data.objects(node, RDF.type)), key=str)
        if not own:
            return Both(
                f"{value.ja}は、どこにも記述がありません。", f"Nothing describes {value.en}."
            )
        kinds = listed([self._wording.thing(c) for c in own], _SHOWN)
        return Both(
            f"{value.ja}は{kinds.ja}で、{cls.ja}ではありません。",
            f"{value.en} belongs to {kinds.en}, not to {cls.en}.",
        )

    def _datatype(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value, node = self._wording.value(finding.value), finding.value
        wanted = self._requirements.of(finding.shape, component)
        if isinstance(node, Literal) and node.ill_typed:
            kind = self._wording.datatype(node.datatype or RDF.langString)
            problem = Both(
                f"{value.ja}は{kind.ja}として読めません。", f"{value.en} is no {kind.en}."
            )
            problem = problem._replace(en=f"{value.en} cannot be read as {kind.en}.")
        else:
            sort = self._wording.sort(node)
            problem = Both(f"{value.ja}は{sort.ja}です。", f"{value.en} is {sort.en}.")
        fix = Both(
            f"{value.ja}を{wanted.ja}に書き換えてください。", f"Rewrite {value.en} as {wanted.en}."
        )
        return Told(problem, fix, self._near(finding))

    def _node_kind(self, finding: Finding, component: str, field: Both) -> Told:
        return self._datatype(finding, component, field)

    def _too_few(self, finding: Finding, component: str, field: Both) -> Told:
        least = int(str(parameters(self._shapes, finding.shape, component)[0]))
        values = self._requirements.values(finding.focus, finding.shape)
        if not values:
            problem = Both(f"{field.ja}がありません。", f"There is no {field.en}.")
        else:
            shown = self._shown(values)
            problem = Both(
                f"{field.ja}が{len(values)}件しかありません: {shown.ja}。",
                f"There is only {counted(len(values))} of {field.en}: {shown.en}.",
            )
        more = least - len(values)
        fix = Both(f"{field.ja}を書き加えてください。", f"Add {field.en}.")
        if least > 1:
            fix = Both(
                f"{field.ja}をあと{more}件書き加えてください。",
                f"Add {counted(more)} of {field.en}.",
            )
        return Told(problem, fix, self._instead(finding))

    def _instead(self, finding: Finding) -> Both | None:
        """A property that was mistyped and so counts for nothing."""
        if finding.predicate is None:
            return None
        written = self._proposals.written_instead(finding.focus, finding.predicate)
        if written is None:
            return None
        right, wrong = (self._wording.turtle(p) for p in (finding.predicate, written))
        return Both(f"{right}（いまの記述: {wrong}）", f"{right} (written now: {wrong})")

    def _too_many(self, finding: Finding, component: str, field: Both) -> Told:
        most = int(str(parameters(self._shapes, finding.shape, component)[0]))
        values = self._requirements.values(finding.focus, finding.shape)
        shown = self._shown(values)
        problem = Both(
            f"{field.ja}が{len(values)}件あります: {shown.ja}。",
            f"There are {counted(len(values))} of {field.en}: {shown.en}.",
        )
        if len(values) == 1:
            problem = problem._replace(en=f"There is {counted(1)} of {field.en}: {shown.en}.")
        if most == 0:
            return Told(problem, Both(f"{field.ja}を消してください。", f"Delete {field.en}."))
        return Told(
            problem,
            Both(
                f"{most}件だけ残し、ほかを消してください。",
                f"Keep {counted(most)} and delete the rest.",
            ),
        )

    def _shown(self, values: list[Node]) -> Both:
        return listed([self._wording.value(v) for v in values], _SHOWN)

    def _beyond(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value = self._wording.value(finding.value)
        if isinstance(finding.value, Literal) and not finding.value.ill_typed:
            problem = _SIDES[component].filled(value=value)
        else:
            problem = Both(
                f"{value.ja}は大小を比べられる値ではありません。",
                f"{value.en} is no value that can be compared.",
            )
        return Told(problem, self._rewrite(value), self._near(finding))

    def _length(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value, length = self._wording.value(finding.value), len(str(finding.value))
        least = component == "MinLength"
        problem = Both(
            f"{value.ja}は{length}字で、{'短' if least else '長'}すぎます。",
            f"{value.en} has {length} characters: too {'short' if least else 'long'}.",
        )
        fix = Both("長くしてください。", "Write more.") if least else _SHORTEN
        return Told(problem, fix, self._near(finding))

    def _form(self, finding: Finding, component: str, field: Both) -> Told:
        """A text of another form; with the characters that are the reason, where they are it."""
        del component, field
        value, near = self._wording.value(finding.value), self._near(finding)
        found = defects(str(finding.value)) if isinstance(finding.value, Literal) else []
        if found and isinstance(near, Literal) and str(near) == cleaned(str(finding.value)):
            return self._written_badly(value, found, near)
        problem = Both(
            f"{value.ja}は決められた形ではありません。",
            f"{value.en} has not the form that it should.",
        )
        return Told(problem, self._rewrite(value), near)

    def _written_badly(self, value: Both, found: list[Both], near: Literal | None) -> Told:
        signs = listed(found)
        return Told(
            Both(f"{value.ja}に{signs.ja}があります。", f"{value.en} holds {signs.en}."),
            Both("その文字を除くか、書き直してください。", "Remove or replace these characters."),
            near,
        )

    def _language(self, finding: Finding, component: str, field: Both) -> Told:
        del component, field
        value, tag = self._wording.value(finding.value), language_of(finding.value or RDF.nil)
        if tag:
            problem = Both(
                f"{value.ja}の言語タグは「@{tag}」です。",
                f"{value.en} has the language tag @{tag}.",
            )
        else:
            problem = Both(
                f"{value.ja}に言語タグがありません。", f"{value.en} has no language tag."
            )
        fix = Both(
            "値の言語を、許される言語タグで示してください。",
            "Mark the language of the value by a language tag that is allowed.",
        )
        return Told(problem, fix, self._near(finding))

    def _languages_twice(self, finding: Finding, component: str, field: Both) -> Told:
        del component
        values = self._requirements.values(finding.focus, finding.shape)
        tagged = sorted((v for v in values if language_of(v)), key=_by_language)
        groups = [list(group) for _, group in groupby(tagged, key=_by_language)]
        shown = self._shown([value for group in groups if len(group) > 1 for value in group])
        return Told(
            Both(
                f"同じ言語の{field.ja}が二つ以上あります: {shown.ja}。",
                f"There is more than one {field.en} of one language: {shown.en}.",
            ),
            Both("言語ごとに一つだけ残してください。", "Keep one for each language."),
        )

    def _pair(self, finding: Finding, component: str, field: Both) -> Told:
        other = parameters(self._shapes, finding.shape, component)[0]
        facts = {
            "value": self._wording.value(finding.value),
            "field": field,
            "other": self._wording.thing(other),
            "others": self._shown(sorted(self._data.objects(finding.focus, other), key=str)),
        }
        problem, fix = _PAIRS[component]
        return Told(problem.filled(**facts), fix.filled(**facts))

    def _alternatives(self, finding: Finding, component: str, field: Both) -> Told:
        """A value to which several shapes apply: none of them, or not as they should."""
        del field
        value = self._wording.value(finding.value)
        fitting = [
            inner
            for inner in parameters(self._shapes, finding.shape, component)
            if finding.value is not None and self._fitting.fits(finding.value, inner)
        ]
        if component == "Or":
            problem = Both(
                f"{value.ja}は、どれにも当たりません。", f"{value.en} fits none of them."
            )
        elif component == "Xone" and len(fitting) > 1:
            problem = Both(
                f"{value.ja}は、二つ以上に当たります。", f"{value.en} fits more than one of them."
            )
        else:
            problem = Both(
                f"{value.ja}は、求められるものに当たりません。",
                f"{value.en} does not fit what is asked.",
            )
        return Told(problem, self._rewrite(value), self._near(finding))

    def _shape(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value = self._wording.value(finding.value)
        inner = parameters(self._shapes, finding.shape, component)
        rules = listed([self._wording.rule(shape) for shape in inner])
        return Told(
            Both(f"{value.ja}は{rules.ja}の決まりどおりではありません。",
                 f"{value.en} does not keep to {rules.en}."),
            Both(f"{value.ja}そのものを直すか、ほかのものに書き換えてください。",
                 f"Correct {value.en} itself, or name another."),
            self._near(finding),
        )  # fmt: skip

    def _qualified(self, finding: Finding, component: str, field: Both) -> Told:
        inner = next(self._shapes.objects(finding.shape, SH.qualifiedValueShape))
        values = self._requirements.values(finding.focus, finding.shape)
        fitting = [value for value in values if self._fitting.fits(value, inner)]
        rule = self._requirements.whole(inner)
        problem = Both(
            f"{field.ja}のうち、{rule.ja}は{len(fitting)}件です。",
            f"Of {field.en}, {len(fitting)} is the number of these: {rule.en}.",
        )
        few = component == "QualifiedMinCount"
        fix = Both("足りない分を書き加えてください。", "Add what is missing.") if few else _FEWER
        return Told(problem, fix)

    def _closed(self, finding: Finding, component: str, field: Both) -> Told:
        del component, field
        predicate = finding.predicate or RDF.nil
        name, value = self._wording.thing(predicate), self._wording.value(finding.value)
        allowed = self._requirements.allowed_properties(finding.shape)
        known = predicate in self._proposals.properties()
        problem = Both(
            f"項目{name.ja}は、ここでは使えません（値: {value.ja}）。",
            f"The property {name.en} is not allowed here (value: {value.en}).",
        )
        if not known and not self._proposals.described(predicate):
            problem = Both(
                f"{name.ja}という項目はありません（値: {value.ja}）。",
                f"There is no property {name.en} (value: {value.en}).",
            )
        fix = Both(
            "消すか、許される項目に書き換えてください。",
            "Delete it, or use a property that is allowed.",
        )
        return Told(problem, fix, self._proposals.property(predicate, allowed))

    def _lacking(self, finding: Finding, component: str, field: Both) -> Told:
        wanted = parameters(self._shapes, finding.shape, component)
        values = self._requirements.values(finding.focus, finding.shape)
        lacking = [v for v in wanted if v not in values] or wanted
        words = self._shown(lacking)
        return Told(
            Both(f"{field.ja}に{words.ja}がありません。", f"{field.en} lacks {words.en}."),
            Both(f"{field.ja}に{words.ja}を書き加えてください。", f"Add {words.en} to {field.en}."),
            lacking[0],
        )

    def _list(self, finding: Finding, component: str, field: Both) -> Told:
        """A value that the list lacks; of a scheme, the concept that is in another one."""
        members = parameters(self._shapes, finding.shape, component)
        path = self._shapes.value(finding.shape, SH.path)
        steps = steps_of(self._shapes, path)
        if len(steps) > 1 and steps[-1] == SKOS.inScheme:
            told = self._scheme(finding, members, steps)
            if told is not None:
                return told
        value = self._wording.value(finding.value)
        problem = Both(f"{value.ja}は{field.ja}に書けません。", f"{value.en} cannot be {field.en}.")
        return Told(problem, self._rewrite(value), self._near(finding))

    def _scheme(self, finding: Finding, schemes: list[Node], steps: list[Node]) -> Told | None:
        first = steps[0]
        concepts = [
            concept
            for concept in sorted(self._data.objects(finding.focus, first), key=str)
            if (concept, SKOS.inScheme, finding.value) in self._data
        ]
        if len(steps) > 2 or not concepts:  # noqa: PLR2004
            return None
        value, wanted = self._shown(concepts), listed([self._wording.thing(s) for s in schemes])
        other = self._wording.value(finding.value)
        problem = Both(
            f"{value.ja}は{other.ja}の概念で、{wanted.ja}の概念ではありません。",
            f"{value.en} is a concept of {other.en}, not of {wanted.en}.",
        )
        near = self._proposals.concept(concepts[0], schemes)
        return Told(problem, self._rewrite(value), near)

    def _message(self, finding: Finding, component: str, field: Both) -> Told:
        """A rule that only its message puts into words: what was found, beside it."""
        del component
        rule = Both(finding.message["ja"], finding.message["en"])
        again = Both(
            "この決まりに合うように直してください。", "Correct it so that this rule holds."
        )
        node = finding.value
        if node is None or node == finding.focus:
            return Told(rule, again)
        value = self._wording.value(node)
        found = defects(str(node)) if isinstance(node, Literal) else []
        if found:
            clean = Literal(cleaned(str(node)), lang=language_of(node))
            told = self._written_badly(value, found, clean if clean != node else None)
            return Told(told.problem, again, told.nearest)
        near: Node | None = None
        if isinstance(node, URIRef) and not self._proposals.described(node):
            near = self._proposals.iri(node)
        named = field if field is not THIS_THING else Both("値", "value")
        return Told(
            Both(
                f"{rule.ja}いまの{named.ja}: {value.ja}",
                f"{rule.en} The {named.en} now: {value.en}",
            ),
            again,
            near,
        )


_SHORTEN = Both("短くしてください。", "Shorten it.")
_FEWER = Both("多い分を消してください。", "Delete what is too much.")


def _by_language(value: Node) -> str:
    return (language_of(value) or "").casefold()
