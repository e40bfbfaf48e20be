"""The HTML of the account pages: small, self-contained, readable without a script. Every value is escaped."""

from html import escape
from pathlib import Path

from streamlit_app.account.targets import ACCOUNT, SIGN_IN, SIGN_OUT
from swipesavvy.domain.people import PASSWORD_LENGTH, Person

STYLE = (Path(__file__).parents[1] / "assets" / "account.css").read_text(encoding="utf-8")


def sign_in_page(token: str, target: str, name: str = "", error: str = "") -> str:
    """Name and password; `error` says what happened, `name` is filled in again."""
    return _page(
        "Sign in",
        f"""
        <h1>Sign in</h1>
        <p class="lead">Marketing numbers you can defend, from your own events.</p>
        {_alert(error)}
        <form method="post" action="{SIGN_IN}">
          {_hidden(token)}
          <input type="hidden" name="next" value="{escape(target)}">
          <label for="name">Name</label>
          <input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none"
                 spellcheck="false" maxlength="64" required {"" if name else "autofocus"}>
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" maxlength="256"
                 required {"autofocus" if name else ""}>
          <button type="submit">Sign in</button>
        </form>
        <p class="hint">No account yet? An administrator adds you with <code>swipesavvy user add</code> and gives you a
        one-time password.</p>
        """,
    )


def account_page(token: str, person: Person, error: str = "", notice: str = "") -> str:
    """Who is signed in, a form for another password, and the way out."""
    must = person.must_change_password
    lead = (
        "You signed in with a one-time password. Choose your own to go on."
        if must
        else f"Signed in as {person.name}, {person.role.label}."
    )
    back = "" if must else '<p class="hint"><a href="/">Back to the dashboard</a></p>'
    return _page(
        "Choose a password" if must else "Your account",
        f"""
        <h1>{"Choose a password" if must else "Your account"}</h1>
        <p class="lead">{escape(lead)}</p>
        {_alert(error)}{_notice(notice)}
        <form method="post" action="{ACCOUNT}">
          {_hidden(token)}
          <input type="hidden" name="username" value="{escape(person.name)}" autocomplete="username">
          <label for="current">{"One-time password" if must else "Current password"}</label>
          <input id="current" name="current" type="password" autocomplete="current-password" maxlength="256" required>
          <label for="new">New password</label>
          <input id="new" name="new" type="password" autocomplete="new-password" minlength="{PASSWORD_LENGTH[0]}"
                 maxlength="{PASSWORD_LENGTH[1]}" required aria-describedby="rule">
          <p class="hint" id="rule">{PASSWORD_LENGTH[0]} characters or more; a sentence is easier than signs.</p>
          <label for="again">New password, again</label>
          <input id="again" name="again" type="password" autocomplete="new-password" maxlength="{PASSWORD_LENGTH[1]}"
                 required>
          <button type="submit">Change password</button>
        </form>
        <form method="post" action="{SIGN_OUT}">{_hidden(token)}
          <button type="submit" class="quiet">Sign out</button>
        </form>
        {back}
        """,
    )


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · SwipeSavvy</title><link rel="icon" href="data:,"><style>{STYLE}</style></head>
<body><main><p class="brand">SwipeSavvy</p>{body}</main></body></html>"""


def _hidden(token: str) -> str:
    return f'<input type="hidden" name="form" value="{escape(token)}">'


def _alert(error: str) -> str:
    return f'<p class="error" role="alert">{escape(error)}</p>' if error else ""


def _notice(notice: str) -> str:
    return f'<p class="notice" role="status">{escape(notice)}</p>' if notice else ""
