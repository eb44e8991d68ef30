"""What lies in deploy/ is read by the programs it is for; no secret lies in the tree or its history;
nothing that ships has a licence that asks for more."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
LEAST_EXPOSED = 20  # systemd's own measure, in tenths: "OK" ends at 4.0
FORBIDDEN = "GPL;AGPL;UNKNOWN;Proprietary"
# LGPL: used as a library; qrcode is BSD and names an older notice of its own
KNOWN = ("psycopg", "psycopg-binary", "qrcode")


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def test_the_image_and_its_neighbours() -> None:
    run(BIN / "hadolint", DEPLOY / "Dockerfile")
    run(
        BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"
    )


def test_the_linter_does_find_faults(tmp_path: Path) -> None:
    bad = tmp_path / "Dockerfile"
    bad.write_text((DEPLOY / "Dockerfile").read_text().replace("USER 800:800", "USER root"))
    done = subprocess.run([BIN / "hadolint", bad], capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.skipif(shutil.which("nginx") is None, reason="chưa có gói nginx")
def test_the_site_of_nginx(tmp_path: Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
        "-keyout", tmp_path / "saola.key", "-out", tmp_path / "saola.pem")  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text()
    site = site.replace("/etc/ssl/certs", str(tmp_path)).replace("/etc/ssl/private", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    places = "".join(
        f"{kind}_temp_path {tmp_path};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {tmp_path}/pid;error_log stderr;events {{}}"
    whole += f"http {{ access_log off;{places}include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    run("nginx", "-t", "-q", "-p", tmp_path, "-c", tmp_path / "nginx.conf")
    run(BIN / "gixy", DEPLOY / "nginx.conf")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="chưa có gói systemd")
def test_the_units(tmp_path: Path) -> None:
    units = [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]
    copies = []
    for unit in units:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace("/opt/saola/bin/saola-server", "/bin/true"))
        copies.append(copy)
    run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *copies)
    for copy in copies:
        if copy.suffix == ".service":
            run("systemd-analyze", "security", "--offline=true", "--no-pager",
                f"--threshold={LEAST_EXPOSED}", copy)  # fmt: skip


def test_every_setting_of_the_example_is_read() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    names = re.findall(r"^(SAOLA_\w+)=", (DEPLOY / "saola.env").read_text(), re.MULTILINE)
    assert names
    for name in names:
        assert name in code or name.removeprefix("SAOLA_") in code, name


def test_a_secret_is_found(tmp_path: Path) -> None:
    """The scan itself runs with `make check`; here, that it can fail."""
    run("git", "init", "-q", tmp_path)
    scan = ["sh", str(ROOT / "tools/secrets.sh")]
    assert subprocess.run(scan, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "saola.env").write_text(f"SAOLA_SECRET_KEY={'k' * 50}\n")
    assert subprocess.run(scan, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_licences_of_all_that_ships(tmp_path: Path) -> None:
    run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, tmp_path / "env")
    python = tmp_path / "env/bin/python"
    run(BIN / "uv", "pip", "install", "--quiet", "--python", python, "--require-hashes",
        "-r", ROOT / "requirements/run.txt", env=os.environ)  # fmt: skip
    run(BIN / "pip-licenses", "--python", python, "--from=mixed", "--partial-match",
        f"--fail-on={FORBIDDEN}", "--ignore-packages", *KNOWN)  # fmt: skip
