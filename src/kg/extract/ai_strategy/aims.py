"""Strategy goals, big goals, specific targets and their clauses."""

from rdflib import URIRef

from kg.extract.ai_strategy.outline import Block
from kg.extract.ai_strategy.reading import Reading, aim_iri
from kg.extract.ai_strategy.tokens import Kind
from kg.extract.ai_strategy.years import say_years
from kg.extract.builder import RecordBuilder
from kg.namespaces import JPSTRAT

_TYPES = {
    Kind.STRATEGY_GOAL: JPSTRAT.StrategyGoal,
    Kind.BIG_GOAL: JPSTRAT.BigGoal,
    Kind.TARGET: JPSTRAT.SpecificTarget,
    Kind.CLAUSE: JPSTRAT.AimClause,
}


def read_aims(reading: Reading) -> None:
    """Every aim of the document, in the graph of the edition."""
    big_goals = {b.section: b.key for b in reading.outline.of(Kind.BIG_GOAL)}
    for block in reading.outline.of(*_TYPES):
        record = reading.element(aim_iri(block.key), _TYPES[block.kind], block.section)
        if block.kind is Kind.CLAUSE and block.parent is not None:
            _say_aim(reading, record, JPSTRAT.partOf, block.parent.key)
            if block.parent.kind is Kind.BIG_GOAL:
                _say_aim(reading, record, JPSTRAT.refines, block.parent.key)
        if block.kind is Kind.TARGET:
            above = _big_goal_above(reading, big_goals, block)
            _say_aim(reading, record, JPSTRAT.refines, above)
        if block.theme:
            reading.place(record, JPSTRAT.theme, block.theme)
        say_years(reading, record, block)
        reading.add(_prove_wording(reading, record, block))


def _say_aim(reading: Reading, record: RecordBuilder, property_: URIRef, key: str) -> None:
    """Relate a record to the aim below whose marker it stands."""
    record.say(property_, aim_iri(key), reading.outline.marker(key))


def _big_goal_above(reading: Reading, big_goals: dict[str, str], block: Block) -> str:
    section: str | None = block.section
    while section is not None and section not in big_goals:
        section = reading.outline.sections[section].parent
    if section is None:
        msg = f"no big goal above {block.key}"
        raise LookupError(msg)
    return big_goals[section]


def _prove_wording(reading: Reading, record: RecordBuilder, block: Block) -> RecordBuilder:
    """An aim that consists of clauses only is proven by their wording."""
    parts = [b for b in reading.outline.blocks if b.parent is block]
    passages = block.passages or [p for part in parts for p in part.passages]
    return record.word(*passages)
