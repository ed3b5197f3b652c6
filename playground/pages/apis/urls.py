"""URLs below `apis/`."""

from django.urls import URLPattern, path

from playground.pages.apis import (
    browsing,
    follow_ups,
    imports,
    listing,
    operation,
    waiting,
)

urlpatterns: list[URLPattern] = [
    path("", listing.show_apis, name="apis"),
    path("import/", imports.import_api, name="import_api"),
    path("<slug:api_id>/", browsing.browse_api, name="api"),
    path("<slug:api_id>/report/", listing.show_report, name="api_report"),
    path("<slug:api_id>/update/", imports.update_api, name="update_api"),
    path("<slug:api_id>/refresh/", imports.refresh_document, name="refresh_api"),
    path("<slug:api_id>/schedule/", imports.schedule_refresh, name="schedule_refresh"),
    path("<slug:api_id>/references/", imports.read_references, name="read_references"),
    path("<slug:api_id>/waiting/", waiting.show_waiting, name="waiting_document"),
    path("<slug:api_id>/waiting/decide/", waiting.decide_waiting, name="decide_waiting"),
    path("<slug:api_id>/changes/<int:change_id>/", listing.show_change, name="api_change"),
    path("<slug:api_id>/delete/", listing.delete_imported_api, name="delete_api"),
    path("<slug:api_id>/operations/<str:key>/", operation.show_operation, name="api_operation"),
    path(
        "<slug:api_id>/operations/<str:key>/start/",
        operation.start_operation,
        name="start_operation",
    ),
    path(
        "<slug:api_id>/operations/<str:key>/rule/",
        operation.change_rule,
        name="change_reply_rule",
    ),
    path(
        "<slug:api_id>/operations/<str:key>/follow-up/",
        follow_ups.add_follow_up,
        name="add_follow_up",
    ),
    path(
        "<slug:api_id>/operations/<str:key>/follow-up/remove/",
        follow_ups.drop_follow_up,
        name="remove_follow_up",
    ),
]
