"""The addresses of templates, below `templates/`."""

from django.urls import URLPattern, path

from playground.pages.payload_templates import (
    chosen,
    examples,
    importing,
    listing,
    page,
    share_links,
    versions,
)

urlpatterns: list[URLPattern] = [
    path("", listing.show_templates, name="templates"),
    path("selected/", chosen.act_on_templates, name="act_on_templates"),
    path("undo-archive/", chosen.undo_archive, name="undo_archive"),
    path("undo-delete/", chosen.undo_delete, name="undo_delete"),
    path("export/", listing.export_all, name="export_templates"),
    path("import/", importing.import_files, name="import_templates"),
    path("links/<uuid:link_id>/revoke/", share_links.revoke_link, name="revoke_link"),
    path("<uuid:template_id>/", page.show_template, name="template"),
    path("<uuid:template_id>/file.<slug:ending>", listing.export_one, name="template_file"),
    path(
        "<uuid:template_id>/example.<slug:ending>", examples.export_example, name="template_example"
    ),
    path("<uuid:template_id>/open/", page.open_in_builder, name="open_template"),
    path("<uuid:template_id>/fill/", page.prefill_template, name="prefill_template"),
    path("<uuid:template_id>/edit/", page.edit_details, name="edit_template"),
    path("<uuid:template_id>/star/", page.star_template, name="star_template"),
    path("<uuid:template_id>/duplicate/", page.duplicate, name="duplicate_template"),
    path("<uuid:template_id>/fork/", page.fork, name="fork_template"),
    path("<uuid:template_id>/archive/", page.archive, name="archive_template"),
    path("<uuid:template_id>/delete/", page.delete, name="delete_template"),
    path("<uuid:template_id>/restore/", page.restore, name="restore_template"),
    path("<uuid:template_id>/compare/", versions.compare_versions, name="compare_versions"),
    path("<uuid:template_id>/parent/", versions.compare_parent, name="compare_parent"),
    path(
        "<uuid:template_id>/parent/seen/",
        page.dismiss_parent_changes,
        name="dismiss_parent_changes",
    ),
    path(
        "<uuid:template_id>/versions/<int:number>/restore/",
        versions.restore_old_version,
        name="restore_version",
    ),
    path("<uuid:template_id>/share/", share_links.share_template, name="share_template"),
    path(
        "<uuid:template_id>/variables/", versions.change_variables, name="change_template_variables"
    ),
    path("<uuid:template_id>/variants/", versions.change_variant, name="change_variant"),
]
