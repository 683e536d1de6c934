"""Lines of the AI strategy put together: what belongs to which section, goal or measure."""

import re
from collections import deque

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.outline import APPENDICES, Block, Outline, Section, plain
from kg.extract.ai_strategy.tokens import Kind, Token, tokens
from kg.model import Passage, ReadingWarning, SourceText


def read_outline(document: SourceText) -> Outline:
    """Outline of the AI strategy; raises `ExtractionError` when codes and bullets do not match."""
    return _Reader(document).read(list(tokens(document)))


class _Reader:
    def __init__(self, document: SourceText) -> None:
        self.outline = Outline(document)
        self.chapter = self.section = ""
        self.group: str | None = None
        self.theme: str | None = None
        self.aim: str | None = None
        self.headings = 0
        self.open: Block | None = None
        self.last_measure: Block | None = None
        self.listing = False
        self.waiting: deque[Block] = deque()
        self.after_codes = False
        self.targets: dict[str, int] = {}

    def read(self, lines: list[Token]) -> Outline:
        for number, token in enumerate(lines):
            handler = _HANDLERS.get(token.kind)
            if handler:
                handler(self, token, lines[number + 1 :])
        self._end_section(len(self.outline.document.text))
        if lines:
            self._expect_no_waiting(lines[-1])
        return self.outline

    def _fail(self, token: Token, found: str | Both, expected: str | Both) -> ExtractionError:
        slug = self.outline.document.slug
        return ExtractionError(
            document=slug, line=token.passage.line, found=found, expected=expected
        )

    def _expect_no_waiting(self, token: Token) -> None:
        if self.waiting and self.after_codes:
            count, before = len(self.waiting), token.text[:20]
            found = Both(
                f"「{before}」の前に番号のない箇条が{count}件",
                f"{count} bullets without a code before {before}",
            )
            expected = Both("ページの箇条と同数の番号", "as many codes as bullets on the page")
            raise self._fail(token, found, expected)

    # sections

    def _end_section(self, offset: int) -> None:
        for section in self.outline.sections.values():
            section.end = section.end or offset

    def _begin_section(self, key: str, heading: Passage, parent: str | None) -> None:
        if parent is None or self.outline.sections[parent].end:
            self._end_section(heading.start)
        self.outline.sections[key] = Section(key, heading, parent)
        self.section, self.group, self.theme, self.aim = key, None, None, None
        self.headings, self.open, self.listing = 0, None, False

    def on_chapter(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        numeral = plain(token.text).partition(".")[0]
        key = "intro" if numeral == "はじめに" else numeral
        self.chapter = key
        self._end_section(token.passage.start)
        self._begin_section(key, token.passage, None)

    def on_part(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        found = re.match(r"(I+)-(\d)", plain(token.text).replace("－", "-"))
        if found is None:
            raise self._fail(
                token, token.text[:20], Both("Ⅱ－１のような見出し", "a part such as Ⅱ－１")
            )
        self.chapter = "-".join(found.groups())
        self._close_below(found[1], token.passage.start)
        self._begin_section(self.chapter, token.passage, found[1])

    def on_section(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        number = plain(token.text)[1:].partition(")")[0].replace("―", "-")
        parent = f"{self.chapter}-{number[:-2]}" if number.endswith(("-A", "-B")) else self.chapter
        self._close_below(parent, token.passage.start)
        self._begin_section(f"{self.chapter}-{number}", token.passage, parent)

    def on_covid(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        self._close_below(self.chapter, token.passage.start)
        self._begin_section(f"{self.chapter}-covid", token.passage, self.chapter)

    def on_appendix(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        heading = plain(token.text)
        number = re.match(r"\(別表(\d)\)", heading)
        key = f"t{number[1]}" if number else "annex" if heading.startswith("(別紙)") else "legend"
        self._end_section(token.passage.start)
        self.chapter = key
        self._begin_section(key, token.passage, None)

    def _close_below(self, parent: str, offset: int) -> None:
        ancestors = {parent}
        while (above := self.outline.sections[parent].parent) is not None:
            ancestors.add(above)
            parent = above
        for section in self.outline.sections.values():
            if section.key not in ancestors:
                section.end = section.end or offset

    def on_bracketed(self, token: Token, following: list[Token]) -> None:
        within = self.open is not None and self.open.listed and not self.open.complete
        if within or self.chapter in APPENDICES:
            self.on_text(token, following)
            return
        self._expect_no_waiting(token)
        self.headings += 1
        key = f"{self.section}-h{self.headings}"
        meaning = (t.kind for t in following if t.kind not in (Kind.GAP, Kind.PAGE))
        is_group = next(meaning, None) is Kind.TARGET
        if is_group:
            self.group, self.theme, self.aim = key, None, None
        else:
            self.theme = key
        parent = self.section if is_group or not self.group else self.group
        self._close_below(parent, token.passage.start)
        self.outline.sections[key] = Section(key, token.passage, parent)
        self.open = None

    # goals and targets

    def _add(self, block: Block, line: Passage | None) -> Block:
        self.outline.blocks.append(block)
        if line is not None:
            block.extend(line)
        self.open = block
        return block

    def on_big_goal(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        self.aim = f"big-goal/{self.chapter}"
        block = Block(Kind.BIG_GOAL, self.section, key=self.aim, marker=token.passage)
        self._add(block, None)
        self.listing = False

    def on_target(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        number = self.targets[self.section] = self.targets.get(self.section, 0) + 1
        self.aim, self.theme = f"target/{self.section}-t{number}", None
        block = Block(
            Kind.TARGET, self.section, theme=self.group, key=self.aim, marker=token.passage
        )
        self._add(block, None)
        self.listing = False

    def on_strategy_goal(self, token: Token, _: list[Token]) -> None:
        key = f"strategy-goal/{plain(token.text)[-1]}"
        block = Block(Kind.STRATEGY_GOAL, self.section, key=key, marker=token.passage)
        self._add(block, None)

    def on_clause(self, token: Token, _: list[Token]) -> None:
        if self.aim is None:
            raise self._fail(
                token,
                Both("目標の項", "a clause"),
                Both("その前に大目標又は具体目標", "a goal or target before it"),
            )
        owner = next(b for b in reversed(self.outline.blocks) if b.key == self.aim)
        number = sum(b.parent is owner for b in self.outline.blocks) + 1
        key = f"{self.aim}/c{number}"
        self._add(Block(Kind.CLAUSE, self.section, parent=owner, key=key), token.passage)

    # measures

    def on_measures(self, _token: Token, _: list[Token]) -> None:
        self.open, self.listing = None, True

    def on_follow_up(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        self.outline.follow_ups.append(token.passage)
        self.open, self.listing = None, False

    def on_measure(self, token: Token, _: list[Token]) -> None:
        self._expect_no_waiting(token)
        self.after_codes = False
        nested = token.text.startswith("\uf0d8")
        block = Block(
            Kind.MEASURE,
            self.section,
            theme=self.theme or self.group,
            aim=None if self.section.endswith("-covid") else self.aim,
            parent=self.last_measure if nested else None,
        )
        self.waiting.append(self._add(block, token.passage))
        if not nested:
            self.last_measure = block

    def on_sub_measure(self, token: Token, _: list[Token]) -> None:
        if not self.listing:
            return
        if self.last_measure is None:
            raise self._fail(
                token,
                Both("取組の細目", "a sub-measure"),
                Both("その前に取組", "a measure before it"),
            )
        block = Block(Kind.SUB_MEASURE, self.section, parent=self.last_measure)
        self._add(block, token.passage)

    def on_code(self, token: Token, _: list[Token]) -> None:
        if not self.waiting:
            raise self._fail(token, token.text, Both("この番号の箇条", "a bullet for this code"))
        block = self.waiting.popleft()
        block.code, block.key = token.passage, f"measure/{token.text}"
        self.after_codes = True

    # running text

    def on_gap(self, _token: Token, _: list[Token]) -> None:
        if self.open is not None and not self.open.listed and self.open.passages:
            self.open = None

    def on_text(self, token: Token, _: list[Token]) -> None:
        block = self.open
        if block is not None and not (block.listed and block.complete):
            block.extend(token.passage)
        elif self.listing:
            warning = ReadingWarning(
                self.outline.document.slug,
                token.passage.line,
                "取組の一覧の中に読み取れない行があります",
                "a line among the measures that is neither bullet, code nor heading",
            )
            self.outline.warnings.append(warning)


_HANDLERS = {
    Kind.CHAPTER: _Reader.on_chapter,
    Kind.PART: _Reader.on_part,
    Kind.SECTION: _Reader.on_section,
    Kind.COVID: _Reader.on_covid,
    Kind.APPENDIX: _Reader.on_appendix,
    Kind.BRACKETED: _Reader.on_bracketed,
    Kind.BIG_GOAL: _Reader.on_big_goal,
    Kind.TARGET: _Reader.on_target,
    Kind.STRATEGY_GOAL: _Reader.on_strategy_goal,
    Kind.CLAUSE: _Reader.on_clause,
    Kind.MEASURES: _Reader.on_measures,
    Kind.FOLLOW_UP: _Reader.on_follow_up,
    Kind.HEADING: _Reader.on_follow_up,
    Kind.MEASURE: _Reader.on_measure,
    Kind.SUB_MEASURE: _Reader.on_sub_measure,
    Kind.CODE: _Reader.on_code,
    Kind.GAP: _Reader.on_gap,
    Kind.TEXT: _Reader.on_text,
}
