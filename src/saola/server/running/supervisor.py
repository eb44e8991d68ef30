"""Starts the web server, the task worker and what tends to subscribers and scans; begins the last
two anew where they end, as when the database is away, and ends all when the web server ends."""

import atexit
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from saola.server.events.intake import resume
from saola.server.health import workers
from saola.server.targets import scenarios

DAY, FIRST_WATCH = 24 * 3600, 60  # seconds
PAUSE, LONGEST_PAUSE, STEADY = 1.0, 30.0, 60.0  # between starts; after which it counts as well
WORKERS = int(os.environ.get("SAOLA_WORKERS", "2"))


def prepare(say: Callable[[str], object]) -> None:
    """Bring the tables up to date, lay out static files when they changed, and set captures that
    were cut off on their way again: nothing is running yet."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("events", "months")
    resume()
    scenarios.resume()
    lay_static(say)


def lay_static(say: Callable[[str], object]) -> None:
    """Static files under their hashed names, where they changed."""
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
    """Run until a signal or until the web server ends; the others are ended too."""
    _look_free(host, port)
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host]
    web += ["--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "1"]
    web += [
        "--respawn-failed-workers",
        "--log-level",
        "warning",
        "--no-ws",
        "saola.server.config.wsgi:application",
    ]
    manage = [sys.executable, "-m", "saola.server.manage"]
    worker = [*manage, "db_worker", "--interval", "1", "--worker-id"]
    _count_together()
    serving = _started(web)
    working = Kept(worker, named=True)
    behind = [working, Kept([*manage, "tend"])]
    if settings.FRONT_TOKEN:
        behind.append(Kept([*manage, "publish", "--keep"]))
    _stand_by(serving, working, behind)


def _stand_by(serving: subprocess.Popen[bytes], working: "Kept", behind: list["Kept"]) -> None:
    """Look after all of them until a signal, or until the web server ends."""
    watching: subprocess.Popen[bytes] | None = None
    asked, watch_at, beat_at, told = False, time.monotonic() + FIRST_WATCH, 0.0, ""

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not asked and serving.poll() is None:
        time.sleep(0.2)
        for one in behind:
            one.look()
        if working.name != told:  # a new one shows its life at once
            told, beat_at = working.name, 0.0
        if time.monotonic() >= beat_at and working.process.poll() is None:
            _beat(working.name)
            beat_at = time.monotonic() + workers.BEATS
        if time.monotonic() >= watch_at:
            watching = _watch()
            watch_at += DAY
        if watching is not None and watching.poll() is not None:
            watching = None
    _end([serving, *(one.process for one in behind), *([watching] if watching else [])])
    if not asked:
        raise CommandError("Phần web đã dừng; đã tắt việc nền và gửi tin.")


def _look_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Cổng {port} đang bận. Hãy chọn cổng khác: --port 8001") from error


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own: a Ctrl-C reaches only this process, which then ends all in order."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own words


class Kept:
    """A process that is begun anew when it ends, after a pause that grows while it ends early."""

    def __init__(self, command: list[str], *, named: bool = False) -> None:
        self.command, self.named, self.pause = command, named, PAUSE
        self._begin()

    def _begin(self) -> None:
        self.name = f"{socket.gethostname()[:40]}-{uuid.uuid4().hex[:12]}"  # another each time
        command = [*self.command, self.name] if self.named else self.command
        self.process, self.began, self.again = _started(command), time.monotonic(), 0.0

    def look(self) -> None:
        """Begin it anew where it ended and the pause is over."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.again:
            steady = now - self.began > STEADY
            self.pause = PAUSE if steady else min(2 * self.pause, LONGEST_PAUSE)
            self.again = now + self.pause
        elif now >= self.again:
            self._begin()


def _beat(worker: str) -> None:
    """The worker lives, as far as the database can be told."""
    try:
        close_old_connections()
        workers.alive(worker)
    except (OperationalError, InterfaceError):
        connection.close()


def _count_together() -> None:
    """The web processes of this start count their requests in one folder, in memory where there
    is one: what is mapped from a full disk would end them."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own within
    where = memory if os.access(memory, os.W_OK) else None
    counts = tempfile.mkdtemp(prefix="saola-counts-", dir=where)
    atexit.register(shutil.rmtree, counts, ignore_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts


def _watch() -> subprocess.Popen[bytes]:
    """Once a day: renewals that are due, messages that wait, the seal. It ends by itself."""
    return _started([sys.executable, "-m", "saola.server.manage", "watch"])


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
