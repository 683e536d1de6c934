"""The address of this service as the world sees it."""

import re

from fastapi import Request

from api.service import Service

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def service_url(request: Request, service: Service) -> str:
    """URL without a slash at the end: the setting, else as the request names it.

    A name that is none is not repeated: then it is the address on which the service listens.
    """
    if service.settings.public_url:
        return service.settings.public_url
    if _HOST.fullmatch(request.headers.get("host", "")):
        return str(request.base_url).rstrip("/")
    host, port = request.scope.get("server") or ("localhost", None)
    named = f"[{host}]" if ":" in host else host
    return f"{request.scope['scheme']}://{named}" + (f":{port}" if port else "")


def graph_space(request: Request, service: Service) -> str:
    """What IRIs of graphs begin with that a path names: ours, or (plain) the address itself."""
    if service.plain:
        return f"{service_url(request, service)}/graphs/"
    return str(service.names.graph(""))
