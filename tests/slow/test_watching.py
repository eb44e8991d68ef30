"""Errors and traces arrive at addresses that speak the protocols, and nothing of a person with them."""

import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

CODE = """
import django; django.setup()
import io, logging
from saola.server.config import wsgi
def ask(path, **more):
    said = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "tim=Hoa", "SERVER_NAME":
               "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "HTTP_COOKIE": "sessionid=bimat",
               "wsgi.input": io.BytesIO(b"password=matkhau"), "CONTENT_LENGTH": "16", "REMOTE_ADDR": "203.0.113.7",
               "CONTENT_TYPE": "application/x-www-form-urlencoded", **more}
    b"".join(wsgi.application(environ, lambda status, headers, *_: said.append(status)))
    return said
ask("/khong-co/0b7d6a3e-6f0e-4f6e-9c1c-1f2d3c4b5a69/")
try:
    number = "09123" + "45678"
    raise RuntimeError("hỏng ở /viec/0b7d6a3e-6f0e-4f6e-9c1c-1f2d3c4b5a69/")
except RuntimeError:
    logging.getLogger("saola").exception("việc nền hỏng")
import sentry_sdk
sentry_sdk.flush(5)
from opentelemetry import trace
import time; time.sleep(6)
"""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    got: list[tuple[str, bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if self.headers.get("Content-Encoding") == "br":
                body = brotli.decompress(body)
            got.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_told: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}", got
    server.shutdown()


def test_errors_and_traces(listener: tuple[str, list[tuple[str, bytes]]], tmp_path: Path) -> None:
    address, got = listener
    environment = os.environ | {
        "SAOLA_MODE": "demo", "SAOLA_DATA": str(tmp_path), "SAOLA_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        "SAOLA_SENTRY": f"http://key@{address}/1", "SAOLA_TRACES": f"http://{address}/v1/traces",
    }  # fmt: skip
    server = Path(sys.executable).with_name("saola-server")
    subprocess.run([server, "migrate", "--verbosity", "0"], check=True, env=environment)
    subprocess.run([sys.executable, "-c", CODE], check=True, env=environment, capture_output=True)
    for _ in range(50):
        if {path for path, _body in got} >= {"/v1/traces"} and len(got) > 1:
            break
        time.sleep(0.1)
    errors = [body for path, body in got if "/envelope" in path]
    traces = [body for path, body in got if path == "/v1/traces"]

    assert errors
    assert traces
    lines = [line for body in errors for line in body.splitlines() if line.startswith(b"{")]
    said = [json.loads(line) for line in lines]
    faults = [one for part in said if "exception" in part for one in part["exception"]["values"]]
    assert "RuntimeError" in {one["type"] for one in faults}
    assert any(b"/khong-co/" in body for body in traces)
    for body in (*errors, *traces):
        for secret in (b"0b7d6a3e", b"bimat", b"matkhau", b"203.0.113.7", b"0912345678", b"Hoa"):
            assert secret not in body, secret
