"""The URL map: one include per app, and what belongs to no app."""

from allauth.account import views as account_views
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, register_converter

from customers.views.email import guarded
from project.health import health
from project.media import PictureFileConverter, media

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "Nguva administration"
admin.site.site_title = "Nguva"
admin.site.index_title = "The whole market"

register_converter(PictureFileConverter, "picture_file")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/email/", guarded(account_views.email), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("health/", health, name="health"),
    path("media/<picture_file:file>", media, name="media"),
    path("me/", include("customers.urls")),
    path("provider/", include("providers.urls")),
    path("", include("booking.urls")),
]
