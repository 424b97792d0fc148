"""The pages of people with an account."""

from django.urls import path

from customers.views import bookings, notifications, preferences

urlpatterns = [
    path("", bookings.me, name="me"),
    path("appointments/<slug:reference>/", bookings.appointment, name="me_appointment"),
    path("bell/", notifications.bell, name="bell"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read_all"),
    path(
        "notifications/<int:notification_id>/read/",
        notifications.read_one,
        name="notification_read",
    ),
    path("preferences/", preferences.preferences, name="preferences"),
]
