"""What the operator sees: checks of a production start, health, figures, the page."""

import io
import json
import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone

from saola.server.config.logs import Lines
from saola.server.health import facts as health
from saola.server.health.facts import Fact, facts
from saola.server.health.metrics import exposition
from tests.factories import DossierFactory, UserFactory
from tests.server.test_register import browser

pytestmark = pytest.mark.django_db


def by_name() -> dict[str, Fact]:
    return {fact.name: fact for fact in facts()}


class TestFacts:
    def test_a_quiet_house_asks_for_nothing(self, settings: Any, tmp_path: Path) -> None:
        settings.DATA = tmp_path
        assert not [fact.name for fact in facts() if fact.bad and fact.name != "disk_free_ratio"]

    def test_what_is_late_or_silent_is_told(self, settings: Any, tmp_path: Path) -> None:
        settings.DATA, settings.BACKUPS = tmp_path, str(tmp_path / "kept")
        DossierFactory(state="accepted", due_on=timezone.localdate() - timedelta(1))
        health.beat()
        old = timezone.now().timestamp() - 1000
        os.utime(tmp_path / health.BEAT, (old, old))
        told = by_name()
        assert told["dossiers_late"].value == 1
        assert told["tend_silent_seconds"].bad
        assert told["backup_age_seconds"].bad
        made = tmp_path / "kept" / f"{timezone.now():%Y%m%dT%H%M%SZ}"
        made.mkdir(parents=True)
        (made / "manifest.json").write_text("{}")
        assert not by_name()["backup_age_seconds"].bad

    def test_few_statements(self, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(10):
            facts()


class TestPages:
    def test_alive_and_ready(self) -> None:
        assert Client().get("/healthz").content == b"ok\n"
        assert Client().get("/readyz").json() == {"ready": True, "why": ""}

    def test_figures_are_for_who_has_the_token(self, settings: Any) -> None:
        assert Client().get("/metrics").status_code == 404
        settings.METRICS_TOKEN = "t" * 20
        for wrong in ("", "Bearer ", "Bearer t", "Basic dDp0", "Bearer é"):
            assert Client().get("/metrics", headers={"Authorization": wrong}).status_code == 404
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"})
        text = answer.content.decode()
        assert "saola_queue_oldest_seconds 0.0" in text
        assert "saola_dossiers_late" in text

    def test_requests_are_counted_by_part(self) -> None:
        from saola.server.config.wsgi import application

        def started(*_told: Any) -> None:
            """Nothing."""

        environ = {
            "REQUEST_METHOD": "GET", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(), "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1",
        }  # fmt: skip
        signals = (request_started, request_finished)
        for signal in signals:  # as Django's own client does: the test's connection stays open
            signal.disconnect(close_old_connections)
        try:
            for path in ("/healthz", "/can-bo/", "/epcis", "/01/00000000000000"):
                list(application({**environ, "PATH_INFO": path}, started))
        finally:
            for signal in signals:
                signal.connect(close_old_connections)
        text = exposition().decode()
        assert 'saola_requests_total{part="public",status="2xx"}' in text
        assert 'saola_requests_total{part="desk",status="3xx"}' in text
        assert 'part="epcis"' in text
        assert 'part="resolver"' in text

    def test_the_operators_page(self, settings: Any, tmp_path: Path) -> None:
        settings.DATA = tmp_path
        page = "/can-bo/may-chu/"
        admin = browser(UserFactory(role="administrator", role__scope="place:14"))
        assert "việc nền chờ lâu nhất" in admin.get(page).content.decode()
        agency = browser(UserFactory(role="ocop_agency", role__scope="place:14"))
        assert agency.get(page).status_code == 403


class TestChecks:
    def check(self, tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
        told = {
            "PATH": os.environ["PATH"], "SAOLA_MODE": "production", "SAOLA_DATA": str(tmp_path),
            "SAOLA_SECRET_KEY": "k" * 60, "SAOLA_SERIAL_KEY": "ab" * 32,
            "SAOLA_FIELD_KEYS": "ZmZm" * 10 + "ZmY=",
            "SAOLA_HOSTS": "ocop.example.vn", "SAOLA_BASE_URL": "https://ocop.example.vn",
        }  # fmt: skip
        command = [str(Path(sys.executable).with_name("saola-server")), "check", "--deploy"]
        return subprocess.run(
            command, env=told | changes, capture_output=True, text=True, check=False
        )

    def test_it_says_in_words_what_is_missing(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        said = self.check(tmp_path).stderr
        for words in ("Ai cũng vào được", "SQLite", "SAOLA_BACKUPS", "SAOLA_SMTP", "SAOLA_TRUST",
                      "SAOLA_SCANNER", "SAOLA_LABEL_URL"):  # fmt: skip
            assert words in said
        tmp_path.chmod(0o750)
        better = self.check(
            tmp_path, SAOLA_BACKUPS=str(tmp_path / "kept"), SAOLA_LABEL_URL="https://q.example.vn",
            SAOLA_SMTP="smtp://a:b@localhost:587?from=a@example.vn",
        ).stderr  # fmt: skip
        assert "Ai cũng vào được" not in better
        assert "cùng chỗ với dữ liệu" in better
        assert "SAOLA_SMTP" not in better

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SAOLA_SECRET_KEY", "short"), ("SAOLA_SECRET_KEY", ""), ("SAOLA_HOSTS", "*"),
            ("SAOLA_BASE_URL", "http://ocop.example.vn"), ("SAOLA_SERIAL_KEY", "xyz"),
            ("SAOLA_MODE", "prod"), ("SAOLA_FIELD_KEYS", "short"),
            ("SAOLA_OIDC", "http://a:b@vneid.example.vn"), ("SAOLA_OIDC", "https://vneid.example.vn"),
            ("SAOLA_DATABASE_URL", "mysql://x"),
        ],
    )  # fmt: skip
    def test_what_must_not_be_does_not_start(self, tmp_path: Path, name: str, value: str) -> None:
        done = self.check(tmp_path, **{name: value})
        assert done.returncode != 0
        assert name in done.stderr


class TestLogs:
    def line(self, message: str, *, fault: bool = False) -> dict[str, str]:
        told: Any = None
        if fault:
            try:
                raise ValueError("hỏng /viec/0b7d6a3e-6f0e-4f6e-9c1c-1f2d3c4b5a69/")
            except ValueError:
                told = sys.exc_info()
        record = logging.LogRecord("saola", 40, "x", 1, message, (), told)
        found: dict[str, str] = json.loads(Lines().format(record))
        return found

    def test_one_object_a_line_without_secrets(self) -> None:
        secret = "0b7d6a3e-6f0e-4f6e-9c1c-1f2d3c4b5a69"
        for message in (
            f"Bad Request: /viec/{secret}/", "Not Found: /thoi-nhan/12:AbCdEfGhIjKlMnOpQrStUvWxYz0123/",
            "Not Found: /so-dang-ky/?tim=Lò+Thị+Hoa", "xuống\ndòng",
        ):  # fmt: skip
            told = self.line(message)
            text = json.dumps(told)
            assert secret not in text
            assert "AbCdEf" not in text
            assert "Hoa" not in text
            assert told["level"] == "ERROR"
        assert secret not in self.line("x", fault=True)["fault"]
        assert "ValueError" in self.line("x", fault=True)["fault"]
        assert self.line("Not Found: /san-pham/12/")["message"] == "Not Found: /san-pham/12/"


class TestAway:
    """What people see while the database is away or the disk full."""

    def told(self, rf: Any, path: str, data: dict[str, str], fault: Exception) -> tuple[int, str]:
        from saola.server.web.common.errors import broken

        try:
            raise fault
        except Exception:
            answer = broken(rf.post(path, data))
        assert answer["Cache-Control"] == "no-store"
        return answer.status_code, answer.content.decode()

    def test_words_typed_are_kept_and_secrets_are_not(self, rf: Any) -> None:
        from django.db import OperationalError

        away = OperationalError("server closed the connection")
        status, text = self.told(rf, "/chu-the/", {"name": "Chè <Shan>"}, away)
        assert (status, 'value="Chè &lt;Shan&gt;"' in text) == (503, True)
        for path, data in (("/dang-nhap/", {"username": "a", "password": "matkhau"}),
                           ("/khoa/ma/", {"code": "123456"})):  # fmt: skip
            status, text = self.told(rf, path, data, away)
            assert status == 503
            assert "matkhau" not in text
            assert "123456" not in text
        full = OperationalError("database or disk is full")
        assert self.told(rf, "/x/", {"a": "b"}, full)[0] == 507

    def test_addresses_of_databases(self, monkeypatch: Any) -> None:
        from saola.server.config import environment

        for url, host, port in (
            ("postgresql://u:p%40ss@db.vn:5433/n", "db.vn", "5433"), ("postgresql://u@[::1]/n", "::1", ""),
            ("postgresql://u@a:1,b:2,c:3/n?sslmode=verify-full", "a,b,c", "1,2,3"), ("postgresql:///n", "", ""),
        ):  # fmt: skip
            monkeypatch.setenv("SAOLA_DATABASE_URL", url)
            found = environment.database()
            assert (found["HOST"], found["PORT"]) == (host, port)
        monkeypatch.setenv("SAOLA_DATABASE_URL", "postgresql://u@a:1,b:2/n?sslmode=verify-full")
        assert environment.database()["OPTIONS"]["sslmode"] == "verify-full"
        monkeypatch.setenv("SAOLA_READ_REPLICAS", "1")
        both = environment.databases()
        assert both["replica"]["OPTIONS"]["target_session_attrs"] == "prefer-standby"
        assert both["default"]["OPTIONS"]["target_session_attrs"] == "read-write"
