"""What is wrong with a value by itself, and what to do about it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SH, SKOS
from rdflib.term import BNode, Node

from kg.errors import Both
from kg.validate.explaining.fitting import language_of
from kg.validate.explaining.reading import parameters, steps_of
from kg.validate.explaining.telling import Telling, Told
from kg.validate.explaining.texts import cleaned, defects
from kg.validate.explaining.wording import listed
from kg.validate.report import Finding


class Values(Telling):
    """Tells of the components that judge one value: what it is, and how it is written."""

    @property
    def told(self) -> Mapping[str, Callable[[Finding, str, Both], Told]]:
        """What tells of each component; `SPARQL` stands for every rule that only a message says."""
        return {
            "Class": self._class,
            "Datatype": self._datatype,
            "NodeKind": self._datatype,
            "Pattern": self._form,
            "LanguageIn": self._language,
            "Not": self._form,
            **dict.fromkeys(("And", "Or", "Xone"), self._alternatives),
            **dict.fromkeys(("Node", "Property"), self._shape),
            "Closed": self._closed,
            "In": self._list,
            "SPARQL": self._message,
        }

    def _class(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        wanted = parameters(self.shapes, finding.shape, component)
        missed = [cls for cls in wanted if not self._is_a(finding.value, cls)] or wanted
        cls = listed([self.wording.thing(c) for c in missed])
        value = self.wording.value(finding.value)
        return Told(
            self._no_member(finding.value, wanted, value, cls),
            self.rewrite(value),
            self.near(finding),
        )

    def _is_a(self, value: Node | None, cls: Node) -> bool:
        return value is not None and self.fitting.is_a(value, cls)

    def _no_member(self, node: Node | None, classes: list[Node], value: Both, cls: Both) -> Both:
        """Why a value is no member of a class: a text, unknown, or a thing of another class."""
        if isinstance(node, Literal):
            return Both(
                f"{value.ja}は文字で書かれていて、{cls.ja}に属するものを指していません。",
                f"{value.en} is only text and points to no thing of the class {cls.en}.",
            )
        own = sorted(set(self.data.objects(node, RDF.type)), key=str)
        if node is not None and all(self.fitting.is_a(node, wanted) for wanted in classes):
            return Both(
                f"{value.ja}の記述は、検査した範囲にありません。",
                f"The description of {value.en} is no part of what was checked.",
            )
        if not own:
            return Both(
                f"{value.ja}は、どこにも記述がありません。", f"Nothing describes {value.en}."
            )
        kinds = listed([self.wording.thing(c) for c in own])
        return Both(
            f"{value.ja}は{kinds.ja}で、{cls.ja}ではありません。",
            f"{value.en} belongs to {kinds.en}, not to {cls.en}.",
        )

    def _datatype(self, finding: Finding, component: str, field: Both) -> Told:
        del component, field
        value, node = self.wording.value(finding.value), finding.value
        if isinstance(node, Literal) and node.ill_typed:
            kind = self.wording.datatype(node.datatype or RDF.langString)
            problem = Both(
                f"{value.ja}は{kind.ja}として読めません。", f"{value.en} is no {kind.en}."
            )
            problem = problem._replace(en=f"{value.en} cannot be read as {kind.en}.")
        elif isinstance(node, BNode):
            problem = Both(
                "IRIのない空白ノードで書かれています。",
                "This is written as a blank node, without an IRI.",
            )
            return Told(problem, Both("IRIを付けてください。", "Give it an IRI."))
        else:
            sort = self.wording.sort(node)
            problem = Both(f"{value.ja}は{sort.ja}です。", f"{value.en} is {sort.en}.")
        return Told(problem, self.rewrite(value), self.near(finding))

    def _form(self, finding: Finding, component: str, field: Both) -> Told:
        """A text of another form; with the characters that are the reason, where they are it."""
        del field
        value, near = self.wording.value(finding.value), self.near(finding)
        found = defects(str(finding.value)) if isinstance(finding.value, Literal) else []
        if found and isinstance(near, Literal) and str(near) == cleaned(str(finding.value)):
            told = self._written_badly(value, found, near)
            return replace(told, allowed=None) if component == "Pattern" else told
        problem = Both(
            f"{value.ja}は決められた形ではありません。",
            f"{value.en} has not the form that it should.",
        )
        return Told(problem, self.rewrite(value), near)

    def _written_badly(self, value: Both, found: list[Both], near: Literal | None) -> Told:
        signs = listed(found)
        return Told(
            Both(f"{value.ja}に{signs.ja}があります。", f"{value.en} holds {signs.en}."),
            Both("その文字を除くか、書き直してください。", "Remove or replace these characters."),
            near,
            Both("このような文字のない文字列", "text without such characters"),
        )

    def _language(self, finding: Finding, component: str, field: Both) -> Told:
        del component, field
        value, tag = self.wording.value(finding.value), language_of(finding.value or RDF.nil)
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
        return Told(problem, fix, self.near(finding))

    def _alternatives(self, finding: Finding, component: str, field: Both) -> Told:
        """A value to which several shapes apply: none of them, or not as they should."""
        del field
        by_language = self._of_its_language(finding, component)
        if by_language is not None:
            return by_language
        value = self.wording.value(finding.value)
        fitting = [
            inner
            for inner in parameters(self.shapes, finding.shape, component)
            if finding.value is not None and self.fitting.fits(finding.value, inner)
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
        return Told(problem, self.rewrite(value), self.near(finding))

    def _of_its_language(self, finding: Finding, component: str) -> Told | None:
        """Of alternatives by language, the one that a text is to be judged by; None of others."""
        of_tag = {
            str(tag): inner
            for inner in parameters(self.shapes, finding.shape, component)
            for tag in parameters(self.shapes, inner, "LanguageIn")
        }
        node = finding.value
        if not of_tag or not isinstance(node, Literal):
            return None
        inner = of_tag.get((node.language or "").lower())
        if inner is None:
            told = self._language(finding, component, Both("", ""))
            tags = [f"@{tag}" for tag in of_tag]
            allowed = Both(f"言語タグが{'・'.join(tags)}", f"a language tag of {', '.join(tags)}")
            return replace(told, allowed=allowed, sure=told.fix)
        longest = [int(str(n)) for n in parameters(self.shapes, inner, "MaxLength")]
        if not longest or len(node) <= min(longest):
            return None
        value, most = self.wording.value(node), min(longest)
        problem = Both(
            f"{value.ja}は{len(node)}字です（{most}字まで）。",
            f"{value.en} has {len(node)} characters (at most {most}).",
        )
        return Told(
            problem,
            self.rewrite(value),
            self.near(finding),
            self.requirements.of(inner, "MaxLength"),
        )

    def _shape(self, finding: Finding, component: str, field: Both) -> Told:
        del field
        value = self.wording.value(finding.value)
        inner = parameters(self.shapes, finding.shape, component)
        rules = listed([self.wording.rule(shape) for shape in inner])
        return Told(
            Both(f"{value.ja}は{rules.ja}の決まりどおりではありません。",
                 f"{value.en} does not keep to {rules.en}."),
            Both(f"{value.ja}そのものを直すか、ほかのものに書き換えてください。",
                 f"Correct {value.en} itself, or name another."),
            self.near(finding),
        )  # fmt: skip

    def _closed(self, finding: Finding, component: str, field: Both) -> Told:
        del component, field
        predicate = finding.predicate or RDF.nil
        name, value = self.wording.thing(predicate), self.wording.value(finding.value)
        allowed = self.requirements.allowed_properties(finding.shape)
        known = predicate in self.proposals.properties
        problem = Both(
            f"項目{name.ja}は、ここでは使えません（値: {value.ja}）。",
            f"The property {name.en} is not allowed here (value: {value.en}).",
        )
        own = str(predicate).startswith(self.wording.names.base)
        if own and not known and not self.proposals.described(predicate):
            problem = Both(
                f"{name.ja}という項目はありません（値: {value.ja}）。",
                f"There is no property {name.en} (value: {value.en}).",
            )
        fix = Both(
            "消すか、許される項目に書き換えてください。",
            "Delete it, or use a property that is allowed.",
        )
        return Told(problem, fix, self.proposals.property(predicate, allowed))

    def _list(self, finding: Finding, component: str, field: Both) -> Told:
        """A value that the list lacks; of a scheme, the concept that is in another one."""
        members = parameters(self.shapes, finding.shape, component)
        path = self.shapes.value(finding.shape, SH.path)
        steps = steps_of(self.shapes, path)
        if steps[1:] == [SKOS.inScheme]:
            told = self._scheme(finding, members, steps)
            if told is not None:
                return told
        value = self.wording.value(finding.value)
        problem = Both(f"{value.ja}は{field.ja}に書けません。", f"{value.en} cannot be {field.en}.")
        return Told(problem, self.rewrite(value), self.near(finding))

    def _scheme(self, finding: Finding, schemes: list[Node], steps: list[Node]) -> Told | None:
        first = steps[0]
        concepts = [
            concept
            for concept in sorted(self.data.objects(finding.focus, first), key=str)
            if (concept, SKOS.inScheme, finding.value) in self.data
        ]
        if not concepts:
            return None
        value, wanted = self.shown(concepts), listed([self.wording.thing(s) for s in schemes])
        other = self.wording.value(finding.value)
        problem = Both(
            f"{value.ja}は{other.ja}の概念で、{wanted.ja}の概念ではありません。",
            f"{value.en} is a concept of {other.en}, not of {wanted.en}.",
        )
        near = self.proposals.concept(concepts[0], schemes)
        return Told(problem, self.rewrite(value), near)

    def _message(self, finding: Finding, component: str, field: Both) -> Told:
        """A rule that only its message puts into words: what its query shows, beside it."""
        del component, field
        rule = Both(finding.message["ja"], finding.message["en"])
        again = Both(
            "この決まりに合うように直してください。", "Correct it so that this rule holds."
        )
        node, right = finding.value, self._right(finding)
        if node is None or node == finding.focus:
            return Told(self._with_iri(rule, finding), again, allowed=right)
        value = self.wording.value(node)
        clean = cleaned(str(node))
        unfit = isinstance(node, Literal) and bool(clean) and right is None
        found = defects(str(node)) if unfit and not self._elsewhere(finding) else []
        if found:
            better = Literal(clean, lang=language_of(node))
            told = self._written_badly(value, found, better if better != node else None)
            return replace(told, fix=again)
        near: Node | None = None
        if isinstance(node, URIRef) and not self.proposals.described(node):
            near = self.proposals.iri(node)
        shown = Both(f"{rule.ja}（値: {value.ja}）", f"{rule.en} (value: {value.en})")
        return Told(shown, again, None if near == finding.focus else near, right)

    def _elsewhere(self, finding: Finding) -> bool:
        """Whether the value shown is that of another property than the one at fault."""
        stated = set(self.data.predicates(finding.focus, finding.value))
        return bool(stated) and finding.predicate not in stated

    def _right(self, finding: Finding) -> Both | None:
        """The one value that would be right, where the query computes it."""
        if finding.expected is None:
            return None
        word = self.wording.value(finding.expected)
        return Both(f"この場合は{word.ja}", f"here {word.en}")

    def _with_iri(self, rule: Both, finding: Finding) -> Both:
        """A rule about an IRI with the one that stands there; any other rule as it is."""
        if not isinstance(finding.expected, URIRef) or finding.predicate is not None:
            return rule
        short = self.wording.names.short(str(finding.focus))
        return Both(f"{rule.ja}（いまのIRI: 「{short}」）", f"{rule.en} (IRI now: {short})")
