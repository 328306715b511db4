"""The text in which bookmarks are searched, and their tags."""

from unicodedata import normalize

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill_folded(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the bookmarks that are there as good as new ones."""
    bookmarks = apps.get_model("app", "Bookmark").objects
    for bookmark in bookmarks.iterator():
        texts = bookmark.title, bookmark.url, bookmark.notes
        folded = "\x1f".join(map(fold, texts))
        bookmarks.filter(id=bookmark.id).update(folded=folded)


def fold(text: str) -> str:
    """Fold a text in which bookmarks are found, as at this step."""
    return normalize("NFC", text.casefold()).replace("\x1f", " ")


class Migration(migrations.Migration):
    """Adds and fills `folded`, and makes the table `tags`."""

    dependencies = [("app", "0001_accounts_and_bookmarks")]

    operations = [
        # In SQLite, AddField copies the table, and the copy forgets which ids
        # the bookmarks had that are gone.
        migrations.RunSQL(
            "ALTER TABLE bookmarks ADD COLUMN folded text NOT NULL DEFAULT ''",
            state_operations=[
                migrations.AddField(
                    model_name="bookmark",
                    name="folded",
                    field=models.TextField(),
                )
            ],
        ),
        migrations.RunPython(fill_folded),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bookmark_id",
                        "name",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                (
                    "bookmark",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="app.bookmark",
                    ),
                ),
            ],
            options={"db_table": "tags"},
        ),
    ]
