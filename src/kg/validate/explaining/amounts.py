"""What is wrong with how many, how large or how long values are, and with values side by side."""

from collections.abc import Callable, Mapping
from itertools import groupby

from rdflib import URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.errors import Both
from kg.validate.explaining.fitting import comparable, language_of
from kg.validate.explaining.reading import parameters
from kg.validate.explaining.requirements import counted
from kg.validate.explaining.telling import Telling, Told
from kg.validate.explaining.wording import LANGUAGES, listed
from kg.validate.report import Finding

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


class Amounts(Telling):
    """Tells of the components that compare: counts, bounds, lengths, other properties."""

    @property
    def told(self) -> Mapping[str, Callable[[Finding, str, Both], Told]]:
        """What tells of each component."""
        return {
            "MinCount": self._too_few,
            "MaxCount": self._too_many,
            **dict.fromkeys(_SIDES, self._beyond),
            **dict.fromkeys(("MinLength", "MaxLength"), self._length),
            "UniqueLang": self._languages_twice,
            **dict.fromkeys(_PAIRS, self._pair),
            **dict.fromkeys(("QualifiedMinCount", "QualifiedMaxCount"), self._qualified),
            "HasValue": self._lacking,
        }

    def _too_few(self, finding: Finding, component: str, field: Both) -> Told:
        least = int(str(parameters(self.shapes, finding.shape, component)[0]))
        # where one is asked for there is none
        values = self.requirements.values(finding.focus, finding.shape) if least > 1 else []
        if not values:
            problem = Both(f"{field.ja}がありません。", f"{field.en} is missing.")
        elif (lacking := self._languages_lacking(finding, values)) is not None:
            shown = self.shown(values)
            problem = Both(
                f"{lacking.ja}の{field.ja}がありません（あるのは{shown.ja}）。",
                f"{field.en} in {lacking.en} is missing (there is {shown.en}).",
            )
        else:
            shown = self.shown(values)
            problem = Both(
                f"{field.ja}が{len(values)}件しかありません: {shown.ja}。",
                f"{field.en} has only {counted(len(values))}: {shown.en}.",
            )
        more = least - len(values)
        fix = Both(f"{field.ja}を書き加えてください。", f"Add {field.en}.")
        if least > 1:
            fix = Both(
                f"{field.ja}をあと{more}件書き加えてください。",
                f"Add {counted(more)} of {field.en}.",
            )
        return Told(problem, fix, self._instead(finding))

    def _languages_lacking(self, finding: Finding, values: list[Node]) -> Both | None:
        """Languages that the shape asks for and no value has; None where that is not the reason."""
        tags = map(str, parameters(self.shapes, finding.shape, "LanguageIn"))
        written = {(language_of(value) or "").casefold() for value in values}
        words = [
            LANGUAGES.get(tag, Both(f"@{tag}", f"@{tag}")) for tag in tags if tag not in written
        ]
        return listed(words) if words else None

    def _instead(self, finding: Finding) -> Both | None:
        """A property that was mistyped and so counts for nothing."""
        wanted = self.shapes.value(finding.shape, SH.path)
        if not isinstance(wanted, URIRef):
            return None
        written = self.proposals.written_instead(finding.focus, wanted)
        if written is None:
            return None
        right, wrong = (self.wording.turtle(p) for p in (wanted, written))
        return Both(f"{right}（いまの記述: {wrong}）", f"{right} (written now: {wrong})")

    def _too_many(self, finding: Finding, component: str, field: Both) -> Told:
        most = int(str(parameters(self.shapes, finding.shape, component)[0]))
        values = self.requirements.values(finding.focus, finding.shape)
        shown = self.shown(values)
        problem = Both(
            f"{field.ja}が{len(values)}件あります: {shown.ja}。",
            f"{field.en} has {counted(len(values))}: {shown.en}.",
        )
        if most == 0:
            return Told(problem, Both(f"{field.ja}を消してください。", f"Delete {field.en}."))
        return Told(
            problem,
            Both(
                f"{most}件だけ残し、ほかを消してください。",
                f"Keep {counted(most)} and delete the rest.",
            ),
        )

    def _beyond(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value = self.wording.value(finding.value)
        bounds = parameters(self.shapes, finding.shape, component)
        if finding.value is not None and comparable(finding.value, bounds[0]):
            problem = _SIDES[component].filled(value=value)
        else:
            problem = Both(
                f"{value.ja}は大小を比べられる値ではありません。",
                f"{value.en} is no value that can be compared.",
            )
        return Told(problem, self.rewrite(value), self.near(finding))

    def _length(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value, length = self.wording.value(finding.value), len(str(finding.value))
        least = component == "MinLength"
        problem = Both(
            f"{value.ja}は{length}字で、{'短' if least else '長'}すぎます。",
            f"{value.en} has {length} characters: too {'short' if least else 'long'}.",
        )
        fix = Both("長くしてください。", "Write more.") if least else _SHORTEN
        return Told(problem, fix, self.near(finding))

    def _languages_twice(self, finding: Finding, component: str, field: Both) -> Told:
        del component
        values = self.requirements.values(finding.focus, finding.shape)
        tagged = sorted((v for v in values if language_of(v)), key=_by_language)
        groups = [list(group) for _, group in groupby(tagged, key=_by_language)]
        shown = self.shown([value for group in groups if len(group) > 1 for value in group])
        return Told(
            Both(
                f"同じ言語の{field.ja}が二つ以上あります: {shown.ja}。",
                f"{field.en} has more than one value of one language: {shown.en}.",
            ),
            Both("言語ごとに一つだけ残してください。", "Keep one for each language."),
        )

    def _pair(self, finding: Finding, component: str, field: Both) -> Told:
        other = parameters(self.shapes, finding.shape, component)[0]
        facts = {
            "value": self.wording.value(finding.value),
            "field": field if finding.predicate is None else self.wording.thing(finding.predicate),
            "other": self.wording.thing(other),
            "others": self.shown(sorted(self.data.objects(finding.focus, other), key=str)),
        }
        problem, fix = _PAIRS[component]
        return Told(problem.filled(**facts), fix.filled(**facts))

    def _qualified(self, finding: Finding, component: str, field: Both) -> Told:
        inner = next(self.shapes.objects(finding.shape, SH.qualifiedValueShape))
        values = self.requirements.values(finding.focus, finding.shape)
        fitting = [value for value in values if self.fitting.fits(value, inner)]
        rule = self.requirements.whole(inner)
        problem = Both(
            f"{field.ja}のうち、{rule.ja}は{len(fitting)}件です。",
            f"Of {field.en}, {len(fitting)} is the number of these: {rule.en}.",
        )
        few = component == "QualifiedMinCount"
        fix = Both("足りない分を書き加えてください。", "Add what is missing.") if few else _FEWER
        return Told(problem, fix)

    def _lacking(self, finding: Finding, component: str, field: Both) -> Told:
        wanted = parameters(self.shapes, finding.shape, component)
        values = self.requirements.values(finding.focus, finding.shape)
        lacking = [v for v in wanted if v not in values] or wanted
        words = self.shown(lacking)
        return Told(
            Both(f"{field.ja}に{words.ja}がありません。", f"{field.en} lacks {words.en}."),
            Both(f"{field.ja}に{words.ja}を書き加えてください。", f"Add {words.en} to {field.en}."),
            lacking[0],
        )


_SHORTEN = Both("短くしてください。", "Shorten it.")
_FEWER = Both("多い分を消してください。", "Delete what is too much.")


def _by_language(value: Node) -> str:
    return (language_of(value) or "").casefold()
