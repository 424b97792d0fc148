"""The pages of people with an account."""

from django.urls import path

from customers.views import (
    account,
    bookings,
    claiming,
    favourites,
    notifications,
    orders,
    preferences,
    profile,
    reviews,
)

urlpatterns = [
    path("", bookings.me, name="me"),
    path("claim/", claiming.claim_bookings, name="claim_bookings"),
    path("favourites/", favourites.favourite_list, name="favourites"),
    path("favourites/<slug:slug>/", favourites.favourite, name="favourite"),
    path("appointments/<slug:reference>/", bookings.appointment, name="me_appointment"),
    path("appointments/<slug:reference>/review/", reviews.review, name="me_review"),
    path("bell/", notifications.bell, name="bell"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read_all"),
    path(
        "notifications/<int:notification_id>/read/",
        notifications.read_one,
        name="notification_read",
    ),
    path("orders/", orders.order_list, name="me_orders"),
    path("orders/<slug:reference>/", orders.order_detail, name="me_order"),
    path("orders/<slug:reference>/cancel/", orders.order_cancel, name="me_order_cancel"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("profile/", profile.profile, name="profile"),
    path("profile/picture/", profile.picture, name="my_picture"),
    path("profile/timezone/", profile.keep_timezone, name="keep_timezone"),
    path("profile/sign-out/", profile.sign_out, name="sign_out_everywhere"),
    path("data/", account.own_data, name="own_data"),
    path("delete/", account.close_account, name="close_account"),
    path(
        "delete/confirm/<str:token>/", account.close_account_confirm, name="close_account_confirm"
    ),
    path("delete/keep/", account.keep_account, name="keep_account"),
]
