"""Methods, for every path of the API: HEAD beside GET, OPTIONS, and the refusal of a method that is not there."""

from collections import defaultdict

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from tests.api.world import PREFIX, ApiWorld, refused

STANDARD = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
OTHERS = ["TRACE", "CONNECT", "PROPFIND", "QUERY", "BREW", "GETS"]


@pytest.fixture
def addresses(world: ApiWorld) -> dict[str, tuple[str, set[str]]]:
    """Each path that the application serves, as an address of something, with the methods that it should have."""
    values = {"{cluster}": "kyst", "{id}": world.draft(), "{indicator}": "A.1"}
    values |= {"{framework}": "tiny", "{version}": "1.0"}
    found = {}
    for path, methods in methods_of(world.app).items():
        address = path.removeprefix(PREFIX)
        for name, value in values.items():
            address = address.replace(name, value)
        assert "{" not in address, path
        found[path] = address, methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    return found


def methods_of(app: FastAPI) -> dict[str, set[str]]:
    """Return the methods of every path of the API."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for route in iter_route_contexts(app.routes):
        if str(route.path).startswith(PREFIX):
            found[str(route.path)] |= route.methods or set()
    return dict(found)


def same_for_head(response: Response) -> tuple[int, dict[str, str]]:
    """Return what HEAD must share with GET: the status and every header but the name of the request itself.

    What varies by encoding is only known once there is a body to be made smaller, so HEAD may leave it out (RFC 9110).
    """
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    headers["vary"] = headers.get("vary", "").removesuffix(", Accept-Encoding").removeprefix("Accept-Encoding")
    return response.status_code, headers


def allowed(response: Response) -> set[str]:
    """Return the methods that an answer allows, each of them said once."""
    methods = response.headers["allow"].split(", ")
    assert len(methods) == len(set(methods))
    return set(methods)


def test_the_routes_are_those_that_are_described(world: ApiWorld) -> None:
    described = {path: {method.upper() for method in each} for path, each in world.app.openapi()["paths"].items()}
    assert methods_of(world.app) == described
    assert len(described) > 10


def test_head_is_answered_as_get_without_its_body(world: ApiWorld, addresses: dict[str, tuple[str, set[str]]]) -> None:
    reads = [address for address, methods in addresses.values() if "GET" in methods]
    for client in (world.as_("manager"), world.as_("owner"), world.visitor):
        for address in [*reads, *(f"{address}?lang=nb" for address in reads), *(f"{each}?no=1" for each in reads)]:
            shown, head = client.get(address), client.head(address)
            assert same_for_head(head) == same_for_head(shown), address
            assert int(head.headers["content-length"]) == len(shown.content) > 0, address
            assert (head.content, len(head.headers["x-request-id"])) == (b"", 16), address


def test_of_a_head_request_the_application_itself_sends_no_body(
    world: ApiWorld, addresses: dict[str, tuple[str, set[str]]]
) -> None:
    sent: list[bytes] = []

    async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
        # The client of the tests would hide a body.
        async def see(message: Message) -> None:
            sent.append(message.get("body", b""))
            await send(message)

        await world.app(scope, receive, see)

    client = TestClient(recorded, base_url=f"http://testserver{PREFIX}", headers=dict(world.as_("manager").headers))
    for address in (address for address, methods in addresses.values() if "GET" in methods):
        assert client.head(address).status_code == 200, address
        assert b"".join(sent) == b"", address
    client.get("/frameworks")
    assert b"".join(sent)


def test_head_is_told_what_the_caller_has_already(world: ApiWorld, addresses: dict[str, tuple[str, set[str]]]) -> None:
    manager = world.as_("manager")
    for address in (address for address, methods in addresses.values() if "GET" in methods):
        have = {"If-None-Match": manager.head(address).headers["etag"]}
        shown, head = manager.get(address, headers=have), manager.head(address, headers=have)
        assert (head.status_code, head.content) == (304, b""), address
        assert same_for_head(head) == same_for_head(shown), address


def test_options_names_the_methods_and_needs_no_token(
    world: ApiWorld, addresses: dict[str, tuple[str, set[str]]]
) -> None:
    with world.nothing_changed():
        for client in (world.visitor, world.as_("manager")):
            for address, methods in addresses.values():
                response = client.options(address)
                assert (response.status_code, response.content) == (204, b""), address
                assert allowed(response) == methods, address


def test_a_method_that_is_not_there_is_refused_with_those_that_are(
    world: ApiWorld, addresses: dict[str, tuple[str, set[str]]]
) -> None:
    with world.nothing_changed():
        for client in (world.visitor, world.as_("manager")):
            for address, methods in addresses.values():
                for method in sorted(STANDARD - methods | {*OTHERS}):
                    response = client.request(method, address, headers={"If-Match": '"1"'})
                    assert response.status_code == 405, (method, address)
                    assert allowed(response) == methods, (method, address)
                    if method == "HEAD":
                        assert response.headers["content-type"] == "application/problem+json"
                    else:
                        problem = refused(response, 405, "http-405")
                        assert problem["detail"] == "This address does not take that method."


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/frameworks", "GET, HEAD, OPTIONS"),
        ("/clusters", "GET, HEAD, OPTIONS, POST"),
        ("/clusters/kyst", "GET, HEAD, OPTIONS, PATCH"),
        ("/clusters/kyst/assessments", "GET, HEAD, OPTIONS, POST"),
        ("/assessments/x", "DELETE, GET, HEAD, OPTIONS"),
        ("/assessments/x/answers", "OPTIONS, PATCH"),
        ("/assessments/x/answers/A.1", "OPTIONS, PUT"),
        ("/assessments/x/submit", "OPTIONS, POST"),
    ],
)
def test_the_methods_of_a_path_are_in_order(world: ApiWorld, address: str, methods: str) -> None:
    assert world.visitor.options(address).headers["allow"] == methods
    assert world.visitor.request("TRACE", address).headers["allow"] == methods


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "POST"])
def test_an_address_that_there_is_not_has_no_methods(world: ApiWorld, method: str) -> None:
    for address in ("/no-such", "/clusters/", "/clusters/a/b/c", "/assessments/x/review", "/"):
        response = world.as_("manager").request(method, address)
        assert response.status_code == 404, (method, address)
        assert "allow" not in response.headers
        assert response.headers["content-type"] == "application/problem+json"


def test_the_refusal_of_a_method_is_in_the_language_asked_for(world: ApiWorld) -> None:
    english, bokmal = (refused(world.visitor.put(f"/clusters?lang={lang}"), 405)["detail"] for lang in ("en", "nb"))
    assert english != bokmal
