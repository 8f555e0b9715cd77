"""For the machines that watch over the service: does it live, and can it work."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.usecases import health
from app.web.deps import StoreDep

router = APIRouter(include_in_schema=False)


@router.get("/healthz", name="healthz")
async def lives() -> Response:
    """Say that the process answers, whatever the database does, and where no thread is free either."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", name="readyz")
def ready(store: StoreDep) -> Response:
    """Say whether the database answers and has every migration."""
    if health.is_ready(store):
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "not ready"}, HTTPStatus.SERVICE_UNAVAILABLE)
