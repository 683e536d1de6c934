"""What every explanation of a finding needs: the graphs, words, and the search for values."""

from dataclasses import dataclass

from rdflib import Graph
from rdflib.term import Node

from kg.errors import Both
from kg.validate.explaining.fitting import Fitting
from kg.validate.explaining.proposals import Proposals
from kg.validate.explaining.requirements import Requirements
from kg.validate.explaining.wording import Wording, listed
from kg.validate.report import Finding

_SHOWN = 5
"""Values that a sentence lists."""
_REWRITE = Both(
    "{value}を、許される値に書き換えてください。", "Replace {value} by a value that is allowed."
)


@dataclass(frozen=True)
class Told:
    """What one component says of a finding; `nearest` is a node, or words where it is none.

    `allowed` stands for what the constraint allows, where that is said better than by it; `sure`
    goes before the advice of the shape, where that is about another mistake.
    """

    problem: Both
    fix: Both
    nearest: Node | Both | None = None
    allowed: Both | None = None
    sure: Both | None = None


@dataclass(frozen=True)
class Telling:
    """Parameters stand in `shapes`, values in `data`."""

    shapes: Graph
    data: Graph
    wording: Wording
    requirements: Requirements
    proposals: Proposals
    fitting: Fitting

    def near(self, finding: Finding) -> Node | None:
        """The valid value that is most like the wrong one."""
        if finding.value is None:
            return None
        return self.proposals.nearest(finding.value, finding.shape)

    def shown(self, values: list[Node]) -> Both:
        """Values one after another."""
        words = [self.wording.value(v) for v in values]
        if len(set(words)) < len(words):
            # 15.0 beside 15.00: what differs is how they are written
            exact = [self.wording.turtle(v) for v in values]
            words = [Both(text, text) for text in exact]
        return listed(words, _SHOWN)

    def rewrite(self, value: Both) -> Both:
        """The advice to write something else."""
        return _REWRITE.filled(value=value)
