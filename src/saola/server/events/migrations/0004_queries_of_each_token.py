"""Names of queries are each token's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0003_seal_subscription")]

    operations = [
        migrations.AlterField(
            model_name="namedquery", name="name", field=models.CharField(max_length=100)
        ),
        migrations.AddConstraint(
            model_name="namedquery",
            constraint=models.UniqueConstraint(
                fields=("access", "name"), name="query_name_once_for_each"
            ),
        ),
    ]
