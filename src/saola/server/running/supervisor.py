"""Starts the web server, the task worker and what tends to subscribers and scans, and ends
all when one ends."""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from saola.server.events.intake import resume
from saola.server.targets import scenarios

DAY, FIRST_WATCH = 24 * 3600, 60  # seconds
WORKERS = int(os.environ.get("SAOLA_WORKERS", "2"))


def prepare(say: Callable[[str], object]) -> None:
    """Bring the tables up to date, lay out static files when they changed, and set captures that
    were cut off on their way again: nothing is running yet."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("events", "months")
    resume()
    scenarios.resume()
    source, stamp = _static_state(), Path(settings.STATIC_ROOT) / ".state"
    if not stamp.exists() or stamp.read_text() != source:
        say("… tệp giao diện")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(source)


def _static_state() -> str:
    """A digest of names, sizes and times of the static files."""
    digest = hashlib.sha256()
    for folder in settings.STATICFILES_DIRS:
        for file in sorted(Path(folder).rglob("*")):
            facts = file.stat()
            digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()


def serve(host: str, port: int) -> None:
    """Run until a signal or until one of the three ends; the others are ended too."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Cổng {port} đang bận. Hãy chọn cổng khác: --port 8001") from error
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host]
    web += ["--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "1"]
    web += ["--log-level", "warning", "--no-ws", "saola.server.config.wsgi:application"]
    worker = [sys.executable, "-m", "saola.server.manage", "db_worker", "--interval", "1"]
    tending = [sys.executable, "-m", "saola.server.manage", "tend"]
    _count_together()
    # sessions of their own: a Ctrl-C reaches only this process, which then ends both in order
    running = [
        subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own words
        for command in (web, worker, tending)
    ]
    watching: subprocess.Popen[bytes] | None = None
    asked, watch_at = False, time.monotonic() + FIRST_WATCH

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not asked and all(process.poll() is None for process in running):
        time.sleep(0.2)
        if time.monotonic() >= watch_at:
            watching = _watch()
            watch_at += DAY
        if watching is not None and watching.poll() is not None:
            watching = None
    _end([*running, watching] if watching else running)
    if not asked:
        raise CommandError(
            "Một trong ba phần (web, việc nền, gửi tin) đã dừng; đã tắt phần còn lại."
        )


def _count_together() -> None:
    """The web processes of this start count their requests in one folder."""
    counts = Path(settings.DATA) / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)


def _watch() -> subprocess.Popen[bytes]:
    """Once a day: renewals that are due, messages that wait, the seal. It ends by itself."""
    command = [sys.executable, "-m", "saola.server.manage", "watch"]
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own words


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask each process group to end, wait, and make sure that none of it is left."""
    for process in running:
        _signal(process, signal.SIGTERM)
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group; one that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
