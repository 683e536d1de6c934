"""Operations: is the service alive and ready, what is it doing, what are its limits."""

import asyncio

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.errors import NotReady
from api.limits import LimitInForce
from api.negotiation import HTML, RESULTS_JSON, media_types
from api.protocol import FORMAT, LANG, read_parameters, takes_nothing
from api.rendering import page
from api.service import LanguageOf, Pool, ServiceOf
from kg.errors import KgError
from kg.pipeline.project import software_version

router = APIRouter(tags=["operations"])

_TRIVIAL = "ASK {}"
_READY_SECONDS = 1.0
_LIMIT_TYPES = ("application/json", HTML)


@router.get(
    "/health",
    summary="Whether the service is alive. サービスが動いているかどうか。",
    dependencies=[Depends(takes_nothing)],
)
async def health() -> dict[str, str]:
    """Answer at once, whatever the readers are doing."""
    return {"status": "ok"}


@router.get(
    "/ready",
    summary="Whether the readers answer. 問い合わせに答えられるかどうか。",
    dependencies=[Depends(takes_nothing)],
)
async def ready(service: ServiceOf) -> dict[str, dict[str, str]]:
    """Each pool of readers answers a trivial query within a second, else 503.

    Visitors' queries have two: `brief`, and `free` for those that have shown to be long. One whose
    readers are all busy is ready: visitors with slow queries must not be able to have the service
    taken out of the network. The lane of the service's own pages is always asked. Pools that check
    entries begin with the first entry: they are told of from then on, and are "ok" with an idle
    process or where one can start; their work is no query, so that none is asked.
    """
    states = {
        name: "ok" if name == "trusted" or _idle(pool) else "busy"
        for name, pool in service.pools.items()
        # no page and no query waits for a download
        if name != "dumps"
    }
    asked = [name for name, state in states.items() if state == "ok"]
    answers = await asyncio.gather(*(_answers(service.pools[name]) for name in asked))
    down = [name for name, answer in zip(asked, answers, strict=True) if not answer]
    if down:
        raise NotReady(lanes=", ".join(down))
    checks = service.validations.pools.items()
    return {"lanes": {**states, **{n: "ok" if _idle(pool) else "busy" for n, pool in checks}}}


def _idle(pool: Pool) -> bool:
    """Whether a reader has nothing to do; also where there is no reader at all."""
    figures = pool.figures()
    return figures.busy < figures.readers or figures.readers == 0


async def _answers(pool: Pool) -> bool:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await pool.answer(_TRIVIAL, [RESULTS_JSON])
    except (KgError, TimeoutError):
        return False
    return True


@router.get(
    "/metrics",
    summary="Figures for Prometheus. Prometheus用の計測値。",
    dependencies=[Depends(takes_nothing)],
)
async def metrics(request: Request) -> Response:
    """Requests, lanes, cache, commits and memory; nothing of clients or queries."""
    await request.app.state.sampler.sample()
    body, media_type = request.app.state.metrics.text(request.headers.get("accept"))
    # the media type names its own charset, which the framework would add again
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


@router.get("/limits", summary="All limits and their settings. 全ての上限とその設定。")
async def limits(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Every limit of the service, with the setting that changes it, as JSON or HTML."""
    format_ = read_parameters(request, (FORMAT, LANG)).get(FORMAT)
    types = media_types(request.headers.get("accept"), format_, _LIMIT_TYPES)
    in_force = list(service.settings.in_force())
    if types[0] == HTML:
        return page(request, "limits.html", lang, limits=in_force)
    body = {"limits": [_limit(limit) for limit in in_force]}
    return JSONResponse(body, headers={"Vary": "Accept, Accept-Language"})


def _limit(limit: LimitInForce) -> dict[str, object]:
    return {
        "setting": limit.setting,
        "value": limit.value,
        "unit": limit.unit._asdict(),
        "answers": list(limit.answers),
        "description": limit.description._asdict(),
    }


@router.get(
    "/openapi.json",
    summary="OpenAPI 3.1 description. OpenAPI 3.1による記述。",
    dependencies=[Depends(takes_nothing)],
)
async def openapi(request: Request) -> JSONResponse:
    """Describe all addresses for programs."""
    return JSONResponse(request.app.state.openapi)


@router.get(
    "/version",
    summary="Version of the software and of the data. ソフトウェアとデータの版。",
    dependencies=[Depends(takes_nothing)],
)
async def versions(service: ServiceOf) -> dict[str, str | int]:
    """Versions of the software and of the dataset.

    `data` is the content hash of the project's graph, `key` that of the files it was built from,
    `dataset` the version that changes with each write.
    """
    header = service.header
    built: dict[str, str | int] = (
        {}
        if header is None
        else {
            "data": f"sha256:{header.sha256}",
            "key": header.key,
            "statements": header.statements,
        }
    )
    return {"version": software_version(), "dataset": service.version, **built}
