"""Sessions and failed sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Remember browsers that signed in, and sign-ins that failed."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column(
            "user_id",
            NUMBER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("failed_at", INSTANT, nullable=False),
    )
    op.create_index(
        "failed_sign_ins_source",
        "failed_sign_ins",
        ["username", "address", "failed_at"],
    )
    op.create_index(
        "ix_failed_sign_ins_failed_at", "failed_sign_ins", ["failed_at"]
    )
