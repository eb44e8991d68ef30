from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('targets', '0003_work'),
    ]

    operations = [
        migrations.AlterField(
            model_name='planitem',
            name='planned',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RemoveField(
            model_name='planitem',
            name='planned',
        ),
        migrations.RemoveField(
            model_name='planitem',
            name='spent',
        ),
        migrations.RenameField(
            model_name='planitem',
            old_name='by_year',
            new_name='planned',
        ),
    ]
