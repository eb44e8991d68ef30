"""What a crowd needs of a demonstration province: signed-in sessions, sheets to save, a token of a
machine; prints it as JSON: `python -m tools.crowd_seed NAME,NAME`."""

import json
import sys
from typing import Any

import django


def session(user: Any) -> str:
    """A signed-in session, made on the server's side."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "saola.server.accounts.backends.Accounts"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def sheets() -> list[dict[str, str]]:
    """Choices of the first agenda item's sheet, as the page posts them, for eleven totals."""
    from saola.server.councils.models import AgendaItem
    from saola.server.demo.marks import choices_for

    found = AgendaItem.objects.get(pk=1).dossier.criteria_set
    return [
        {f"c-{key}": value for key, value in choices_for(found, total, stars=4).items()}
        for total in range(75, 86)
    ]


def token() -> str:
    """Of a machine that may capture."""
    from saola.server.events.tokens import make_token

    return make_token("thử", 14, may_capture=True)[1]


def main() -> None:
    """For the accounts that are named."""
    django.setup()
    from saola.server.accounts.models import User

    names = sys.argv[1].split(",")
    sessions = {name: session(User.objects.get(username=name)) for name in names}
    print(json.dumps({"token": token(), "sheets": sheets(), "sessions": sessions}))


if __name__ == "__main__":
    main()
