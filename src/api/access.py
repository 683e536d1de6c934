"""Who may write: the agent of a request."""

from typing import Annotated

from fastapi import Depends

from kg.errors import WritingOff
from kg.model import Agent


def read_agent() -> Agent:
    """Agent of this request; raises `WritingOff`, as there are no tokens."""
    raise WritingOff


AgentOf = Annotated[Agent, Depends(read_agent)]
