"""The provider's pages."""

from django.urls import path

from providers.views.actions import appointment_action
from providers.views.affected import affected
from providers.views.again import message_again
from providers.views.appointments import (
    answer_requests,
    appointment_detail,
    appointment_list,
    appointment_notes,
)
from providers.views.business import business
from providers.views.calendar import calendar
from providers.views.calendar_move import calendar_move
from providers.views.client_merging import client_doubles, client_merge
from providers.views.clients import client_block, client_detail, client_list, client_notes
from providers.views.dashboard import dashboard
from providers.views.day_sheet import day_sheet
from providers.views.hours import dates, hours
from providers.views.invitations import (
    invitation,
    member_disconnect,
    member_invite,
    member_withdraw,
)
from providers.views.leaving import member_archive, member_reassign, member_restore
from providers.views.messages import message_preview, message_settings
from providers.views.onboarding import start, start_business, start_hours, start_service
from providers.views.orders import order_detail, order_list, order_step
from providers.views.pictures import provider_pictures, service_picture
from providers.views.policy import policy
from providers.views.product_picture import product_picture
from providers.views.products import (
    product_edit,
    product_list,
    product_move,
    product_new,
    product_stock,
)
from providers.views.profile import profile
from providers.views.publishing import policy_unpublish, start_preview, start_publish, start_verify
from providers.views.reception import reception
from providers.views.reschedule import appointment_reschedule
from providers.views.resources import (
    resource_delete,
    resource_edit,
    resource_list,
    resource_new,
)
from providers.views.reviews import review_detail, review_list, review_report
from providers.views.services import (
    service_archive,
    service_edit,
    service_list,
    service_move,
    service_new,
    service_restore,
)
from providers.views.share import share, share_poster, share_qr
from providers.views.team import member_move, member_new, member_page, team
from providers.views.time_off import close_now, time_off, time_off_one, time_off_remove

urlpatterns = [
    path("", dashboard, name="provider_dashboard"),
    path("appointments/", appointment_list, name="provider_appointments"),
    path("appointments/answer/", answer_requests, name="provider_appointments_answer"),
    path("appointments/<int:appointment_id>/", appointment_detail, name="provider_appointment"),
    path(
        "appointments/<int:appointment_id>/notes/",
        appointment_notes,
        name="provider_appointment_notes",
    ),
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
    path("calendar/", calendar, name="provider_calendar"),
    path("calendar/move/", calendar_move, name="provider_calendar_move"),
    path("calendar/sheet/", day_sheet, name="provider_day_sheet"),
    path("clients/", client_list, name="provider_clients"),
    path("clients/<int:client_id>/", client_detail, name="provider_client"),
    path("clients/<int:client_id>/notes/", client_notes, name="provider_client_notes"),
    path(
        "clients/<int:client_id>/block/",
        client_block,
        {"blocked": True},
        name="provider_client_block",
    ),
    path(
        "clients/<int:client_id>/unblock/",
        client_block,
        {"blocked": False},
        name="provider_client_unblock",
    ),
    path("clients/<int:client_id>/merge/", client_doubles, name="provider_client_doubles"),
    path(
        "clients/<int:client_id>/merge/<int:other_id>/",
        client_merge,
        name="provider_client_merge",
    ),
    path("book/", reception, name="provider_reception"),
    path("business/", business, name="provider_business"),
    path("start/", start, name="provider_start"),
    path("start/business/", start_business, name="provider_start_business"),
    path("start/service/", start_service, name="provider_start_service"),
    path("start/hours/", start_hours, name="provider_start_hours"),
    path("start/preview/", start_preview, name="provider_start_preview"),
    path("start/publish/", start_publish, name="provider_start_publish"),
    path("start/verify/", start_verify, name="provider_start_verify"),
    path("profile/", profile, name="provider_profile"),
    path("policy/", policy, name="provider_policy"),
    path("policy/unpublish/", policy_unpublish, name="provider_unpublish"),
    path("share/", share, name="provider_share"),
    path("share/qr.svg", share_qr, name="provider_share_qr"),
    path("share/print/", share_poster, name="provider_share_poster"),
    path("profile/pictures/", provider_pictures, name="provider_pictures"),
    path("services/<int:service_id>/picture/", service_picture, name="provider_service_picture"),
    path("services/", service_list, name="provider_services"),
    path("services/new/", service_new, name="provider_service_new"),
    path("services/<int:service_id>/", service_edit, name="provider_service"),
    path("services/<int:service_id>/archive/", service_archive, name="provider_service_archive"),
    path("services/<int:service_id>/restore/", service_restore, name="provider_service_restore"),
    path("services/<int:service_id>/move/", service_move, name="provider_service_move"),
    path("products/", product_list, name="provider_products"),
    path("products/new/", product_new, name="provider_product_new"),
    path("products/<int:product_id>/", product_edit, name="provider_product"),
    path("products/<int:product_id>/stock/", product_stock, name="provider_product_stock"),
    path("products/<int:product_id>/move/", product_move, name="provider_product_move"),
    path("products/<int:product_id>/picture/", product_picture, name="provider_product_picture"),
    path("orders/", order_list, name="provider_orders"),
    path("orders/<slug:reference>/", order_detail, name="provider_order"),
    path("orders/<slug:reference>/<slug:action>/", order_step, name="provider_order_step"),
    path("resources/", resource_list, name="provider_resources"),
    path("resources/new/", resource_new, name="provider_resource_new"),
    path("resources/<int:resource_id>/", resource_edit, name="provider_resource"),
    path("resources/<int:resource_id>/delete/", resource_delete, name="provider_resource_delete"),
    path("hours/", hours, name="provider_hours"),
    path("hours/dates/", dates, name="provider_dates"),
    path("time-off/", time_off, name="provider_time_off"),
    path("time-off/now/", close_now, name="provider_close_now"),
    path("time-off/<int:time_off_id>/", time_off_one, name="provider_time_off_one"),
    path("time-off/<int:time_off_id>/remove/", time_off_remove, name="provider_time_off_remove"),
    path("affected/", affected, name="provider_affected"),
    path("messages/", message_settings, name="provider_messages"),
    path("messages/preview/", message_preview, name="provider_messages_preview"),
    path("reviews/", review_list, name="provider_reviews"),
    path("reviews/<int:review_id>/", review_detail, name="provider_review"),
    path("reviews/<int:review_id>/report/", review_report, name="provider_review_report"),
    path("team/", team, name="provider_team"),
    path("team/new/", member_new, name="provider_member_new"),
    path("team/<int:member_id>/", member_page, name="provider_member"),
    path("team/<int:member_id>/move/", member_move, name="provider_member_move"),
    path("team/<int:member_id>/invite/", member_invite, name="provider_member_invite"),
    path("team/<int:member_id>/withdraw/", member_withdraw, name="provider_member_withdraw"),
    path("team/<int:member_id>/disconnect/", member_disconnect, name="provider_member_disconnect"),
    path("team/<int:member_id>/archive/", member_archive, name="provider_member_archive"),
    path("team/<int:member_id>/reassign/", member_reassign, name="provider_member_reassign"),
    path("team/<int:member_id>/restore/", member_restore, name="provider_member_restore"),
    path("invitation/<str:token>/", invitation, name="invitation"),
]
