"""Accounts and bookmarks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make users, tokens and bookmarks."""
    op.create_table(
        "users",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("username", sa.String, nullable=False, unique=True),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("admin", sa.Boolean, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String, primary_key=True),
        owner(),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_table(
        "bookmarks",
        sa.Column("id", NUMBER, primary_key=True),
        owner(),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("notes", sa.String, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    for name in ("created_at", "updated_at"):
        op.create_index(
            f"bookmarks_{name}", "bookmarks", ["user_id", name, "id"]
        )
    # PostgreSQL cannot index a text as long as a URL may be.
    sqlite = op.get_context().dialect.name == "sqlite"
    url = "url" if sqlite else sa.text("md5(url)")
    op.create_index(
        "bookmarks_url", "bookmarks", ["user_id", url], unique=True
    )


def owner() -> sa.Column:
    """Describe the column that names the account a row belongs to."""
    return sa.Column(
        "user_id",
        NUMBER,
        sa.ForeignKey("users.id", ondelete="CASCADE"),
        nullable=False,
    )
