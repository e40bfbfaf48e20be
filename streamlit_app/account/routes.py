"""The account routes: sign in, choose a password, sign out. Rules about people are in `application.people`.

Forms are protected twice: the session cookie is SameSite=Strict, and every form carries a random token that must equal
one in a cookie of its own, so that nobody can be signed in as somebody else from another site either.
"""

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from streamlit_app import composition
from streamlit_app.account import forms
from streamlit_app.account.targets import ACCOUNT, HEALTH, HOME, SIGN_IN, SIGN_OUT, safe_target, sign_in_for
from swipesavvy.application.people import ENDED
from swipesavvy.domain.errors import DeniedError, SwipeSavvyError, UsageError
from swipesavvy.domain.people import Person

FORM_COOKIE = "swipesavvy_form"
LARGEST_FORM = 16_384
STALE = "this form is no longer valid; please try again"


def show_sign_in(request: Request) -> Response:
    """The sign-in form; somebody signed in already goes straight on."""
    target = safe_target(request.query_params.get("next"))
    if person_of(request) is not None:
        return RedirectResponse(target, status_code=303)
    return _form(request, lambda token: forms.sign_in_page(token, target))


async def sign_in(request: Request) -> Response:
    """Check name and password; on success a session cookie and the page once wanted."""
    return await run_in_threadpool(_sign_in, request, await _fields(request))


def _sign_in(request: Request, fields: dict[str, str]) -> Response:
    target, name = safe_target(fields.get("next")), fields.get("name", "")[:64]

    def again(error: str, status: int) -> Response:
        return _form(request, lambda token: forms.sign_in_page(token, target, name, error), status)

    if not _is_own_form(request, fields):
        return again(STALE, 400)
    services = composition.services()
    try:
        session = services.people.sign_in(name, fields.get("password", ""), composition.now())
    except DeniedError as error:
        return again(str(error), 401)
    except SwipeSavvyError as error:
        return again(str(error), 503)
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(
        services.session_cookie,
        session,
        max_age=services.session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def show_account(request: Request) -> Response:
    """Who is signed in and the form for another password."""
    person = person_of(request)
    if person is None:
        return RedirectResponse(sign_in_for(HOME), status_code=303)
    return _form(request, lambda token: forms.account_page(token, person))


async def change_password(request: Request) -> Response:
    """Choose another password; a person who had to is sent on to the dashboard."""
    return await run_in_threadpool(_change_password, request, await _fields(request))


def _change_password(request: Request, fields: dict[str, str]) -> Response:
    person = person_of(request)
    if person is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    problem, status = STALE, 400
    if _is_own_form(request, fields):
        problem, status = _try_new_password(request, fields)
    if problem == ENDED:
        return RedirectResponse(SIGN_IN, status_code=303)
    if problem:
        return _form(request, lambda token: forms.account_page(token, person, problem), status)
    if person.must_change_password:
        return RedirectResponse(HOME, status_code=303)
    return _form(request, lambda token: forms.account_page(token, person, notice="Your password is changed."))


def _try_new_password(request: Request, fields: dict[str, str]) -> tuple[str, int]:
    """What is wrong with the answer, and its status; an empty text once the password is changed."""
    if fields.get("new") != fields.get("again"):
        return "the two new passwords differ; type the same one twice", 400
    services = composition.services()
    session = request.cookies.get(services.session_cookie, "")
    given = fields.get("current", ""), fields.get("new", "")
    try:
        services.people.change_password(session, *given, composition.now())
    except DeniedError as error:
        is_over = str(error) == ENDED
        return (ENDED if is_over else "the current password is not right, or there were too many attempts"), 401
    except UsageError as error:
        return str(error), 400
    return "", 200


async def sign_out(request: Request) -> Response:
    """End this session; only by a form of ours, so that no other site can do it."""
    return await run_in_threadpool(_sign_out, request, await _fields(request))


def _sign_out(request: Request, fields: dict[str, str]) -> Response:
    if not _is_own_form(request, fields):
        return RedirectResponse(ACCOUNT, status_code=303)
    services = composition.services()
    services.people.sign_out(request.cookies.get(services.session_cookie, ""))
    response = RedirectResponse(SIGN_IN, status_code=303)
    response.delete_cookie(services.session_cookie, httponly=True, samesite="strict")
    return response


def health(_request: Request) -> Response:
    """Whether the dashboard answers and which build it shows; no number is in here."""
    return JSONResponse({"status": "ok", "part": "dashboard", "build": composition.services().reading.published()})


def person_of(request: Request) -> Person | None:
    """Who holds the session cookie of a request."""
    services = composition.services()
    return services.people.person_for(request.cookies.get(services.session_cookie, ""), composition.now())


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a posted form; a body larger than any of ours counts as empty."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return {}
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _form(request: Request, page: Callable[[str], str], status: int = 200) -> Response:
    """A page with a form; its token stays the same in one browser, so that two open tabs both work."""
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    response = HTMLResponse(page(token), status_code=status, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        FORM_COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
    )
    return response


def _is_own_form(request: Request, fields: dict[str, str]) -> bool:
    expected, given = request.cookies.get(FORM_COOKIE, ""), fields.get("form", "")
    return bool(expected) and secrets.compare_digest(expected.encode(), given.encode())


ROUTES = [
    Route(SIGN_IN, show_sign_in, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route(ACCOUNT, show_account, methods=["GET"]),
    Route(ACCOUNT, change_password, methods=["POST"]),
    Route(SIGN_OUT, sign_out, methods=["POST"]),
    Route(HEALTH, health, methods=["GET"]),
]
