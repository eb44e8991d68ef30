"""A backup of 20,000 products and 10⁶ events, and everything back from it into an empty folder and a new
database, verified."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.with_postgres import BINARIES, cluster

EVENTS, FILES = 1_000_000, 2_000
SERVER = str(Path(sys.executable).with_name("saola-server"))
FILL = """
import django; django.setup()
import os
from bench.events import COUNT, _job, document, made_up
from bench.register import seeded
from saola.server.events import jobs
from saola.server.events.tokens import make_token
from saola.server.files.store import keep
seeded()
access, _secret = make_token("đo", 14, may_capture=True)
for first in range(0, {events}, COUNT):
    job = _job(document(made_up(10**7 + first, COUNT)), access)
    jobs.run(job.pk)
for number in range({files}):
    keep(os.urandom(200_000), f"do-{{number}}.pdf", "application/pdf", pages=1)
"""


def main() -> None:
    """Print the rows of docs/performance.md."""
    root = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as place, cluster() as url:
        base, folder = url.rpartition("/")[0], Path(place)
        told = os.environ | {
            "SAOLA_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        }
        sides = {}
        for name in ("old", "new"):
            subprocess.run([BINARIES / "psql", url, "-qc", f"CREATE DATABASE {name}"], check=True)
            (folder / name).mkdir()
            sides[name] = told | {
                "SAOLA_DATA": str(folder / name),
                "SAOLA_DATABASE_URL": f"{base}/{name}",
            }

        def run(side: str, *words: str) -> float:
            began = time.monotonic()
            subprocess.run(
                [SERVER, *words], env=sides[side], cwd=root, check=True, stdout=subprocess.DEVNULL
            )
            return time.monotonic() - began

        run("old", "migrate", "--verbosity", "0")
        run("old", "events", "months")
        code = FILL.format(events=EVENTS, files=FILES)
        subprocess.run([sys.executable, "-c", code], env=sides["old"], cwd=root, check=True)
        for key in ("secret-key", "serial-key", "field-keys"):
            (folder / "new" / key).write_text((folder / "old" / key).read_text())
        kept = run("old", "backup", str(folder / "kept"))
        size = sum(f.stat().st_size for f in (folder / "kept").rglob("*") if f.is_file()) / 1e6
        whole = next(p for p in (folder / "kept").iterdir() if (p / "manifest.json").exists())
        back = run("new", "restore", str(whole))
        print("\n| backup and back | measured | goal |\n|---|---|---|")
        print(
            f"| backup of 20,000 products, {EVENTS:,} events, {FILES:,} files, {size:,.0f} MB | {kept:.0f} s | – |"
        )
        print(
            f"| restored into an empty folder and a new database, every hash and chain verified | {back:.0f} s | ≤ 600 s |"
        )


if __name__ == "__main__":
    main()
