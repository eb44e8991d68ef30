"""Killed in 200 places drawn at random, in the main job and in capture, on both databases: no half
state, and nothing that was acknowledged is lost."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from tools.with_postgres import BINARIES, cluster

HERE = Path(__file__).parent
SERVER = str(Path(sys.executable).with_name("saola-server"))
KILLS, LOOK_AT = 50, 10  # for each kind and database; kills between looks at everything
LONGEST = {"main": 1.5, "capture": 0.5}  # seconds: a whole life takes about 0.4


@contextmanager
def worker(kind: str, folder: Path, environment: dict[str, str]) -> Iterator[Any]:
    """Ask it by lines."""
    command = [sys.executable, str(HERE / "deeds.py"), kind, str(folder)]
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None

        def ask(line: str) -> str:
            running.stdin.write(f"{line}\n")
            running.stdin.flush()
            return str(running.stdout.readline()).strip()

        yield ask
        running.stdin.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_hundred_kills(engine: str, tmp_path: Path) -> None:
    if engine == "postgresql" and not (BINARIES / "postgres").exists():
        pytest.skip("chưa có gói postgresql-15")
    chance = random.Random(engine)
    with cluster() if engine == "postgresql" else nullcontext("") as url:
        environment = os.environ | {
            "SAOLA_MODE": "demo", "SAOLA_DATA": str(tmp_path), "SAOLA_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
        }  # fmt: skip
        subprocess.run([SERVER, "demo", "--prepare-only"], check=True, env=environment)
        subprocess.run([SERVER, "events", "token", "thử", "--capture"], check=True, env=environment)
        for kind, longest in LONGEST.items():
            with worker(kind, tmp_path, environment) as ask:
                for number in range(1, KILLS + 1):
                    assert ask(f"{chance.uniform(0.02, longest):.3f}") == "killed"
                    if number % LOOK_AT == 0:
                        assert ask("look") == "whole"
        told = [json.loads(line) for line in (tmp_path / "told").read_text().splitlines()]

    counts = {what: sum(one[0] == what for one in told) for what in {one[0] for one in told}}
    print(engine, counts)
    assert counts.get("fault", 0) == 0, [one for one in told if one[0] == "fault"][:5]
    assert counts["event"] > 100
    assert counts["dossier"] > 50
    assert counts["certified"] > 5
