"""Errors and traces for whoever watches from outside: sent only where an address is named, without
anything of a person."""

import os
from collections.abc import Callable
from typing import Any

from saola.server.config.logs import hidden

Application = Callable[..., Any]


def report_errors() -> None:
    """SAOLA_SENTRY: an address (DSN) that speaks Sentry's protocol gets errors with tracebacks; no
    bodies, headers, cookies, variables or addresses of visitors go along."""
    dsn = os.environ.get("SAOLA_SENTRY", "")
    if not dsn:
        return
    import sentry_sdk  # noqa: PLC0415 - optional dependency: saola[watching]

    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        server_name="saola",
        before_send=_cleaned,
    )


def _cleaned(event: Any, _hint: Any) -> Any:
    """Secret parts of addresses hidden, and nothing of who asked."""
    for told in ("user", "breadcrumbs", "extra", "modules"):
        event.pop(told, None)
    event["transaction"] = hidden(str(event.get("transaction", "")))
    request = event.get("request")
    if request:
        event["request"] = {
            "method": request.get("method"), "url": hidden(str(request.get("url", ""))),
        }  # fmt: skip
    for fault in (event.get("exception") or {}).get("values", ()):
        fault["value"] = hidden(str(fault.get("value", "")))
    message = event.get("logentry")
    if message:
        event["logentry"] = {"message": hidden(str(message.get("message", "")))}
    return event


def traced(application: Application) -> Application:
    """SAOLA_TRACES: address of a collector (OTLP over HTTP) that gets a span for each request:
    method, path without secrets, status, duration."""
    address = os.environ.get("SAOLA_TRACES", "")
    if not address:
        return application
    from opentelemetry import trace  # noqa: PLC0415 - optional dependency: saola[watching]
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "saola"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(address)))
    tracer = trace.get_tracer("saola", tracer_provider=provider)

    def spanned(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = hidden(str(environ.get("PATH_INFO", "")))
        with tracer.start_as_current_span(f"{environ['REQUEST_METHOD']} {path}") as span:
            span.set_attribute("http.request.method", environ["REQUEST_METHOD"])
            span.set_attribute("url.path", path)

            def begin(status: str, headers: Any, *rest: Any) -> Any:
                span.set_attribute("http.response.status_code", int(status[:3]))
                return start_response(status, headers, *rest)

            return application(environ, begin)

    return spanned
