"""The tables, as classes."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import MD5
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from app.search import BookmarkQuerySet, search_text

validate_username = RegexValidator(
    r"^[a-z0-9_]{3,30}\Z", "Use 3 to 30 characters: a–z, 0–9 and _."
)


class UserManager(BaseUserManager):
    """Creates users."""

    def create_user(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create a user."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, password: str | None = None
    ) -> "User":
        """Create an administrator."""
        return self.create_user(username, password, admin=True)


class User(AbstractBaseUser):
    """A user."""

    username = models.CharField(
        max_length=30, unique=True, validators=[validate_username]
    )
    # With N=2**17 a hash has 129 characters, one more than Django expects.
    password = models.CharField(max_length=150)
    admin = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        db_table = "users"

    def check_password(self, raw_password: str) -> bool:
        """Check a password, and hash it again if its cost is out of date."""

        def hash_again(raw_password: str) -> None:
            # Django's own would bring back a password that was changed
            # meanwhile.
            password = hashers.make_password(raw_password)
            users = User.objects.filter(pk=self.pk, password=self.password)
            if users.update(password=password):
                self.password = password

        return hashers.check_password(raw_password, self.password, hash_again)

    def save(self, *, keep: str | None = None, **options: Any) -> None:
        """Store the user; a new password ends all tokens but one to keep."""
        changed = self._password is not None and not self._state.adding
        with transaction.atomic():
            super().save(**options)
            if changed:
                self.tokens.exclude(digest=keep).delete()

    @property
    def is_staff(self) -> bool:
        """Let administrators into Django's admin."""
        return self.admin

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Allow administrators everything."""
        return self.admin

    def has_module_perms(self, app_label: str) -> bool:
        """Show administrators everything."""
        return self.admin


class Token(models.Model):
    """A bearer token, of which only the digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "tokens"

    def __str__(self) -> str:
        """Name the user, for the key is the digest."""
        return f"token of {self.user}"


class URLKey(MD5):
    """A URL in an index: PostgreSQL takes none as long as a URL may be."""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        """Leave the URL as it is, for SQLite has no such limit."""
        return compiler.compile(self.source_expressions[0])


class Bookmark(models.Model):
    """A bookmark."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="bookmarks", db_index=False
    )
    url = models.TextField()
    title = models.CharField(max_length=300)
    notes = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    folded = models.TextField()

    objects = BookmarkQuerySet.as_manager()

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

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def save(self, **options: Any) -> None:
        """Store the bookmark with its folded text and the time."""
        self.folded = search_text(self.title, self.url, self.notes)
        if self.pk:  # always later than the previous change
            tick = timedelta(microseconds=1)
            self.updated_at = max(timezone.now(), self.updated_at + tick)
        else:
            self.created_at = self.updated_at = timezone.now()
        super().save(**options)

    @property
    def tag_names(self) -> list[str]:
        """List the tags in the order of their code points."""
        # In Python, for databases order letters in different ways.
        return sorted(tag.name for tag in self.tags.all())

    @property
    def is_link(self) -> bool:
        """Tell a URL from code; a row may be older than the rule for URLs."""
        return self.url.lower().startswith(("http://", "https://"))


class Tag(models.Model):
    """One tag of one bookmark."""

    pk = models.CompositePrimaryKey("bookmark_id", "name")
    bookmark = models.ForeignKey(
        Bookmark, models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=50)

    class Meta:
        db_table = "tags"

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class FailedSignIn(models.Model):
    """A sign-in that failed; the username need not exist."""

    username = models.CharField(max_length=128)
    address = models.CharField(max_length=64)
    failed_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "failed_sign_ins"
        indexes = [
            models.Index(
                fields=["username", "address", "failed_at"],
                name="failed_sign_ins_source",
            )
        ]

    def __str__(self) -> str:
        """Return the username and the address."""
        return f"{self.username} from {self.address}"
