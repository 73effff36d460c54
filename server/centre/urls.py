from django.urls import path

from server.centre import review_views, views

urlpatterns = [
    path("", views.desk_page),
    path("sign-in", views.sign_in_page),
    path("sign-out", views.sign_out),
    path("choose", views.choose),
    path("cases/<uuid:case_id>", views.case_view),
    path("actions/<uuid:action_id>", views.action_view),
    path("reviews", review_views.reviews_page),
    path("reviews/decide", review_views.decide),
    path("reviews/<uuid:review_id>", review_views.review_view),
]
