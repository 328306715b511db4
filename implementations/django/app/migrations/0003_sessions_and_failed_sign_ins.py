"""Sessions, which Django's own application keeps, and failed sign-ins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the tables `django_session` and `failed_sign_ins`."""

    # With this step the tables of Django's own applications are complete.
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("app", "0002_search_and_tags"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]

    operations = [
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
                (
                    "failed_at",
                    models.DateTimeField(auto_now_add=True, db_index=True),
                ),
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
