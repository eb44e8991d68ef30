"""How people are reached lies sealed from now on."""

from django.db import migrations, models

from saola.server.sealed.field import SealedField, close_rows, reveal_rows


def seal(apps, schema_editor):
    for name in ("signup", "question"):
        close_rows(apps.get_model("outreach", name), "contact")


def unseal(apps, schema_editor):
    for name in ("signup", "question"):
        reveal_rows(apps.get_model("outreach", name), "contact")


class Migration(migrations.Migration):

    dependencies = [("outreach", "0002_seats_by_name")]

    operations = [
        migrations.AlterField("signup", "contact", models.TextField(verbose_name="điện thoại", blank=True)),
        migrations.AlterField("question", "contact", models.TextField(verbose_name="điện thoại hoặc thư điện tử", blank=True)),
        migrations.RunPython(seal, unseal),
        migrations.AlterField("signup", "contact", SealedField(verbose_name="điện thoại", blank=True)),
        migrations.AlterField("question", "contact", SealedField(verbose_name="điện thoại hoặc thư điện tử", blank=True)),
    ]
