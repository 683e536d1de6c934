"""Operations: is the service alive, and what is running."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from api.protocol import takes_nothing
from api.service import ServiceOf
from kg.pipeline.project import software_version

router = APIRouter(tags=["operations"], dependencies=[Depends(takes_nothing)])


@router.get("/health", summary="Whether the service is alive. サービスが動いているかどうか。")
async def health() -> dict[str, str]:
    """Answer at once, whatever the readers are doing."""
    return {"status": "ok"}


@router.get("/openapi.json", summary="OpenAPI 3.1 description. OpenAPI 3.1による記述。")
async def openapi(request: Request) -> JSONResponse:
    """Describe all addresses for programs."""
    return JSONResponse(request.app.openapi())


@router.get(
    "/version", summary="Version of the software and of the data. ソフトウェアとデータの版。"
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
