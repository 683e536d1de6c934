"""The result of a query as a response: bytes from the reader, or an HTML page."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.freshness import KEPT, PASSING
from api.negotiation import HTML, RESULTS_JSON, TURTLE
from api.rendering import page, show
from api.service import Service
from kg.model import Answer
from kg.store.evaluation import is_empty

SHOWN_ROWS = 1000
"""Rows on an HTML page; the page says how many there are and links to all of them."""

Run = Callable[[Sequence[str]], Awaitable[Answer]]
"""Runs the query; takes the media types that would do, best first."""
Plain = Callable[[], Awaitable["Given"]]
"""Gives the result to a program."""
Volatile = Callable[[], bool]
"""Says whether the same query may have another answer; asked only where there is one."""
Explain = Callable[[], Awaitable[Sequence[str]]]
"""Says why there may be no rows, in sentences for people."""
Notice = Callable[[Answer], Awaitable[Mapping[str, str]]]
"""Headers that say the same to programs."""


@dataclass(frozen=True, slots=True)
class Given:
    """A result for programs; `notices` are headers beside those of every result."""

    answer: Answer
    kept: bool
    notices: Mapping[str, str]

    def response(self) -> Response:
        """Say how it may be used."""
        headers = {"Vary": "Accept, Accept-Language", **(KEPT if self.kept else PASSING)}
        media = self.answer.media_type
        return Response(self.answer.body, media_type=media, headers={**headers, **self.notices})


async def give(
    run: Run, types: Sequence[str], volatile: Volatile, notice: Notice | None = None
) -> Given:
    """Run a query for a program; raises what a reader pool raises."""
    answer = await run(types)
    return Given(answer, not volatile(), await notice(answer) if notice else {})


async def respond(
    request: Request,
    service: Service,
    lang: str,
    run: Run,
    *,
    types: Sequence[str],
    template: str,
    volatile: Volatile,
    explain: Explain | None = None,
    notice: Notice | None = None,
    **context: object,
) -> Response:
    """Run a query and answer in the first of `types` that its form allows.

    A page of an answer that holds nothing shows what `explain` says; for programs `notice` gives
    headers. Raises what a reader pool raises.
    """
    if types[0] != HTML:
        return (await give(run, without_pages(types), volatile, notice)).response()
    answer = await run([RESULTS_JSON, TURTLE])
    # ten megabytes of JSON take longer to read than the event loop may stand still
    table = await asyncio.to_thread(_table, service, answer)
    empty = is_empty(answer.body, answer.media_type)
    notes = await explain() if explain and empty else ()
    response = page(request, template, lang, wrong="", notes=notes, **context, **table)
    response.headers.update(PASSING if volatile() else KEPT)
    return response


def without_pages(types: Sequence[str]) -> Sequence[str]:
    """Media types of results for programs."""
    return [media for media in types if media != HTML]


def _table(service: Service, answer: Answer) -> Mapping[str, object]:
    """What a page shows: a table, or a text that is a truth value or Turtle."""
    if answer.media_type == TURTLE:
        return {"variables": [], "rows": [], "total": 0, "text": answer.body.decode()}
    result: dict[str, Any] = json.loads(answer.body)
    if "boolean" in result:
        return {"variables": [], "rows": [], "total": 0, "text": str(result["boolean"]).lower()}
    variables, rows = result["head"]["vars"], result["results"]["bindings"]
    shown = [[show(service.names, row.get(v)) for v in variables] for row in rows[:SHOWN_ROWS]]
    return {"variables": variables, "rows": shown, "total": len(rows), "text": ""}
