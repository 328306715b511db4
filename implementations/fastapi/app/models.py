"""The tables, as classes."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
)


class Instant(TypeDecorator[datetime]):
    """Keep time in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Put the zone back that SQLite has dropped."""
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=UTC)


# Only a column that says INTEGER numbers its rows by itself in SQLite.
Number = BigInteger().with_variant(Integer, "sqlite")
# In the order of code points, which is the only one that SQLite has.
Word = String().with_variant(String(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """What all tables have in common."""

    type_annotation_map = {int: Number, datetime: Instant}


class User(Base):
    """A user."""

    __tablename__ = "users"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Token(Base):
    """A bearer token, of which only the digest is stored."""

    __tablename__ = "tokens"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class BrowserSession(Base):
    """A browser that has signed in, by the digest of its session's id."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime]


class FailedSignIn(Base):
    """A sign-in that failed; the username need not exist."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (
        Index("failed_sign_ins_source", "username", "address", "failed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    address: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(index=True)


class Tag(Base):
    """One tag of one bookmark."""

    __tablename__ = "tags"

    bookmark_id: Mapped[int] = mapped_column(
        ForeignKey("bookmarks.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(Word, primary_key=True, index=True)


class Bookmark(Base):
    """A bookmark."""

    __tablename__ = "bookmarks"
    __table_args__ = (
        Index("bookmarks_created_at", "user_id", "created_at", "id"),
        Index("bookmarks_updated_at", "user_id", "updated_at", "id"),
        Index("bookmarks_url", "user_id", "url", unique=True).ddl_if(
            dialect="sqlite"
        ),
        # PostgreSQL cannot index a text as long as a URL may be.
        Index(
            "bookmarks_url", "user_id", text("md5(url)"), unique=True
        ).ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE")
    )
    url: Mapped[str]
    title: Mapped[str]
    notes: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    folded: Mapped[str]

    tag_rows: Mapped[set[Tag]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )
    tags: AssociationProxy[set[str]] = association_proxy(
        "tag_rows", "name", creator=lambda name: Tag(name=name)
    )
