"""Which view answers which path."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from app import api, pages

handler400 = "app.errors.bad_request"
handler403 = "app.errors.permission_denied"
handler404 = "app.errors.not_found"
handler500 = "app.errors.server_error"

urlpatterns = [
    path("healthz", api.HealthView.as_view()),
    path("readyz", api.ReadinessView.as_view()),
    path("api/users", api.UsersView.as_view()),
    path("api/users/<int:id>", api.UserView.as_view()),
    path("api/me", api.MeView.as_view(), name="api_me"),
    path("api/me/password", api.PasswordView.as_view()),
    path("api/tokens", api.TokensView.as_view()),
    path("api/tokens/current", api.CurrentTokenView.as_view()),
    path("api/bookmarks", api.BookmarksView.as_view()),
    path(
        "api/bookmarks/<int:id>",
        api.BookmarkView.as_view(),
        name="api_bookmark",
    ),
    path("api/tags", api.TagsView.as_view()),
    path("api/import", api.ImportView.as_view()),
    path("api/export", api.ExportView.as_view()),
    path("api/openapi.json", api.OpenAPIView.as_view()),
    path("", pages.HomeView.as_view(), name="home"),
    path("login", pages.SignInView.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("register", pages.RegisterView.as_view(), name="register"),
    path("bookmarks", pages.AddView.as_view(), name="add"),
    path("bookmarks/<int:pk>/edit", pages.EditView.as_view(), name="edit"),
    path(
        "bookmarks/<int:pk>/delete",
        pages.DeleteView.as_view(),
        name="delete",
    ),
    path("import", pages.ImportView.as_view(), name="import"),
    path("export", pages.ExportView.as_view(), name="export"),
    # Its form would check passwords without the limit on guesses.
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="admin:index"),
    ),
    path("admin/", admin.site.urls),
]
