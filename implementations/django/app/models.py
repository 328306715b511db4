"""The tables, as classes."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import MD5
from django.db.models.sql.compiler import SQLCompiler
from django.utils.timezone import now


class URLKey(MD5):
    """A URL in an index: PostgreSQL takes none as long as a URL may be."""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        """Leave the URL as it is, for SQLite has no such limit."""
        return compiler.compile(self.source_expressions[0])


class User(AbstractBaseUser):
    """An account."""

    username = models.CharField(max_length=30, unique=True)
    password = models.CharField(max_length=150)  # N=2**17 takes more than 128
    admin = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    last_login = None

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    @property
    def is_staff(self) -> bool:
        """Let administrators into Django's admin, and nobody else."""
        return self.admin

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Allow administrators whatever the admin offers."""
        return self.admin

    def has_module_perms(self, app_label: str) -> bool:
        """Show administrators whatever the admin offers."""
        return self.admin

    class Meta:
        db_table = "users"


class Token(models.Model):
    """A sign-in, by the digest of its token."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "tokens"


class Bookmark(models.Model):
    """A bookmark of an account."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="bookmarks", db_index=False
    )
    url = models.TextField()
    title = models.TextField()
    notes = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    folded = models.TextField()

    class Meta:
        db_table = "bookmarks"
        constraints = [
            models.UniqueConstraint(
                "user", URLKey("url"), name="bookmarks_url"
            )
        ]
        indexes = [
            models.Index(
                fields=["user", "created_at", "id"], name="bookmarks_created"
            ),
            models.Index(
                fields=["user", "updated_at", "id"], name="bookmarks_updated"
            ),
        ]


class Tag(models.Model):
    """One tag of one bookmark."""

    pk = models.CompositePrimaryKey("bookmark_id", "name")
    bookmark = models.ForeignKey(
        Bookmark, models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=50, db_index=True)

    class Meta:
        db_table = "tags"


class Session(AbstractBaseSession):
    """A session, which ends with its account."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="sessions", null=True
    )

    @classmethod
    def get_session_store_class(cls) -> type:
        """Name what reads and writes the rows."""
        from app.sessions import SessionStore

        return SessionStore

    class Meta(AbstractBaseSession.Meta):
        db_table = "sessions"


class FailedSignIn(models.Model):
    """A sign-in that failed; the name need not be an account's."""

    username = models.CharField(max_length=128)
    address = models.CharField(max_length=64)
    failed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Name it, for the admin."""
        return f"{self.username} from {self.address}"

    class Meta:
        db_table = "failed_sign_ins"
        indexes = [
            models.Index(
                fields=["username", "address", "failed_at"],
                name="failed_sign_ins_source",
            )
        ]
