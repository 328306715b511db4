"""The faults of the Django version: mistakes that people make with Django."""

from functools import partial

from tests.faults.fault import fault

django = partial(fault, implementation="django")

django(
    "a bookmark is looked up among everybody's",
    "PERMISSIONS-2",
    (
        "permissions.py",
        "get_object_or_404(user.bookmarks, pk=bookmark_id)",
        "get_object_or_404(Bookmark, pk=bookmark_id)",
    ),
)
django(
    "a view selects among everybody's bookmarks",
    "PAGES-11",
    (
        "pages.py",
        "return self.request.user.bookmarks.all()",
        "return Bookmark.objects.all()",
    ),
)
django(
    "the list is everybody's",
    "PERMISSIONS-3",
    ("api.py", "user.bookmarks.search(", "Bookmark.objects.search("),
)
django(
    "the tags are everybody's",
    "PERMISSIONS-3",
    ("tags.py", "Tag.objects.filter(bookmark__user=user)", "Tag.objects"),
)
django(
    "LoginRequiredMixin stands behind View, and never has its turn",
    "SESSIONS-6",
    (
        "pages.py",
        "class ExportView(UserPageMixin, View):",
        "class ExportView(View, UserPageMixin):",
    ),
)
django(
    "LoginRequiredMixin is forgotten on a view",
    "SESSIONS-6",
    (
        "pages.py",
        "class ImportView(UserPageMixin, generic.FormView):",
        "class ImportView(generic.FormView):",
    ),
)
django(
    "to be signed in is to be an administrator",
    "PERMISSIONS-4",
    ("permissions.py", "if not user.admin:", "if not user.is_authenticated:"),
)
django(
    "a page is exempt from CSRF protection",
    "CSRF-1",
    (
        "pages.py",
        "from django.views.decorators.cache import never_cache\n",
        "from django.views.decorators.cache import never_cache\n"
        "from django.views.decorators.csrf import csrf_exempt\n",
    ),
    (
        "pages.py",
        '@method_decorator(never_cache, name="dispatch")\nclass RegisterView',
        '@method_decorator([csrf_exempt, never_cache], name="dispatch")\n'
        "class RegisterView",
    ),
)
django(
    "a form has no CSRF token",
    "CSRF-1",
    ("templates/delete.html", "{% csrf_token %}\n", ""),
)
django(
    "notes are marked as safe in a template",
    "PAGES-2",
    (
        "templates/home.html",
        "{{ bookmark.notes }}",
        "{{ bookmark.notes|safe }}",
    ),
)
django(
    "the titles of bookmarks go through mark_safe",
    "PAGES-2",
    (
        "models.py",
        '        """List the tags in the order of their code points."""\n',
        '        """List the tags in the order of their code points."""\n'
        "        from django.utils.safestring import mark_safe\n\n"
        "        self.title = mark_safe(self.title)\n",
    ),
)
django(
    "the session is not flushed at the sign-in",
    "SESSIONS-3",
    (
        "pages.py",
        "        self.request.session.flush()  # login() keeps that of the"
        " same user\n",
        "",
    ),
)
django(
    "login() is not called after the sign-up",
    "PAGES-6",
    ("pages.py", "        login(self.request, user)\n", ""),
)
django(
    "a password is stored without set_password",
    "ACCOUNTS-10",
    (
        "api.py",
        'user.set_password(fields["new_password"])',
        'user.password = fields["new_password"]',
    ),
)
django(
    "a changed password ends no tokens",
    "ACCOUNTS-12",
    ("models.py", "self.tokens.exclude(digest=keep).delete()", "pass"),
)
django(
    "the current password is checked past the backend that counts",
    "LIMITS-8",
    (
        "api.py",
        """        user = auth.authenticate(
            request,
            username=user.username,
            password=fields["current_password"],
        )
        if not user:
""",
        '        if not user.check_password(fields["current_password"]):\n',
    ),
)
django(
    "the validators of passwords are not called",
    "ACCOUNTS-6",
    ("forms.py", "        validate_password(password, user)\n", ""),
)
django(
    "CharField strips a password",
    "ACCOUNTS-8",
    (
        "forms.py",
        """        help_text="At least 8 characters",
        strip=False,
""",
        '        help_text="At least 8 characters",\n',
    ),
)
django(
    "CharField strips the notes",
    "VALIDATION-17",
    (
        "forms.py",
        "notes = forms.CharField(strip=False, max_length=1000",
        "notes = forms.CharField(max_length=1000",
    ),
)
django(
    "IntegrityError is not caught",
    "ACCOUNTS-4",
    (
        "api.py",
        "except IntegrityError as error:",
        "except ValueError as error:",
    ),
)
django(
    "a constraint of the database is the only check of a form",
    "BOOKMARKS-11",
    (
        "api.py",
        """    if form.is_taken():
        raise duplicate()
""",
        "",
    ),
)
django(
    "what is too much is stored: there is no atomic",
    "LIMITS-17",
    (
        "api.py",
        """        with transaction.atomic():
            bookmark = Bookmark(user=authenticate(request, lock=True))
            bookmark = store_bookmark(bookmark, document, DEFAULTS)
            refuse_more_bookmarks(request.user)
""",
        """        bookmark = Bookmark(user=authenticate(request, lock=True))
        bookmark = store_bookmark(bookmark, document, DEFAULTS)
        refuse_more_bookmarks(request.user)
""",
    ),
)
django(
    "an import is no transaction",
    "IMPORTING-14",
    (
        "api.py",
        """        with transaction.atomic():
            user = authenticate(request, lock=True)
            result = insert_entries(user, entries, skipped)
""",
        """        user = authenticate(request, lock=True)
        result = insert_entries(user, entries, skipped)
""",
    ),
)
django(
    "transactions of SQLite begin as readers, as Django has it by itself",
    "STORAGE-6",
    ("settings.py", '        "transaction_mode": "IMMEDIATE",\n', ""),
)
django(
    "prefetch_related is forgotten",
    "PAGINATION-12",
    ("search.py", 'self.prefetch_related("tags")', "self.all()"),
)
django(
    "a phrase is put into SQL by an f-string",
    "SEARCH-6",
    (
        "search.py",
        "found.filter(folded__contains=phrase)",
        """found.extra(where=[f"folded LIKE '%%{phrase}%%'"])""",
    ),
)
django(
    "icontains takes the place of folded text",
    "SEARCH-2",
    (
        "search.py",
        "found.filter(folded__contains=phrase)",
        "found.filter(title__icontains=phrase)",
    ),
)
django(
    "one of the tags is enough: name__in",
    "TAGS-6",
    (
        "search.py",
        """        for tag in tags:
            found = found.filter(tags__name=tag)
""",
        """        if tags:
            found = found.filter(tags__name__in=tags).distinct()
""",
    ),
)
django(
    "the paginator raises EmptyPage",
    "PAGINATION-7",
    (
        "pagination.py",
        "        return number\n",
        "        return super().validate_number(number)\n",
    ),
)
django(
    "save() leaves the time of the last change",
    "BOOKMARKS-6",
    (
        "models.py",
        "self.updated_at = max(timezone.now(), self.updated_at + tick)",
        "self.updated_at = self.updated_at",
    ),
)
django(
    "Location is absolute, with the host that was sent",
    "BOOKMARKS-1",
    (
        "api.py",
        """        location = reverse("api_bookmark", args=[bookmark.pk])
""",
        """        location = reverse("api_bookmark", args=[bookmark.pk])
        location = request.build_absolute_uri(location)
""",
    ),
)
django(
    "DEBUG is on",
    "ERRORS-1",
    ("settings.py", "USE_I18N = False\n", "USE_I18N = False\nDEBUG = True\n"),
)
django(
    "any host is allowed",
    "HOSTS-4",
    ("settings.py", '    "localhost,127.0.0.1,[::1]",\n', '    "*",\n'),
)
django(
    "SECRET_KEY is the one that startproject wrote",
    "SETTINGS-7",
    (
        "settings.py",
        "SECRET_KEY = get_random_secret_key()",
        'SECRET_KEY = "django-insecure-" + "k" * 50',
    ),
)
django(
    "the limit of bodies is Django's own",
    "LIMITS-1",
    (
        "settings.py",
        "DATA_UPLOAD_MAX_MEMORY_SIZE = env.int(",
        "MAX_BODY_BYTES = env.int(",
    ),
)
django(
    "the cookie goes to other sites, too",
    "SESSIONS-1",
    (
        "settings.py",
        "SESSION_COOKIE_SECURE = SECURE_COOKIES\n",
        "SESSION_COOKIE_SECURE = SECURE_COOKIES\n"
        "SESSION_COOKIE_SAMESITE = None\n",
    ),
)
django(
    "the session's cookie is sent over plain HTTP",
    "SESSIONS-2",
    ("settings.py", "SESSION_COOKIE_SECURE = SECURE_COOKIES\n", ""),
)
django(
    "any origin may read",
    "CORS-2",
    (
        "settings.py",
        'CORS_URLS_REGEX = "^/api/"\n',
        'CORS_URLS_REGEX = "^/api/"\nCORS_ALLOW_ALL_ORIGINS = True\n',
    ),
)
django(
    "SecurityMiddleware is missing",
    "HEADERS-1",
    (
        "settings.py",
        '    "django.middleware.security.SecurityMiddleware",\n',
        "",
    ),
)
django(
    "X-Forwarded-For is believed whoever sends it",
    "LIMITS-9",
    (
        "limits.py",
        "    if not settings.TRUSTED_PROXIES:\n"
        "        raise MiddlewareNotUsed\n",
        "",
    ),
    ("limits.py", "if proxy in settings.TRUSTED_PROXIES:", "if proxy:"),
)
django(
    "of X-Forwarded-For the first address counts",
    "LIMITS-13",
    (
        "limits.py",
        'forwarded.rpartition(",")[2]',
        'forwarded.partition(",")[0]',
    ),
)
