"""The application: settings, a snapshot of the graph and the catalogue make one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette_compress import CompressMiddleware, add_compress_type
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api import problems
from api.access import ValidTokens
from api.assets import Assets
from api.cache import ResponseCache
from api.express import Express
from api.header_limits import HeaderLimits
from api.kept import Answers
from api.lean import Lean
from api.lending import Lender
from api.metrics import Metrics
from api.middleware import Departures, HeadAsGet, SecurityHeaders
from api.negotiation import GRAPH_TYPES, TABLE_TYPES
from api.observation import Observation, Observer
from api.openapi import describe_api
from api.opening import open_service
from api.origins import Origins
from api.plain import WORTH_COMPRESSING
from api.routes import routers
from api.sampling import Sampler
from api.service import Service
from api.settings import Settings
from api.shortcut import Shortcut
from kg.pipeline.project import software_version
from kg.queries import Catalogue

_KNOWN = 8
"""The share of the kept answers' memory that is for those known by the bytes of their request."""


for media in {*TABLE_TYPES, *GRAPH_TYPES}:
    add_compress_type(media)


def create_app(settings: Settings, snapshot: Path | None, catalogue: Catalogue) -> FastAPI:
    """Make the app; its readers start and stop with its lifespan.

    Without a snapshot it serves a store that begins empty. Starting raises `PathMissing`,
    `SnapshotInvalid`, `StorageDamaged` or `ReaderNotStarted` when the store cannot be served.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_service(settings, snapshot, catalogue) as service:
            sampler = Sampler(metrics, lambda: {**service.pools, **service.validations.pools})
            app.state.service, app.state.sampler = service, sampler
            async with sampler.running():
                yield

    app = FastAPI(
        title="Senryaku",
        summary="Japan's AI and quantum strategies as a knowledge graph",
        version=software_version(),
        lifespan=lifespan,
        # the framework's own pages load scripts from another host, and its routes ignore parameters
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # nothing is sent anywhere, and to ask for it costs every request
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.metrics = metrics
    own = (route for router in routers for route in router.routes)
    problems.install(app, [route for route in own if isinstance(route, APIRoute)])
    for router in routers:
        app.include_router(router)
    app.mount("/static", Assets(directory=Path(__file__).with_name("static")))
    app.state.openapi = describe_api(app, catalogue)
    _add_layers(app, settings, metrics)
    return app


def _add_layers(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Put the layers around the routes, the innermost first."""
    edition = f"{software_version()} {settings.public_url}"
    observer = Observer(metrics, queries=settings.log_queries)

    def version() -> str:
        service: Service = app.state.service
        return service.version

    shortcut = Shortcut(settings.cache_bytes // _KNOWN, observer, version)
    size = settings.cache_bytes - settings.cache_bytes // _KNOWN
    # the leader of equal requests has a limit of its own, which is one of these
    patience = max(settings.query_timeout, settings.canned_timeout, settings.dump_timeout)
    answers = Answers(size, edition, patience)
    express = Express(app, answers, observer, version)
    app.state.shortcut, app.state.express = shortcut, express
    app.state.lender = Lender(lambda: app.state.service, observer)
    app.add_middleware(Lean, passed=express.learn)
    app.add_middleware(ValidTokens)
    app.add_middleware(Origins)
    app.add_middleware(HeaderLimits, limits=settings)
    app.add_middleware(SecurityHeaders)
    # nothing secret is ever in a response, so its size may depend on what was sent (BREACH)
    app.add_middleware(CompressMiddleware, minimum_size=WORTH_COMPRESSING)
    app.add_middleware(ResponseCache, answers=answers, shortcut=shortcut)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Observation, observer=observer)
    app.add_middleware(Departures)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
