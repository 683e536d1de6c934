"""What a limit of the service is: a setting like all others, and shown at `/limits`."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_settings import BaseSettings

from api.wording import split
from kg.errors import Both

KIB, MIB, GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True)
class Limit:
    """What a limit counts, and the statuses of HTTP that answer one who exceeds it."""

    unit: Both
    answers: tuple[int, ...] = ()


@dataclass(frozen=True)
class LimitInForce:
    """A limit as it is shown: the environment variable that sets it, and its value now."""

    setting: str
    value: float
    unit: Both
    answers: tuple[int, ...]
    description: Both


_NUMBER = Limit(Both("", ""))


class Limits(BaseSettings):
    """Settings among which there are limits."""

    def in_force(self) -> Iterator[LimitInForce]:
        """Yield every number among the settings with its value: each of them is a limit."""
        for name, field in type(self).model_fields.items():
            if field.annotation not in {int, float}:
                continue
            notes = (note for note in field.metadata if isinstance(note, Limit))
            limit = next(notes, _NUMBER)
            yield LimitInForce(
                setting=variable(name),
                value=_plain(getattr(self, name)),
                unit=limit.unit,
                answers=limit.answers,
                description=split(field.description),
            )


def _plain(value: float) -> float:
    """10 rather than 10.0."""
    return int(value) if float(value).is_integer() else value


def variable(name: str) -> str:
    """Environment variable of a setting."""
    return f"SENRYAKU_{name.upper()}"
