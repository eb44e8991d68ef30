"""Numbers of notices are each province's own."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """The province of the dossier's place."""
    Notice = apps.get_model("recognition", "Notice")
    of = Notice.objects.filter(pk=OuterRef("pk")).values("dossier__place__province_code")
    Notice.objects.update(province_code=Subquery(of[:1]))


class Migration(migrations.Migration):
    dependencies = [("recognition", "0009_mark_newest")]

    operations = [
        migrations.RemoveConstraint(model_name="notice", name="notice_number_once"),
        migrations.AddField(
            model_name="notice",
            name="province_code",
            field=models.CharField(default="", max_length=2),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("province_code", "number_key", "year"), name="notice_number_once"
            ),
        ),
    ]
