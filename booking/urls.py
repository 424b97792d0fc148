"""The public pages: find, choose, book, and manage a booking by its secret link."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from booking.views import (
    attendance,
    basket,
    catalogue,
    checkout,
    choosing,
    manage,
    ordering,
    reviews,
    short,
    stopping,
)


class TokenConverter(StringConverter):
    """What ``new_token`` can make; nothing else, a null character say, reaches the database."""

    regex = "[A-Za-z0-9_-]{1,40}"


register_converter(TokenConverter, "token")
register_converter(short.CodeConverter, "code")

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("providers/", catalogue.provider_list, name="provider_list"),
    path("providers/next-free/", catalogue.next_free, name="next_free"),
    path("p/<slug:slug>/", catalogue.provider_detail, name="provider_detail"),
    path("p/<slug:slug>/reviews/", reviews.review_list, name="review_list"),
    path(
        "p/<slug:slug>/reviews/<int:review_id>/report/", reviews.review_report, name="review_report"
    ),
    path("p/<slug:slug>/book/<slug:service>/", choosing.booking, name="booking"),
    path(
        "p/<slug:slug>/book/<slug:service>/first/",
        choosing.first_free_time,
        name="first_free_time",
    ),
    path("p/<slug:slug>/book/<slug:service>/hold/", checkout.hold_create, name="hold_create"),
    path(
        "p/<slug:slug>/book/<slug:service>/details/<token:token>/",
        checkout.booking_details,
        name="booking_details",
    ),
    path(
        "p/<slug:slug>/book/<slug:service>/details/<token:token>/release/",
        checkout.hold_release,
        name="hold_release",
    ),
    path("s/<code:code>/", short.short_link, name="short_link"),
    path("a/<token:token>/", manage.appointment_manage, name="appointment_manage"),
    path(
        "a/<token:token>/reschedule/", manage.appointment_reschedule, name="appointment_reschedule"
    ),
    path("a/<token:token>/cancel/", manage.appointment_cancel, name="appointment_cancel"),
    path("a/<token:token>/calendar.ics", manage.appointment_ics, name="appointment_ics"),
    path("a/<token:token>/coming/", attendance.appointment_coming, name="appointment_coming"),
    path("basket/", basket.basket, name="basket"),
    path("basket/empty/", basket.basket_empty, name="basket_empty"),
    path("basket/order/", ordering.basket_order, name="basket_order"),
    path("basket/<int:product_id>/", basket.basket_set, name="basket_set"),
    path("basket/<int:product_id>/add/", basket.basket_add, name="basket_add"),
    path("messages/stop/<str:token>/", stopping.messages_stop, name="messages_stop"),
]
