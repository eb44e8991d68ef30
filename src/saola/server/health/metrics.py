"""Figures for Prometheus: requests as they are answered, and the facts of the house when asked."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import REGISTRY

from saola.server.health.facts import facts

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where the web processes of one machine count together
ANSWERED = Counter(
    "saola_requests", "Answers by part of the house and class of status", ["part", "status"]
)
TOOK = Histogram(
    "saola_request_seconds",
    "Time to the first byte",
    ["part"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10),
)
PARTS = {"can-bo": "desk", "chu-the": "portal", "hoi-dong": "jury", "static": "static"}


def counted(part: str, app: App) -> App:
    """The application, with what it answers counted; `part` "" takes it from the path."""

    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        began = time.perf_counter()
        name = part or PARTS.get(
            environ.get("PATH_INFO", "").partition("/")[2].partition("/")[0], "public"
        )

        def started(status: str, headers: Any, *fault: Any) -> Any:
            ANSWERED.labels(name, f"{status[:1]}xx").inc()
            TOOK.labels(name).observe(time.perf_counter() - began)
            return start_response(status, headers, *fault)

        return app(environ, started)

    return answer


def exposition() -> bytes:
    """All of it in Prometheus' own text."""
    registry = CollectorRegistry()
    if SHARED in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        requests = generate_latest(registry)
    else:
        requests = generate_latest(REGISTRY)
    return requests + b"".join(_gauges())


def _gauges() -> Iterator[bytes]:
    """The facts of this moment, in a registry of their own: they are of the house, not of one
    process."""
    registry = CollectorRegistry()
    for fact in facts():
        Gauge(f"saola_{fact.name}", str(fact.words), registry=registry).set(fact.value)
    yield generate_latest(registry)
