"""The least that the web server can answer: the floor of the resolver's row in `make bench`."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Hello, with as many headers as a redirect of the resolver has."""
    headers = [(f"X-Header-{number}", "value of a usual length") for number in range(6)]
    start_response("200 OK", [("Content-Type", "text/plain"), *headers])
    return [b"hello"]
