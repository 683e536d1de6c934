"""The address of this service as the world sees it."""

from fastapi import Request

from api.service import Service


def service_url(request: Request, service: Service) -> str:
    """URL without a slash at the end: the setting, else as the request names it."""
    return service.settings.public_url or str(request.base_url).rstrip("/")


def graph_space(request: Request, service: Service) -> str:
    """What IRIs of graphs begin with that a path names: ours, or (plain) the address itself."""
    if service.plain:
        return f"{service_url(request, service)}/graphs/"
    return str(service.names.graph(""))
