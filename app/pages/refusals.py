"""How a refusal looks to a person: a whole page, or for htmx a line beside what was being done."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.domain.errors import (
    ConfirmationDue,
    FactorDue,
    GoldgapError,
    Invalid,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from app.domain.invitations import NoLongerValid
from app.domain.permissions import VISITOR
from app.pages import resumption, second_steps, sessions
from app.pages.contexts import Crumb, ErrorContext, ErrorWords
from app.pages.resumption import Carried
from app.pages.templating import Page, page_of
from app.web.addresses import local_path

_CARRIERS = ("take_second_step", "confirm_who_one_is")
_TITLES = {
    400: "This could not be read",
    401: "Please sign in",
    403: "You may not do this",
    404: "Nothing here",
    405: "This cannot be done here",
    409: "This cannot be done now",
    412: "Somebody else was quicker",
    413: "Too large",
    422: "Something needs to be corrected",
    429: "Too often",
    500: "Something went wrong",
    503: "Not available just now",
}


def show(
    page: Page, status: int, message: str, params: Mapping[str, object] | None = None, *, title: str = "", way: str = ""
) -> Response:
    """Return a refusal as a page, or as an alert for htmx; `way` is what the way to one's own roles is called."""
    title = title or page.say(_TITLES.get(status, _TITLES[500]))
    words = page.say(message, **(params or {}))
    if page.is_fragment:
        return page.fragment(page.component("alert", "danger", words, title=title), status=status)
    reference = page.request.scope.get("state", {}).get("request_id")
    first = (Crumb(way, page.url("own_roles")),) if way else ()
    links = (*first, Crumb(page.say("To the start page"), page.url("home")))
    error = ErrorWords(status, title, words, reference, links)
    return page.show(ErrorContext(title=title, error=error), status=status)


def refusal(request: Request, error: GoldgapError, status: int) -> Response:
    """Return what a use case refused; who is not signed in is sent to do so first."""
    if request.headers.get("hx-request") != "true":
        if isinstance(error, NotSignedIn):
            return _sign_in_first(request)
        if isinstance(error, ConfirmationDue):
            return _confirm_first(request)
        if isinstance(error, FactorDue):
            return RedirectResponse(request.app.url_path_for("security"), status_code=303)
    if isinstance(error, Invalid) and error.problems:
        first = error.problems[0]
        return show(page_of(request), status, first.message, first.params)
    if isinstance(error, NoLongerValid):
        page = page_of(request)
        title = page.say("No longer valid")
        way = page.say("Your roles, if you have accepted it already")
        return show(page, status, error.message, title=title, way=way)
    # Without its database the service still says so politely: then nobody is looked up.
    page = Page(request, VISITOR) if isinstance(error, Unavailable) else page_of(request)
    response = show(page, status, error.message, error.params)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _sign_in_first(request: Request) -> Response:
    address, form = _address(request), _form(request)
    if request.method == "GET":
        carried = None
    elif form is not None and request.scope["path"] in {request.app.url_path_for(name) for name in _CARRIERS}:
        # These belong to signing in themselves: what they carry goes on, and they do not.
        carried, address = resumption.unpack(form), local_path(form.get("next"))
    else:
        # A form may be a button and nothing more; the way back to it is a button too, and no address to be opened.
        carried = Carried(resumption.typed(form), local_path(address))
    if carried is not None:
        return sessions.sign_in_again(Page(request, VISITOR), carried)
    return RedirectResponse(f"{request.app.url_path_for('sign_in')}?next={quote(address, safe='/')}", status_code=303)


def _confirm_first(request: Request) -> Response:
    address = _address(request)
    if request.method == "GET":
        following = quote(address, safe="/")
        return RedirectResponse(f"{request.app.url_path_for('confirm')}?next={following}", status_code=303)
    carried = Carried(resumption.typed(_form(request)), local_path(address))
    return second_steps.confirm_first(page_of(request), carried)


def _address(request: Request) -> str:
    path, query = str(request.scope["path"]), request.scope["query_string"].decode("latin-1")
    return path + (f"?{query}" if query else "")


def _form(request: Request) -> FormData | None:
    return getattr(request.state, "form", None)
