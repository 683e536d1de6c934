"""Whether a response may be kept, as the header Cache-Control says it."""

from collections.abc import Mapping

KEPT: Mapping[str, str] = {"Cache-Control": "no-cache"}
"""Header of a response that may be kept, if one asks whether it still holds."""
PASSING: Mapping[str, str] = {"Cache-Control": "no-store"}
"""Header of a response that is another one each time, or holds what somebody has sent."""
