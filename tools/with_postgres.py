"""Runs a command with a PostgreSQL cluster of its own: `python tools/with_postgres.py -- COMMAND`.

The cluster lives in a temporary folder on a free port below 32768 and ends with the command.
Without the server's programs the command is not run, one line says so, and the exit code is 0.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    """A port below 32768, where the kernel takes no outgoing ones."""
    for port in range(20_000 + os.getpid() % 5000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


def _as_postgres() -> dict[str, object]:
    """The server refuses to run as root: then it runs as the package's own account."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Server:
    """One cluster in a folder of its own; it can be ended at once and begun again."""

    def __init__(self, folder: Path, settings: tuple[str, ...]) -> None:
        self.folder, self.port, self._who = folder, free_port(), _as_postgres()
        self.address = f"postgresql://saola@127.0.0.1:{self.port}/postgres"
        self._settings = [part for setting in settings for part in ("-c", setting)]
        options = ["-A", "trust", "-U", "saola", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        command = [str(BINARIES / "initdb"), "-D", str(folder / "data"), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._who)  # type: ignore[call-overload]

    def start(self) -> None:
        """Until it answers."""
        start = [str(BINARIES / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        start += ["-k", str(self.folder), "-h", "127.0.0.1", *self._settings]
        with (self.folder / "log").open("ab") as log:
            self._running = subprocess.Popen(start, stdout=log, stderr=log, **self._who)  # type: ignore[call-overload]
        _wait(self.port)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every session in order, SIGQUIT at once as a power cut would."""
        self._running.send_signal(number)
        self._running.wait(30)


@contextmanager
def server(*settings: str) -> Iterator[Server]:
    """A fresh cluster that was started."""
    folder = Path(tempfile.mkdtemp(prefix="saola-pg-"))
    if _as_postgres():
        shutil.chown(folder, "postgres", "postgres")
    made = Server(folder, settings)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """The address of a fresh cluster's database."""
    with server(*settings) as made:
        yield made.address


def _wait(port: int) -> None:
    check = [str(BINARIES / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    for _ in range(300):
        if subprocess.run(check, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")


def main(command: list[str]) -> int:
    """Run it; the exit code is the command's."""
    if not (BINARIES / "postgres").exists():
        print("Bỏ qua: chưa có postgresql-15, nên không thử trên PostgreSQL.")
        return 0
    with cluster("fsync=off", "synchronous_commit=off", "full_page_writes=off") as address:
        environment = os.environ | {"SAOLA_DATABASE_URL": address}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
