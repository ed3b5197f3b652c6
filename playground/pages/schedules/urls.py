"""The URLs below /schedules/."""

from django.urls import URLPattern, path

from playground.pages.schedules import (
    calendar,
    chosen,
    form,
    listing,
    opening,
    page,
    plain_form,
    repeats,
    timeline,
    versions,
)

urlpatterns: list[URLPattern] = [
    path("", listing.show_schedules, name="schedules"),
    path("calendar/", calendar.show_calendar, name="schedule_calendar"),
    path("timeline/", timeline.show_timeline, name="schedule_timeline"),
    path("selected/", chosen.act_on_schedules, name="act_on_schedules"),
    path("new/<uuid:template_id>/", opening.start_schedule, name="start_schedule"),
    path("new/repeat/<int:repeat_id>/", repeats.schedule_repeat, name="schedule_repeat"),
    path("new/sync/<uuid:connection_id>/", plain_form.schedule_sync, name="schedule_sync"),
    path("new/batch/<uuid:batch_id>/", plain_form.schedule_batch, name="schedule_batch"),
    path("form/<uuid:draft_id>/", form.show_form, name="schedule_form"),
    path("form/<uuid:draft_id>/check/", form.check_form, name="check_schedule"),
    path("form/<uuid:draft_id>/save/", form.save_form, name="save_schedule"),
    path("<uuid:schedule_id>/", page.show_schedule, name="schedule"),
    path("<uuid:schedule_id>/act/", page.act_on_schedule, name="act_on_schedule"),
    path("<uuid:schedule_id>/delete/", page.confirm_schedule_deletion, name="delete_schedule"),
    path(
        "<uuid:schedule_id>/compare/",
        versions.compare_schedule_versions,
        name="compare_schedule_versions",
    ),
    path(
        "<uuid:schedule_id>/versions/<int:number>/restore/",
        versions.restore_schedule_version,
        name="restore_schedule_version",
    ),
    path("<uuid:schedule_id>/repeat/", repeats.repeat_schedule, name="repeat_schedule"),
    path("<uuid:schedule_id>/edit/", plain_form.edit_plain_schedule, name="edit_schedule"),
    path("<uuid:schedule_id>/open/", opening.open_schedule, name="open_schedule"),
]
