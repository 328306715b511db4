"""Users, their tokens, and bookmarks."""

import django.db.models.deletion
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import migrations, models

import app.models


class Migration(migrations.Migration):
    """Makes the tables `users`, `tokens` and `bookmarks`."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
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
                (
                    "username",
                    models.CharField(
                        max_length=30,
                        unique=True,
                        validators=[
                            RegexValidator(
                                "^[a-z0-9_]{3,30}\\Z",
                                "Use 3 to 30 characters: a–z, 0–9 and _.",
                            )
                        ],
                    ),
                ),
                ("password", models.CharField(max_length=150)),
                ("admin", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                ("expires_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "tokens"},
        ),
        migrations.CreateModel(
            name="Bookmark",
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
                ("url", models.TextField()),
                ("title", models.CharField(max_length=300)),
                ("notes", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookmarks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "bookmarks",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        app.models.URLKey("url"),
                        name="bookmarks_url",
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
