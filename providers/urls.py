"""The provider's pages."""

from django.urls import path

from providers.views.actions import appointment_action
from providers.views.again import message_again
from providers.views.appointments import appointment_detail, appointment_list
from providers.views.business import business
from providers.views.dashboard import dashboard
from providers.views.messages import message_preview, message_settings
from providers.views.reschedule import appointment_reschedule

urlpatterns = [
    path("", dashboard, name="provider_dashboard"),
    path("appointments/", appointment_list, name="provider_appointments"),
    path("appointments/<int:appointment_id>/", appointment_detail, name="provider_appointment"),
    path(
        "appointments/<int:appointment_id>/reschedule/",
        appointment_reschedule,
        name="provider_appointment_reschedule",
    ),
    path(
        "appointments/<int:appointment_id>/messages/<int:notification_id>/again/",
        message_again,
        name="provider_message_again",
    ),
    path(
        "appointments/<int:appointment_id>/<slug:action>/",
        appointment_action,
        name="provider_appointment_action",
    ),
    path("business/", business, name="provider_business"),
    path("messages/", message_settings, name="provider_messages"),
    path("messages/preview/", message_preview, name="provider_messages_preview"),
]
