"""Every address × role × foreign object: the demonstration province is walked by all who work there,
then every address that was met is asked by everybody else and held against the rights table."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404

from saola.server.accounts.actions import grant
from saola.server.accounts.models import User
from saola.server.accounts.rights import can
from saola.server.accounts.roles import ROLES
from saola.server.demo.management.commands.demo import STAGES
from saola.server.journal.models import Head
from saola.server.places.models import Place
from tests.factories import PlaceFactory, ProducerFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORKERS = (
    "chuthe", "canbo.xa", "lanhdao.xa", "tinh.ocop", "tuvan", "lanhdao.tinh", "bo", "quantri",
    *(f"hd{n}" for n in range(1, 10)),
)  # fmt: skip
MOST = 900  # addresses that one person opens
# numbers in these addresses name no record, so that everybody with the permission sees the own
NO_RECORD = {"desk:ending-soon", "desk:figure", "desk:promise"}


class Links(HTMLParser):
    """Addresses that a page leads to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (
                name in ("href", "src", "action", "formaction") or name.startswith("data-")
            ):
                self.found.append(value)


def met(client: Client) -> set[str]:
    """Paths that a person comes to, a few of each kind."""
    waiting, seen = ["/", "/viec/", "/can-bo/", "/chu-the/", "/hoi-dong/", "/so-dang-ky/"], set()
    kinds: dict[str, int] = defaultdict(int)
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or not resolves(path):
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in Links(answer.content.decode()).found:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            kind = resolves(parts.path)
            if kind and kinds[kind] < 12 and parts.path not in seen:
                kinds[kind] += 1
                waiting.append(parts.path)
    return seen


def resolves(path: str) -> str:
    """The name of the page, "" where it is none of ours."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def needed(view: Callable[..., Any]) -> tuple[Any, ...] | None:
    """Permissions of which one is asked for; None where the page is open or asks for a sign-in
    alone."""
    return getattr(view, "needs", None)


def is_open(view: Callable[..., Any]) -> bool:
    return not getattr(view, "login_required", True)


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            space = f"{prefix}{one.namespace}:" if one.namespace else prefix
            yield from patterns(one, space)
        else:
            yield f"{prefix}{one.name}", one


@pytest.fixture
def province(tmp_path: Any, settings: Any) -> None:
    """The demonstration province, and beside it people of another one."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA = tmp_path
    for _name, load in STAGES:
        load()


def strangers() -> dict[str, User]:
    """Each role once more, in another province, with another producer and commune."""
    commune = PlaceFactory(code="09001", name="Xã Tỉnh Khác", province_code="11")
    producer = ProducerFactory(place=commune)
    Place.objects.get_or_create(
        code="11",
        level="province",
        defaults={"name": "Tỉnh khác", "folded": "tinh khac", "province_code": "11"},
    )
    scopes = {
        "producer": f"producer:{producer.pk}", "commune": "place:09001", "province": "place:11",
        "council": "council:999999",
    }  # fmt: skip
    found = {}
    for key, role in ROLES.items():
        if role.scope in scopes:
            user = UserFactory(username=f"la-{key}")
            grant(user, key, scopes[role.scope])
            found[key] = user
    return found


def test_nobody_gets_in_where_they_do_not_belong(
    province: None, caplog: pytest.LogCaptureFixture
) -> None:
    logging.disable(logging.ERROR)  # of thousands of refusals
    paths: set[str] = set()
    for name in WORKERS:
        client = Client()
        client.force_login(
            User.objects.get(username=name), backend="saola.server.accounts.backends.Accounts"
        )
        paths |= met(client)
    # addresses that are only posted to, or that no link leads to: by small numbers
    for name, pattern in patterns(get_resolver()):
        route = str(pattern.pattern)
        for number in (1, 2, 3):
            path = made(name, route, number)
            if path:
                paths.add(path)
    holes = [*_as_strangers(paths), *_unsigned(paths)]
    assert len(paths) > 400, len(paths)
    assert not holes, "\n".join(sorted(set(holes)))


def made(name: str, route: str, number: int) -> str:
    """An address of the pattern with a number in each place for one; "" where it wants more."""
    from django.urls import NoReverseMatch, reverse

    kinds = re.findall(r"<(int|slug|str|uuid|path):(\w+)>", route)
    if any(kind in ("uuid", "path", "str") for kind, _ in kinds):
        return ""
    values = {key: number if kind == "int" else "x" for kind, key in kinds}
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return ""


def _as_strangers(paths: set[str]) -> Iterator[str]:
    """With the permission but of other records, or without it: not let in, and nothing changes."""
    for key, user in strangers().items():
        client = Client(raise_request_exception=True)
        client.force_login(user, backend="saola.server.accounts.backends.Accounts")
        for path in sorted(paths):
            told = resolve(path)
            asked = needed(told.func)
            if asked is None:
                continue
            allowed = any(can(user, permission) for permission in asked)
            record = any(isinstance(value, int) for value in told.kwargs.values())
            before = Head.objects.get(pk=1).number
            shown = client.get(path).status_code
            posted = client.post(path, {"user": user.username}).status_code
            if Head.objects.get(pk=1).number != before and (record or not allowed):
                yield f"{key} changed something at {path} ({told.view_name})"
            if not allowed and (shown not in (403, 404, 405) or posted not in (403, 404)):
                yield f"{key} without the permission: {shown}, {posted} at {path} ({told.view_name})"
            foreign = allowed and record and told.view_name not in NO_RECORD
            if foreign and (
                shown not in (302, 403, 404, 405) or posted not in (302, 303, 403, 404, 405)
            ):
                yield f"{key}, record of others: {shown}, {posted} at {path} ({told.view_name})"


def _unsigned(paths: set[str]) -> Iterator[str]:
    """Nobody at all: led to the sign-in, unless the page is everybody's."""
    client, nobody = Client(), AnonymousUser()
    for path in sorted(paths):
        told = resolve(path)
        asked = needed(told.func)
        answer = client.get(path)
        if asked is not None:
            assert not any(can(nobody, permission) for permission in asked)
        if asked is not None or not is_open(told.func):
            if answer.status_code != 302 or not answer["Location"].startswith("/dang-nhap/"):
                yield f"unsigned: {answer.status_code} at {path} ({told.view_name})"
        elif answer.status_code >= 500:
            yield f"unsigned: {answer.status_code} at {path} ({told.view_name})"
    assert settings.LOGIN_URL == "account:sign-in"
