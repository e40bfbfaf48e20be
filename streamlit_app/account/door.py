"""What every HTTP request passes before Streamlit sees it: only signed-in people, and headers that keep a page ours.

The second gate is `streamlit_app.gate`, which every run of the app passes: a session can end while a page is open.
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streamlit_app.account.routes import person_of
from streamlit_app.account.targets import ACCOUNT, OWN, sign_in_for

# Code and pictures that are the same for everybody, and the probe of Streamlit itself.
OPEN_PATHS = ("/static/", "/_stcore/health", "/favicon")
INNER_PATHS = ("/_stcore/", "/media/", "/component/")
# Streamlit writes inline styles and compiles charts; nothing may come from, or go to, another host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; frame-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; "
    "object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Door:
    """ASGI middleware around the whole dashboard."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what signed-in people reach."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, send to sign-in, or let through; every answer gets the headers."""
        if scope["type"] != "http":
            # The web socket carries a run of the app, and each run passes the inner gate.
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = await run_in_threadpool(_refusal, Request(scope))
        await (refusal or self._app)(scope, receive, send_with_headers)


def _refusal(request: Request) -> Response | None:
    """The answer to somebody who may not pass, or None."""
    path = request.url.path
    if path in OWN or path.startswith(OPEN_PATHS):
        return None
    person = person_of(request)
    if person is not None and not person.must_change_password:
        return None
    if path.startswith(INNER_PATHS):
        return PlainTextResponse("sign in first", status_code=401)
    target = ACCOUNT if person is not None else sign_in_for(path, request.url.query)
    return RedirectResponse(target, status_code=303)
