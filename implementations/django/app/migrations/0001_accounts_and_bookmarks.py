"""Accounts, their tokens, and bookmarks."""

from django.db import migrations, models
from django.utils.timezone import now

from app.models import URLKey

ID = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)


class Migration(migrations.Migration):
    """Makes the tables `users`, `tokens` and `bookmarks`."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", ID.clone()),
                ("username", models.CharField(max_length=30, unique=True)),
                ("password", models.CharField(max_length=150)),
                ("admin", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=now)),
            ],
            options={"db_table": "users"},
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "digest",
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        "app.User", models.CASCADE, related_name="tokens"
                    ),
                ),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "tokens"},
        ),
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                ("id", ID.clone()),
                (
                    "user",
                    models.ForeignKey(
                        "app.User",
                        models.CASCADE,
                        related_name="bookmarks",
                        db_index=False,
                    ),
                ),
                ("url", models.TextField()),
                ("title", models.TextField()),
                ("notes", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "bookmarks",
                "constraints": [
                    models.UniqueConstraint(
                        "user", URLKey("url"), name="bookmarks_url"
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["user", "created_at", "id"],
                        name="bookmarks_created",
                    ),
                    models.Index(
                        fields=["user", "updated_at", "id"],
                        name="bookmarks_updated",
                    ),
                ],
            },
        ),
    ]
