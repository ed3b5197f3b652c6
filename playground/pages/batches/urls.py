"""The URLs below /batches/."""

from django.urls import path

from playground.pages.batches import actions, downloads, listing, page, rows, setup, starting

urlpatterns = [
    path("", listing.show_batches, name="batches"),
    path("new/", starting.create_new_batch, name="new_batch"),
    path("<uuid:batch_id>/", page.show_batch, name="batch"),
    path("<uuid:batch_id>/state/", page.show_batch_state, name="batch_state"),
    path("<uuid:batch_id>/file/", setup.change_file, name="change_batch_file"),
    path("<uuid:batch_id>/reading/", setup.read_file_again, name="read_batch_file"),
    path("<uuid:batch_id>/mapping/", setup.change_mapping, name="map_batch"),
    path("<uuid:batch_id>/copy/", setup.confirm_copy, name="copy_batch"),
    path("<uuid:batch_id>/act/", actions.act_on_batch, name="act_on_batch"),
    path("<uuid:batch_id>/rows/", rows.show_batch_rows, name="batch_rows"),
    path("<uuid:batch_id>/decide/", actions.decide_rows, name="decide_rows"),
    path("<uuid:batch_id>/delete/", actions.confirm_deletion, name="delete_batch"),
    path(
        "<uuid:batch_id>/rows-to-correct.csv",
        downloads.save_bad_rows,
        name="save_bad_rows",
    ),
    path(
        "<uuid:batch_id>/result.<slug:ending>",
        downloads.save_result,
        name="save_batch_result",
    ),
]
