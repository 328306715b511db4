"""Sessions, and the sign-ins that failed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the tables `sessions` and `failed_sign_ins`."""

    dependencies = [("app", "0002_search_and_tags")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                (
                    "session_data",
                    models.TextField(verbose_name="session data"),
                ),
                (
                    "expire_date",
                    models.DateTimeField(
                        db_index=True, verbose_name="expire date"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        "app.User",
                        models.CASCADE,
                        null=True,
                        related_name="sessions",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("username", models.CharField(max_length=128)),
                ("address", models.CharField(max_length=64)),
                ("failed_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "failed_sign_ins",
                "indexes": [
                    models.Index(
                        fields=["username", "address", "failed_at"],
                        name="failed_sign_ins_source",
                    )
                ],
            },
        ),
    ]
