"""The wheel holds everything: installed into an environment of its own it starts as production,
answers, counts, keeps its headers, and ends when it is asked to. The steps of deploy/Dockerfile."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.with_postgres import free_port

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
TOKEN = "figures-of-the-test"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel and its locked dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    uv = str(BIN / "uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    python = str(folder / "venv/bin/python")
    install = [uv, "pip", "install", "--quiet", "--python", python]
    lock = ROOT / "requirements/run.txt"
    subprocess.run([*install, "--require-hashes", "-r", str(lock)], check=True)
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    return folder / "venv/bin"


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir(mode=0o750)
    environment = {
        "PATH": os.environ["PATH"], "SAOLA_MODE": "production", "SAOLA_DATA": str(data),
        "SAOLA_SECRET_KEY": "k" * 60, "SAOLA_SERIAL_KEY": "ab" * 32,
        "SAOLA_FIELD_KEYS": "ZmZm" * 10 + "ZmY=", "SAOLA_HOSTS": "127.0.0.1",
        "SAOLA_BASE_URL": "https://ocop.example.vn", "SAOLA_METRICS_TOKEN": TOKEN,
    }  # fmt: skip
    command = [str(installed / "saola-server"), "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, cwd=tmp_path, start_new_session=True)
    told = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            if server.poll() is not None or asked(f"{told}/healthz")[0] == 200:
                break
            time.sleep(0.2)
        yield told
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def asked(url: str, **headers: str) -> tuple[int, bytes, Any]:
    """Status, body, headers, as the proxy would ask."""
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read(), fault.headers
    except OSError:
        return 0, b"", {}


def test_it_runs_from_the_wheel(address: str) -> None:
    status, page, headers = asked(f"{address}/")
    assert status == 200
    text = page.decode()
    style = text.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert asked(f"{address}{style}")[0] == 200
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for name in ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
        assert headers[name], name
    assert json.loads(asked(f"{address}/readyz")[1]) == {"ready": True, "why": ""}
    assert asked(f"{address}/metrics")[0] == 404
    figures = asked(f"{address}/metrics", Authorization=f"Bearer {TOKEN}")[1].decode()
    assert 'saola_requests_total{part="public",status="2xx"}' in figures
    assert "saola_tend_silent_seconds" in figures
    paper = asked(f"{address}/bo-tieu-chi/")
    assert paper[0] == 200
    sign_in = asked(f"{address}/can-bo/")
    assert "dang-nhap" in sign_in[1].decode()
    cookies = sign_in[2].get_all("Set-Cookie") or []
    assert cookies
    assert all("Secure" in one and "SameSite" in one for one in cookies)


def test_the_commands_are_there(installed: Path) -> None:
    told = subprocess.run(
        [installed / "saola-server", "help"], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "SAOLA_DATA": "/tmp", "SAOLA_MODE": "test"},
    ).stdout  # fmt: skip
    for name in ("serve", "backup", "restore", "verify", "account", "events", "journal", "watch"):
        assert f"    {name}\n" in told
    version = subprocess.run([installed / "saola", "--help"], capture_output=True, check=True)
    assert version.stdout
