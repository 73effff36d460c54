from django.urls import path

from server.centre import act_words, device_views, review_views, views, warning_views

urlpatterns = [
    path("", views.desk_page),
    path("sign-in", views.sign_in_page),
    path("sign-out", views.sign_out),
    path("choose", views.choose),
    path("devices", device_views.devices_page),
    path("devices/sheet", device_views.sheet_page),
    path("devices/<uuid:device_id>/escrow", device_views.ask_escrow),
    path("parcels", device_views.hand_in_parcel),
    path("devices/<uuid:device_id>", device_views.device_page),
    path("devices/<uuid:device_id>/revoke", device_views.device_word, {"word": "revoke"}),
    path("devices/<uuid:device_id>/release", device_views.device_word, {"word": "release"}),
    path("devices/<uuid:device_id>/answer", device_views.device_word, {"word": "answer"}),
    path("two-person-acts/<uuid:act_id>/approve", device_views.act_word, {"word": "approve"}),
    path("two-person-acts/<uuid:act_id>/refuse", device_views.act_word, {"word": "refuse"}),
    path("cases/<uuid:case_id>", views.case_view),
    path("actions/<uuid:action_id>", views.action_view),
    path("actions/<uuid:action_id>/files/<str:sha256>/want", views.file_word, {"word": "want"}),
    path("actions/<uuid:action_id>/files/<str:sha256>/leave", views.file_word, {"word": "leave"}),
    path("actions/<uuid:action_id>/annul", act_words.act_word, {"word": "annul"}),
    path("actions/<uuid:action_id>/reinstate", act_words.act_word, {"word": "reinstate"}),
    path("warnings", warning_views.warnings_page),
    path("reviews", review_views.reviews_page),
    path("reviews/decide", review_views.decide),
    path("reviews/<uuid:review_id>", review_views.review_view),
    path("reviews/<uuid:review_id>/belongs", review_views.belongs),
]
