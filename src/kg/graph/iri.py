"""IRIs: what a reference in a file stands for (RFC 3986, section 5.2), and how to write one."""

import re
from collections.abc import Mapping

from kg.namespaces import prefixed

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_CHAR = r"""[^\x00-\x20<>"{}|^`\\?#\[\]]"""
_HOST = r"(?:[^/?#\[\]@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^/?#\[\]:]*)(?::[0-9]*)?"
_VALID = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://{_HOST}(?=[/?#]|$)|(?!//)){_CHAR}*(?:\?(?:{_CHAR}|\?)*)?"
    rf"(?:#(?:{_CHAR}|\?)*)?"
)

_RELATIVE = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:[/?#]|$))[^:/?#]+(?:[/?#].*)?")


def compact(iri: str, prefixes: Mapping[str, str], base: str) -> str:
    """Shortest form without escapes: `prefix:local`, else `<relative>` to `base`, else `<iri>`.

    `prefixes` maps namespace IRIs (which end with `#` or `/`) to prefixes.
    """
    own = iri.removeprefix(base)
    relative = own if own != iri and _RELATIVE.fullmatch(own) else iri
    return prefixed(iri, prefixes) or f"<{relative}>"


def resolve(reference: str, base: str) -> str:
    """Absolute IRI of `reference` in a file with the base IRI `base`.

    Raises `ValueError` when that is no valid IRI.
    """
    iri = _join(reference, base)
    if not _VALID.fullmatch(iri):
        raise ValueError(iri)
    return iri


def _join(reference: str, base: str) -> str:
    scheme, host, path, query, fragment = _split(reference)
    if scheme is not None:
        # As it stands: in RDF an IRI is a name, and `a/../b` is another name than `b`.
        return reference
    if host is None and ":" in path.partition("/")[0]:
        raise ValueError(reference)
    scheme, base_host, base_path, base_query, _ = _split(base)
    if host is None:
        host = base_host
        if not path:
            path, query = base_path, base_query if query is None else query
        elif not path.startswith("/"):
            directory = base_path[: base_path.rfind("/") + 1]
            path = (directory or ("/" if host is not None else "")) + path
    parts = [f"{scheme}:", "" if host is None else f"//{host}", _without_dots(path)]
    parts += [] if query is None else [f"?{query}"]
    parts += [] if fragment is None else [f"#{fragment}"]
    return "".join(parts)


def _split(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    found = _PARTS.fullmatch(iri)
    if found is None:
        raise ValueError(iri)
    scheme, host, path, query, fragment = found.groups()
    return scheme, host, path, query, fragment


def _without_dots(path: str) -> str:
    """Path with its `.` and `..` segments carried out."""
    segments: list[str] = []
    *_, last = parts = path.split("/")
    for segment in parts:
        if segment == "..":
            # The empty segment before the first slash stays.
            segments = segments[:-1] if len(segments) > 1 else segments
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments) + ("/" if last in {".", ".."} else "")
