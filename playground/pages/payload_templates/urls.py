"""The routes of the library of templates."""

from django.urls import path

from playground.pages.payload_templates import files, listing, page, share_links, versions

ONE = "<uuid:template_id>/"

urlpatterns = [
    path("", listing.show_templates, name="templates"),
    path("export/", files.export_all, name="export_templates"),
    path("import/", files.import_files, name="import_templates"),
    path(ONE + "file.<slug:ending>", files.export_one, name="template_file"),
    path(ONE, page.show_template, name="template"),
    path(ONE + "open/", page.open_in_builder, name="open_template"),
    path(ONE + "fill/", page.prefill, name="prefill_template"),
    path(ONE + "edit/", page.edit_words, name="edit_template"),
    path(ONE + "star/", page.star, name="star_template"),
    path(ONE + "duplicate/", page.duplicate, name="duplicate_template"),
    path(ONE + "fork/", page.fork, name="fork_template"),
    path(ONE + "archive/", page.put_away, name="archive_template"),
    path(ONE + "delete/", page.delete, name="delete_template"),
    path(ONE + "restore/", page.restore, name="restore_template"),
    path(ONE + "compare/", versions.compare_versions, name="compare_versions"),
    path(ONE + "parent/", versions.compare_parent, name="compare_parent"),
    path(ONE + "parent/seen/", page.note_parent, name="note_parent"),
    path(ONE + "versions/<int:number>/restore/", versions.restore, name="restore_version"),
    path(ONE + "share/", share_links.share, name="share_template"),
    path("links/<uuid:link_id>/revoke/", share_links.revoke_link, name="revoke_link"),
    path(ONE + "variables/", versions.change_own_variables, name="change_own_variables"),
    path(ONE + "variants/", versions.change_variant, name="change_variant"),
]
