"""The customer's own pages."""

from django.urls import path

from customers import views

urlpatterns = [
    path("", views.me, name="me"),
    path("appointments/<slug:reference>/", views.appointment, name="me_appointment"),
]
