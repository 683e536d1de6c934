"""A finding in words for people who know no SHACL."""

from rdflib import Graph
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.validate.explaining.amounts import Amounts
from kg.validate.explaining.fitting import Fitting
from kg.validate.explaining.proposals import Proposals
from kg.validate.explaining.reading import COMPONENTS, component_name, named_shape
from kg.validate.explaining.requirements import Requirements
from kg.validate.explaining.values import Values
from kg.validate.explaining.wording import Wording
from kg.validate.report import Explanation, Finding

_COUNTS = ("MinCount", "MaxCount")


class Explainer:
    """Explains findings about one graph; what it looks up it keeps for the next ones."""

    def __init__(self, shapes: Graph, data: Graph, lookup: Lookup, names: Names) -> None:
        """`data` is what was checked, with the ontology and vocabularies; `lookup` knows it too."""
        self._shapes = shapes
        self._wording = Wording(shapes, data, names)
        self._requirements = Requirements(shapes, data, self._wording, lookup)
        self._spelt = Requirements(shapes, data, self._wording, lookup, spelt=True)
        proposals = Proposals(shapes, data, lookup, names, self._requirements)
        tools = (shapes, data, self._wording, self._requirements, proposals, Fitting(shapes, data))
        self._told = {**Amounts(*tools).told, **Values(*tools).told}

    def of(self, finding: Finding) -> Explanation:
        """What is wrong, in Japanese and English."""
        component = component_name(finding.component)
        tell = self._told.get(component, self._told["SPARQL"])
        told = tell(finding, component, self._wording.name(finding))
        return Explanation(
            title=self._wording.title(finding.focus),
            field=self._wording.field(finding),
            problem=told.problem,
            allowed=told.allowed or self._allowed(finding, component),
            nearest=self._nearest(told.nearest),
            fix=told.sure or self._wording.fix(finding.shape) or finding.fix or told.fix,
            rule=named_shape(self._shapes, finding.shape),
        )

    def _nearest(self, nearest: Node | Both | None) -> Both | None:
        if nearest is None or isinstance(nearest, Both):
            return nearest
        return self._wording.suggestion(nearest)

    def _allowed(self, finding: Finding, component: str) -> Both | None:
        """What the constraint allows; both bounds of a number of values, as they belong together.

        None for a rule that is a query: its message, which is the problem, says it.
        """
        if component not in COMPONENTS or component == "SPARQL":
            return None
        if component in _COUNTS:
            return self._requirements.count(finding.shape)
        return self._requirements.of(finding.shape, component)

    def requirement(self, shape: Node, component: str) -> Both:
        """What one constraint of a shape allows, in words, with its regular expressions."""
        return self._spelt.of(shape, component)
