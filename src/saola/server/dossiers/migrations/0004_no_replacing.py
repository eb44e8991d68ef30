"""Filed versions and steps can be neither replaced (SQLite) nor cut off at once (PostgreSQL)."""

from django.db import migrations

from saola.server.journal.triggers import allow, refuse, refuse_replacing

TABLES, TEXT = ("filedversion", "steplog"), "filed versions and steps are final"


def steps(name):
    table, replace, truncate = f"dossiers_{name}", f"{name}_no_replace", f"{name}_no_truncate"
    return [
        migrations.RunPython(refuse_replacing(table, "id", replace, TEXT), allow(table, replace)),
        migrations.RunPython(refuse(table, "TRUNCATE", truncate, TEXT), allow(table, truncate)),
    ]


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_rounds_and_samples"), ("journal", "0003_no_replacing")]
    operations = [step for name in TABLES for step in steps(name)]
