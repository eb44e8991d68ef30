"""docs/operate.md as it stands, from an empty folder and a new cluster to a running province: its
blocks are read from the page and run one after the other."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools.with_postgres import BINARIES, cluster, free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BINARIES / "postgres").exists(), reason="no postgresql-15"),
]
ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs/operate.md"


def blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def asked(url: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, ""
    except OSError:
        return 0, ""


def test_the_page_leads_to_a_running_province(tmp_path: Path) -> None:
    told = blocks()
    assert len(told) == 5
    data, backups = tmp_path / "data", tmp_path / "backups"
    data.mkdir(mode=0o750)
    backups.mkdir(mode=0o700)
    with cluster("fsync=on") as owner:
        port = free_port() + 7
        server = owner.removeprefix("postgresql://saola@").rpartition("/")[0]
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{BINARIES}:{os.environ['PATH']}",
            "OWNER": owner.replace("saola@", "postgres@"), "PASSWORD": "thu", "PORT": str(port),
            "SAOLA_MODE": "production", "SAOLA_DATA": str(data), "SAOLA_BACKUPS": str(backups),
            "SAOLA_HOSTS": "127.0.0.1", "SAOLA_BASE_URL": "https://ocop.example.vn",
            "SAOLA_LABEL_URL": "https://qr.example.vn",
            "SAOLA_DATABASE_URL": f"postgresql://saola:thu@{server}/saola",
        }  # fmt: skip
        # the account that made this cluster is called saola: the province's is a new one beside it
        subprocess.run(
            [BINARIES / "psql", owner, "-qc", "CREATE ROLE postgres SUPERUSER LOGIN"], check=True
        )
        environment = {
            name: value.replace("postgresql://saola:", "postgresql://tinh:")
            for name, value in environment.items()
        }
        script = tmp_path / "walk.sh"
        text = "\n".join(told)
        text = text.replace("ROLE saola", "ROLE tinh").replace("OWNER saola", "OWNER tinh")
        # at a terminal each account asks for its password; here it comes by its input
        text = text.replace(
            "saola-server account", "echo 'Mật khẩu đủ dài 2026' | saola-server account"
        )
        script.write_text(f"set -aeu\n{text}", encoding="utf-8")
        log = (tmp_path / "log").open("w")
        running = subprocess.Popen(
            ["bash", str(script)], env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                if running.poll() is not None or asked(f"{address}/healthz")[0] == 200:
                    break
                time.sleep(0.2)
            said = (tmp_path / "log").read_text()
            assert running.poll() is None, said
            assert json.loads(asked(f"{address}/readyz")[1])["ready"] is True
            assert "Xã Tà Xùa" in asked(f"{address}/so-dang-ky/")[1]
            assert asked(f"{address}/dang-nhap/")[0] == 200
            assert "ERRORS" not in said
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGTERM)
            running.wait(30)
            log.close()
