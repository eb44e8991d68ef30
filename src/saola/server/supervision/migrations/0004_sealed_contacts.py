"""How people are reached lies sealed from now on."""

from django.db import migrations, models

from saola.server.sealed.field import SealedField, close_rows, reveal_rows


def seal(apps, schema_editor):
    for name in ("grievance",):
        close_rows(apps.get_model("supervision", name), "contact")


def unseal(apps, schema_editor):
    for name in ("grievance",):
        reveal_rows(apps.get_model("supervision", name), "contact")


class Migration(migrations.Migration):

    dependencies = [("supervision", "0003_marks")]

    operations = [
        migrations.AlterField("grievance", "contact", models.TextField(verbose_name="cách liên lạc", blank=True)),
        migrations.RunPython(seal, unseal),
        migrations.AlterField("grievance", "contact", SealedField(verbose_name="cách liên lạc", blank=True)),
    ]
