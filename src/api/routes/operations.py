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
    """`data` is the content hash of the graph, `key` that of the files it was built from."""
    return {
        "version": software_version(),
        "data": f"sha256:{service.header.sha256}",
        "key": service.header.key,
        "statements": service.header.statements,
    }
