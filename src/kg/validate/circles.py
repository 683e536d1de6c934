"""Which nodes of a directed graph lie on a circle together, found in one walk of its edges."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def components(edges: Iterable[tuple[T, T]]) -> dict[T, int]:
    """The strongly connected component of each node, by a number (Kosaraju's algorithm).

    Nodes that reach each other have the same number. The time is that of reading the edges, and no
    limit of Python's ends a long chain.
    """
    after: dict[T, list[T]] = {}
    before: dict[T, list[T]] = {}
    for start, end in edges:
        for ways, one, other in ((after, start, end), (before, end, start)):
            ways.setdefault(one, []).append(other)
            ways.setdefault(other, [])
    left: dict[T, None] = {}
    for node in after:
        left.update(dict.fromkeys(_finished(after, node, left)))
    found: dict[T, int] = {}
    for number, node in enumerate(reversed(left)):
        found.update(dict.fromkeys(list(_finished(before, node, found)), number))
    return found


def _finished(ways: Mapping[T, Sequence[T]], start: T, known: Mapping[T, object]) -> Iterator[T]:
    """Nodes that `start` reaches without passing a `known` one, each after those it leads to."""
    if start in known:
        return
    seen = {start}
    walk = [(start, iter(ways[start]))]
    while walk:
        node, rest = walk[-1]
        following = next((n for n in rest if n not in seen and n not in known), None)
        if following is None:
            walk.pop()
            yield node
        else:
            seen.add(following)
            walk.append((following, iter(ways[following])))
