"""`goldgap routes`: every route there is, with what a test of permissions must know about it."""

from fastapi import APIRouter, FastAPI
from starlette.routing import Mount, Route

from app.cli import routes
from tests.cli.conftest import Say


def test_every_route_is_listed_with_face_and_effect(say: Say) -> None:
    said = say("routes", "--json")
    assert said.code == 0
    found = {(line["method"], line["path"]): line for line in said.json}
    assert found["GET", "/healthz"]["face"] == "other"
    assert found["GET", "/openapi.json"]["face"] == "other"
    assert found["GET", "/static"] == {
        "method": "GET",
        "path": "/static",
        "face": "other",
        "name": "static",
        "parameters": ["path"],
        "effect": "reads",
    }
    submit = found["POST", "/assessments/{assessment_id}/submit"]
    assert (submit["face"], submit["effect"], submit["parameters"]) == ("page", "writes", ["assessment_id"])
    assert found["GET", "/portfolio/{sheet}.csv"]["effect"] == "exports"
    for line in said.json:
        does = {"writes"} if line["method"] in {"POST", "PUT", "PATCH", "DELETE"} else {"reads", "exports"}
        assert line["effect"] in does
    exports = {line["name"] for line in said.json if line["effect"] == "exports"}
    assert exports == {"export_csv", "export_json"}
    assert all(line["name"] for line in said.json)


def test_the_list_for_people_has_a_line_for_each(say: Say) -> None:
    lines = say("routes").out.splitlines()
    assert len(lines) == len(say("routes", "--json").json)
    assert any(line.split()[:3] == ["GET", "/sign-in", "page"] for line in lines)


def _answer() -> None: ...


def test_included_and_mounted_routes_are_found() -> None:
    inner = APIRouter(prefix="/inner")
    inner.add_api_route("/{thing}", _answer, methods=["PUT"], name="inner")
    outer = APIRouter(prefix="/api/v1")
    outer.include_router(inner)
    app = FastAPI(openapi_url=None)
    app.include_router(outer)
    app.router.routes.append(Mount("/beside", routes=[Route("/{other}", _answer, name="beside")]))
    put, get, head = sorted(routes._lines(app.routes), key=lambda line: (line.face, line.method))
    assert (put.method, put.path, put.face, put.parameters) == ("PUT", "/api/v1/inner/{thing}", "api", ("thing",))
    assert (get.method, get.path, get.name, get.effect) == ("GET", "/beside/{other}", "beside", "reads")
    assert head.method == "HEAD"
