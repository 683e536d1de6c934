"""Files that pages need, such as their style sheet."""

from fastapi import Request
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from api.protocol import read_parameters


class Assets(StaticFiles):
    """A folder of files; like every address, theirs take no parameter that they do not know."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file; raises `RequestMalformed`, `UnknownParameter`."""
        read_parameters(Request(scope), ())
        await super().__call__(scope, receive, send)
