"""How people are reached lies sealed from now on."""

from django.db import migrations, models

from saola.server.sealed.field import SealedField, close_rows, reveal_rows


def seal(apps, schema_editor):
    for name in ("demand", "enquiry"):
        close_rows(apps.get_model("market", name), "contact")


def unseal(apps, schema_editor):
    for name in ("demand", "enquiry"):
        reveal_rows(apps.get_model("market", name), "contact")


class Migration(migrations.Migration):

    dependencies = [("market", "0002_demands_followed")]

    operations = [
        migrations.AlterField("demand", "contact", models.TextField(verbose_name="điện thoại hoặc thư điện tử")),
        migrations.AlterField("enquiry", "contact", models.TextField(verbose_name="điện thoại hoặc thư điện tử")),
        migrations.RunPython(seal, unseal),
        migrations.AlterField("demand", "contact", SealedField(verbose_name="điện thoại hoặc thư điện tử")),
        migrations.AlterField("enquiry", "contact", SealedField(verbose_name="điện thoại hoặc thư điện tử")),
    ]
