"""Clusters: list, register, show, change."""

from fastapi import Request
from starlette.responses import Response

from app.api.caller import CallerDep
from app.api.conditions import WriteDep, done, etag, shown
from app.api.description import BASED, reads, writes
from app.api.paging import PagingDep
from app.api.parameters import ClusterPath, UpdatedSince
from app.api.routing import PREFIX
from app.api.routing import router as new_router
from app.api.schemas.clusters import ClusterChange, ClusterIn, ClusterOut, ClusterPage
from app.store.receipts import Receipt
from app.usecases import clusters
from app.web.deps import FrameworksDep, StoreDep

router = new_router("clusters")


@router.get("/clusters", operation_id="list_clusters", response_model=ClusterPage, **reads("List clusters", 403))
def listed(
    request: Request, store: StoreDep, caller: CallerDep, paging: PagingDep, updated_since: UpdatedSince = None
) -> Response:
    """List the clusters within reach by slug."""
    found = clusters.listed(store, caller, after=paging.after_key, limit=paging.limit + 1, updated_since=updated_since)
    page, following = paging.cut(found, lambda cluster: (cluster.slug,))
    return shown(request, ClusterPage(items=[ClusterOut.of(cluster) for cluster in page], next=following))


@router.post(
    "/clusters", operation_id="register_cluster", response_model=ClusterOut, **writes("Register a cluster", status=201)
)
def register(store: StoreDep, caller: CallerDep, write: WriteDep, body: ClusterIn) -> Response:
    """Register a cluster in a programme, as its owner, or in none, as an administrator."""

    def do() -> Receipt:
        made = clusters.register(store, caller, body.given())
        return done(201, ClusterOut.of(made), tag=etag(made.revision), location=f"{PREFIX}/clusters/{made.slug}")

    return write.once(store, caller, do)


@router.get(
    "/clusters/{cluster}",
    operation_id="get_cluster",
    response_model=ClusterOut,
    **reads("Show a cluster", 403, 404, 409, has_revision=True),
)
def one(
    request: Request, store: StoreDep, frameworks: FrameworksDep, caller: CallerDep, cluster: ClusterPath
) -> Response:
    """Show a cluster."""
    found = clusters.view(store, frameworks, caller, cluster).cluster
    return shown(request, ClusterOut.of(found), tag=etag(found.revision))


@router.patch(
    "/clusters/{cluster}",
    operation_id="change_cluster",
    response_model=ClusterOut,
    **writes("Change a cluster", 404, based=BASED),
)
def change(store: StoreDep, caller: CallerDep, write: WriteDep, cluster: ClusterPath, body: ClusterChange) -> Response:
    """Change a cluster's name, level, region or sector; what is left out stays."""

    def do() -> Receipt:
        raw = body.given()
        changed = write.based(lambda revision: clusters.update(store, caller, cluster, raw, revision))
        return done(200, ClusterOut.of(changed), tag=etag(changed.revision))

    return write.once(store, caller, do)
