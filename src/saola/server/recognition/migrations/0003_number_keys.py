"""Numbers of decisions and notices are compared folded: "10/QĐ" and "10/qđ" are one."""

from django.db import migrations, models

from saola.vietnamese.folding import fold


def fill(apps, schema_editor):
    for name in ("Decision", "Notice"):
        for row in apps.get_model("recognition", name).objects.all():
            row.number_key = fold(row.number).replace(" ", "")
            row.save(update_fields=["number_key"])


class Migration(migrations.Migration):
    dependencies = [("recognition", "0002_notices_by_occasion")]
    operations = [
        migrations.RemoveConstraint(model_name="decision", name="decision_number_once"),
        migrations.RemoveConstraint(model_name="notice", name="notice_number_once"),
        *(
            migrations.AddField(
                model_name=name,
                name="number_key",
                field=models.CharField(default="", max_length=60),
                preserve_default=False,
            )
            for name in ("decision", "notice")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("authority", "number_key", "year"), name="decision_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("number_key", "year"), name="notice_number_once"
            ),
        ),
    ]
