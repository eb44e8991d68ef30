"""The house keeps itself: no unused template, no text without English, rights as documented."""

import re
from pathlib import Path

import allauth
from django.core.management import call_command
from django.utils import timezone

from saola.server.accounts.permissions import Permission
from saola.server.dossiers.actions import advance
from saola.server.places.calendar import work_calendar
from tests.server.conftest import Office

SERVER = Path(__file__).parents[2] / "src/saola/server"


LIBRARY = Path(allauth.__file__).parent / "templates"


def test_every_template_is_used() -> None:
    code = "".join(f.read_text(encoding="utf-8") for f in SERVER.rglob("*.py"))
    pages = {f: f.read_text(encoding="utf-8") for f in (SERVER / "templates").rglob("*.html")}

    for file in pages:
        name = str(file.relative_to(SERVER / "templates"))
        others = "".join(text for other, text in pages.items() if other != file)
        asked = f'"{name}"' in code + others or (LIBRARY / name).exists()
        assert asked, name


def test_every_permission_is_asked_somewhere() -> None:
    code = "".join(f.read_text(encoding="utf-8") for f in SERVER.rglob("*.py"))
    table = (SERVER.parent / "lifecycle/dossier.py").read_text(encoding="utf-8")

    for permission in Permission:
        asked = re.search(rf"Permission\.{permission.name}\b", code) or f'"{permission}"' in table
        assert asked, permission


def test_every_text_has_its_english() -> None:
    text = (SERVER / "locale/en/LC_MESSAGES/django.po").read_text(encoding="utf-8")

    assert 'msgstr ""\n\n' not in text
    assert "#~" not in text


def test_no_script_or_style_stands_in_a_page() -> None:
    for file in (SERVER / "templates").rglob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert not re.search(
            r"<script(?![^>]*(?:src=|ld\+json))|<style|\sstyle=|\son[a-z]+=", page
        ), file


def test_a_holiday_moves_the_communes_deadline(office: Office) -> None:
    dossier = advance(office.dossier(), "file", by=office["producer"])
    plain = advance(dossier, "receive_commune", by=office["commune_officer"]).due_on
    assert plain is not None
    other = advance(office.dossier(), "file", by=office["producer"])

    call_command("holiday", plain.isoformat(), "ngày nghỉ", verbosity=0)
    moved = advance(other, "receive_commune", by=office["commune_officer"]).due_on

    assert plain in work_calendar(plain).off
    assert moved is not None
    assert moved > plain > timezone.localdate()
