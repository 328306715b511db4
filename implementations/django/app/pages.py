"""The pages: the service for people."""

import re
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View, generic
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from app.accounts import lock_session
from app.bookmarks import duplicate, refuse_more_bookmarks
from app.exporting import export_response
from app.forms import (
    BookmarkPageForm,
    ExportQuery,
    HomeQuery,
    ImportForm,
    RegistrationForm,
    SignInPageForm,
)
from app.importing import choose_entries, insert_entries
from app.models import Bookmark, User
from app.pagination import OpenPaginator, neighbours, order_by
from app.tags import top_tags
from app.validation import validate_query

# ProcessFormView also has put(), DeletionMixin delete().
METHODS = ["get", "head", "post", "options"]


@method_decorator([never_cache, gzip_page], name="dispatch")
class UserPageMixin(LoginRequiredMixin):
    """A page of the signed-in user, about that user's bookmarks."""

    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[Bookmark]:
        """Select the user's bookmarks; another's are as if missing."""
        return self.request.user.bookmarks.all()


class ChangeMixin(UserPageMixin, RedirectURLMixin):
    """A page that changes a bookmark and goes back to `next`."""

    next_page = "home"

    @transaction.atomic
    def post(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        """Change the bookmark; what is shown is rendered after the commit."""
        if not lock_session(request):
            return redirect("login")
        return super().post(request, **kwargs)


class BookmarkFormMixin(ChangeMixin):
    """A page with the form of a bookmark."""

    model = Bookmark
    form_class = BookmarkPageForm
    template_name = "bookmark.html"

    def form_valid(self, form: BookmarkPageForm) -> HttpResponse:
        """Store the bookmark, unless the user has its URL already."""
        form.instance.user = self.request.user
        if form.is_taken():
            form.add_error("url", duplicate().detail)
            return self.form_invalid(form)
        form.save()
        return redirect(self.get_success_url())


class HomeView(UserPageMixin, generic.ListView):
    """Show one page of the user's bookmarks."""

    template_name = "home.html"
    context_object_name = "bookmarks"
    paginate_by = 20
    paginator_class = OpenPaginator
    extra_context = {"heading": "Bookmarks"}

    def get_queryset(self) -> QuerySet[Bookmark]:
        """Select the bookmarks that the query asks for."""
        self.query = validate_query(HomeQuery, self.request.GET)
        bookmarks = super().get_queryset()
        found = bookmarks.search(self.query["q"], self.query["tag"])
        return found.order_by(*order_by("-created_at"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what finds other bookmarks, and a form to add one."""
        context = super().get_context_data(**kwargs)
        return context | {
            "query": self.query,
            "tags": top_tags(self.request.user),
            "form": BookmarkPageForm(),
            "neighbours": neighbours(context["page_obj"]),
        }


class SignInView(LoginView):
    """Show the sign-in form, and sign in."""

    http_method_names = METHODS
    form_class = SignInPageForm
    template_name = "login.html"
    extra_context = {"heading": "Sign in"}

    def form_valid(self, form: SignInPageForm) -> HttpResponse:
        """Sign in under a new key, which prevents session fixation."""
        self.request.session.flush()  # login() keeps that of the same user
        self.request.session.clear_expired()
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class RegisterView(generic.FormView):
    """Show the sign-up form, create an account and sign in."""

    http_method_names = METHODS
    form_class = RegistrationForm
    template_name = "register.html"
    extra_context = {"heading": "Sign up"}

    def form_valid(self, form: RegistrationForm) -> HttpResponse:
        """Create the account, unless the username is taken."""
        try:
            user = User.objects.create_user(**form.cleaned_data)
        except IntegrityError:
            form.add_error("username", "This username is taken.")
            return self.form_invalid(form)
        login(self.request, user)
        return redirect("home")


class AddView(BookmarkFormMixin, generic.CreateView):
    """Create a bookmark."""

    http_method_names = ["post", "options"]
    redirect_field_name = None  # there is no page here to come back to
    extra_context = {"heading": "Add a bookmark"}

    def form_valid(self, form: BookmarkPageForm) -> HttpResponse:
        """Store the bookmark, unless the user has too many."""
        response = super().form_valid(form)
        refuse_more_bookmarks(self.request.user)
        return response


class EditView(BookmarkFormMixin, generic.UpdateView):
    """Show a bookmark in a form, and change it."""

    extra_context = {"heading": "Edit bookmark"}


class DeleteView(ChangeMixin, generic.DeleteView):
    """Ask whether to delete a bookmark, and delete it."""

    template_name = "delete.html"
    extra_context = {"heading": "Delete bookmark"}


class ImportView(UserPageMixin, generic.FormView):
    """Show the import form, and import a bookmark file."""

    form_class = ImportForm
    template_name = "import.html"
    extra_context = {"heading": "Import bookmarks"}

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Store the entries of the file."""
        entries, skipped = choose_entries(form.cleaned_data["file"])
        with transaction.atomic():
            if not lock_session(self.request):
                return redirect("login")
            result = insert_entries(self.request.user, entries, skipped)
        lines: dict[str, list[str]] = {}
        for reason in result.pop("reasons"):
            lines.setdefault(reason["code"], []).append(str(reason["line"]))
        texts = {code: ",".join(numbers) for code, numbers in lines.items()}
        return redirect(reverse("import", query=result | texts))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the lines that were skipped."""
        lines = {
            code: text.replace(",", ", ")
            for code, text in self.request.GET.items()
            if re.fullmatch("[0-9,]{1,200}", text)
        }
        return super().get_context_data(**kwargs, lines=lines)


class ExportView(UserPageMixin, View):
    """Export all bookmarks as a file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Export all bookmarks as a file."""
        query = validate_query(ExportQuery, request.GET)
        return export_response(request.user, query["format"])
