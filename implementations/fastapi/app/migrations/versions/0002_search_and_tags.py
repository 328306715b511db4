"""Search and tags."""

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make bookmarks searchable and give them tags."""
    op.add_column(
        "bookmarks",
        sa.Column("folded", sa.String, nullable=False, server_default=""),
    )
    fill_folded(op.get_bind())
    op.create_table(
        "tags",
        sa.Column(
            "bookmark_id",
            NUMBER,
            sa.ForeignKey("bookmarks.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("name", WORD, primary_key=True),
    )
    op.create_index("ix_tags_name", "tags", ["name"])


def fill_folded(connection: sa.Connection) -> None:
    """Make the text of search for the bookmarks that are there."""
    columns = ("id", "title", "url", "notes", "folded")
    bookmarks = sa.table("bookmarks", *map(sa.column, columns))
    for id, *texts, _ in connection.execute(sa.select(bookmarks)).all():
        connection.execute(
            sa.update(bookmarks)
            .where(bookmarks.c.id == id)
            .values(folded=search_text(*texts))
        )


def search_text(*texts: str) -> str:
    """Make the text in which a bookmark is found, as it was at this step."""
    joined = "\x1f".join(text.replace("\x1f", " ") for text in texts)
    return normalize("NFC", joined.casefold())
