"""What may be wrong with a query that is answered: names of ours that nothing describes."""

import asyncio
from itertools import islice
from urllib.parse import quote

from api.service import Service
from kg.errors import NotDescribed
from kg.model import Answer
from kg.store.evaluation import is_empty
from kg.store.iris import named_iris

_LONGEST = 16 * 1024
"""Characters of a query that is searched for such names: people write no longer ones."""
_NAMED = 5
"""Undescribed IRIs at most that an answer names."""


async def undescribed(service: Service, query: str) -> list[NotDescribed]:
    """The first few IRIs of ours in a query that nothing describes, with the nearest.

    None for a text so long that to look would take time from others.
    """
    if len(query) > _LONGEST:
        return []
    things = await service.things()

    def search() -> list[NotDescribed]:
        iris = (use.iri for use in named_iris(query) if use.prefix is None)
        return list(islice(things.missing(iris), _NAMED))

    # of eight thousand things the nearest takes its time
    return await asyncio.to_thread(search)


async def notice_headers(service: Service, query: str, answer: Answer) -> dict[str, str]:
    """Header for a program whose answer holds nothing: a link for each name that is not described.

    Empty for other answers, and where there is no such name.
    """
    ours = service.names.base in query and not service.plain
    if not ours or not is_empty(answer.body, answer.media_type):
        return {}
    links = [_link(error) for error in await undescribed(service, query)]
    return {"Link": ", ".join(links)} if links else {}


def _link(error: NotDescribed) -> str:
    """RFC 8288 link whose title says it; headers are ASCII, so the title is escaped (RFC 8187)."""
    title = quote(error.message("en"), safe="")
    return f"</problems#NotDescribed>; rel=\"help\"; title*=UTF-8'en'{title}"
