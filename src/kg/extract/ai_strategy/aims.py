"""Strategy goals, big goals, specific targets and their clauses."""

from kg.extract.ai_strategy.outline import Block
from kg.extract.ai_strategy.reading import Reading, aim_iri, section_iri
from kg.extract.ai_strategy.tokens import Kind
from kg.extract.ai_strategy.years import say_years
from kg.extract.builder import WORDING, RecordBuilder
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
            record.say(JPSTRAT.partOf, aim_iri(block.parent.key))
            if block.parent.kind is Kind.BIG_GOAL:
                record.say(JPSTRAT.refines, aim_iri(block.parent.key))
        if block.kind is Kind.TARGET:
            record.say(JPSTRAT.refines, aim_iri(_big_goal_above(reading, big_goals, block)))
        if block.theme:
            record.say(JPSTRAT.theme, section_iri(block.theme))
        say_years(reading, record, block)
        reading.add(_prove_wording(reading, record, block))


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
    return record.prove(WORDING, *passages)
