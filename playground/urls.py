"""The site map: every URL of the pages, by topic."""

from django.urls import URLPattern, URLResolver, include, path

from playground.pages import (
    audit,
    chosen_exchanges,
    chosen_jobs,
    compare,
    connections,
    definitions,
    drafts,
    drift,
    exchanges,
    failed_inputs,
    finder,
    health,
    help_pages,
    history,
    home,
    job,
    job_news,
    job_states,
    jobs,
    pasting,
    profile,
    repeats,
    sign_in,
    status,
    team,
    workflows,
)
from playground.pages.builder import (
    credentials,
    edits,
    files,
    page,
    parts,
    paste_into,
    paste_rows,
    sending,
    suggestions,
    template_link,
)
from playground.pages.payload_templates import chosen as chosen_templates
from playground.pages.payload_templates import listing as template_list
from playground.pages.payload_templates import page as template_page
from playground.pages.payload_templates import share_links as template_links
from playground.pages.payload_templates import versions as template_versions

handler400 = "playground.pages.errors.show_400"
handler403 = "playground.pages.errors.show_403"
handler404 = "playground.pages.errors.show_404"
handler500 = "playground.pages.errors.show_500"

urlpatterns: list[URLPattern | URLResolver] = [
    # Requested at every keystroke, so it is matched first.
    path("drafts/<uuid:draft_id>/edit/", edits.edit_draft, name="edit_draft"),
    # Home and access
    path("", home.show_home, name="home"),
    path("find/", finder.show_found, name="find"),
    path("help/<slug:name>/", help_pages.show_document, name="help"),
    path("health/", health.show_health, name="health"),
    path("ready/", health.show_ready, name="ready"),
    path("version/", health.show_version, name="version"),
    path("metrics", health.show_metrics, name="metrics"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("session/", sign_in.show_session, name="session"),
    path("link/<str:token>/", sign_in.open_link, name="link"),
    path("profile/", profile.show_profile, name="profile"),
    path("profile/tokens/", profile.show_tokens, name="tokens"),
    path("profile/tokens/<int:token_id>/revoke/", profile.revoke_own_token, name="revoke_token"),
    # Owners' pages
    path("people/", team.show_people, name="people"),
    path("people/invite/", team.invite, name="invite"),
    path("people/invites/<int:link_id>/withdraw/", team.withdraw_invite, name="withdraw_invite"),
    path("people/<int:person_id>/role/", team.change_role, name="change_role"),
    path("people/<int:person_id>/active/", team.change_active, name="change_active"),
    path("people/selected/", team.act_on_people, name="act_on_people"),
    path("audit/", audit.show_audit, name="audit"),
    path("audit/selected/", audit.act_on_audit, name="act_on_audit"),
    path("audit/export.csv", audit.export_audit, name="export_audit"),
    path("status/", status.show_status, name="status"),
    path("status/figures/", status.show_figures, name="status_figures"),
    # Connections and what a sync reads
    path("connections/", connections.show_connections, name="connections"),
    path("connections/new/", connections.add_connection, name="add_connection"),
    path("connections/<uuid:connection_id>/", connections.show_connection, name="connection"),
    path(
        "connections/<uuid:connection_id>/edit/",
        connections.edit_connection,
        name="edit_connection",
    ),
    path(
        "connections/<uuid:connection_id>/test/",
        connections.test_connection,
        name="test_connection",
    ),
    path(
        "connections/<uuid:connection_id>/secrets/<str:part>/remove/",
        connections.remove_credential,
        name="remove_credential",
    ),
    path(
        "connections/<uuid:connection_id>/delete/",
        connections.delete_connection,
        name="delete_connection",
    ),
    path("connections/<uuid:connection_id>/sync/", workflows.sync_connection, name="start_sync"),
    path("connections/<uuid:connection_id>/sync/state/", workflows.show_sync, name="sync_state"),
    path("connections/<uuid:connection_id>/accounts/", workflows.show_accounts, name="accounts"),
    path(
        "connections/<uuid:connection_id>/accounts/update/",
        workflows.create_account_draft,
        name="create_account_draft",
    ),
    # Workflows and jobs
    path("repeats/", repeats.show_repeats, name="repeats"),
    path("repeats/selected/", repeats.act_on_repeats, name="act_on_repeats"),
    path("repeats/<int:repeat_id>/delete/", repeats.delete_repeat, name="delete_repeat"),
    path("drift/", drift.show_drift, name="drift"),
    path("drift/drafts/<uuid:draft_id>/repair/", drift.repair_own_draft, name="repair_draft"),
    path(
        "drift/templates/<uuid:template_id>/repair/",
        drift.repair_saved_template,
        name="repair_template",
    ),
    path("jobs/", jobs.show_jobs, name="jobs"),
    path("jobs/selected/", chosen_jobs.act_on_jobs, name="act_on_jobs"),
    path("jobs/undo-stop/", chosen_jobs.undo_stop, name="undo_stop"),
    path("jobs/states/", job_states.show_job_states, name="job_states"),
    path("jobs/news/", job_news.show_job_news, name="job_news"),
    path(
        "history/<uuid:exchange_id>/failed-inputs/", failed_inputs.rerun_failed, name="rerun_failed"
    ),
    path("jobs/<uuid:connection_id>/<str:job_uid>/retry/", job.retry_job, name="retry_job"),
    path(
        "jobs/<uuid:connection_id>/<str:job_uid>/rows/<slug:what>/",
        job.show_job_rows,
        name="job_rows",
    ),
    path(
        "jobs/<uuid:connection_id>/<str:job_uid>/rows/<slug:what>/save/<slug:ending>/",
        job.save_job_rows,
        name="save_job_rows",
    ),
    path("jobs/<uuid:connection_id>/<str:job_uid>/", job.show_job, name="job"),
    path("jobs/<uuid:connection_id>/<str:job_uid>/state/", job.show_job_state, name="job_state"),
    path("workflows/", workflows.show_workflows, name="workflows"),
    path("workflows/new/", definitions.add_workflow, name="add_workflow"),
    path("workflows/import/", definitions.import_workflow, name="import_workflow"),
    path("workflows/<uuid:connection_id>/<str:uid>/", definitions.show_workflow, name="workflow"),
    path(
        "workflows/<uuid:connection_id>/<str:uid>/edit/",
        definitions.edit_definition,
        name="edit_workflow",
    ),
    path(
        "workflows/<uuid:connection_id>/<str:uid>/settle/",
        definitions.resolve_difference,
        name="settle_workflow",
    ),
    path(
        "workflows/<uuid:connection_id>/<str:uid>/delete/",
        definitions.delete_workflow,
        name="delete_workflow",
    ),
    path(
        "workflows/<uuid:connection_id>/<str:uid>/definition.json",
        definitions.export_workflow,
        name="export_workflow",
    ),
    # History
    path("history/", history.show_history, name="history"),
    path("history/selected/", chosen_exchanges.act_on_history, name="act_on_history"),
    path("history/export.csv", chosen_exchanges.export_history, name="export_history"),
    path("history/<uuid:exchange_id>/", exchanges.show_exchange, name="exchange"),
    path("history/<uuid:exchange_id>/reply/", exchanges.show_reply, name="reply"),
    path("history/<uuid:exchange_id>/body/", history.save_body, name="save_body"),
    path("history/<uuid:exchange_id>/text/", history.show_text, name="reply_text"),
    path("history/<uuid:exchange_id>/rows/", history.show_rows, name="reply_rows"),
    path("history/<uuid:exchange_id>/share/", exchanges.share_exchange, name="share_exchange"),
    path("history/<uuid:exchange_id>/cancel/", exchanges.cancel_exchange, name="cancel"),
    path("compare/", compare.show_comparison, name="compare"),
    path("compare/ignore/", compare.change_ignored, name="change_ignored"),
    path("history/<uuid:exchange_id>/again/", drafts.edit_and_resend, name="edit_and_resend"),
    # Drafts and the builder
    path("drafts/", drafts.show_drafts, name="drafts"),
    path("drafts/selected/", drafts.act_on_drafts, name="act_on_drafts"),
    path("drafts/undo-discard/", drafts.undo_discard, name="undo_discard"),
    path("paste/", pasting.paste, name="paste"),
    path("paste/step/", pasting.use_step, name="use_step"),
    path("drafts/new/", drafts.create_draft, name="create_draft"),
    path("drafts/<uuid:draft_id>/", page.show_builder, name="builder"),
    path("drafts/<uuid:draft_id>/turn/<str:direction>/", edits.undo_or_redo, name="undo_or_redo"),
    path("drafts/<uuid:draft_id>/paste/", paste_into.paste_into, name="paste_into"),
    path("drafts/<uuid:draft_id>/rows/", paste_rows.paste_rows, name="paste_rows"),
    path("drafts/<uuid:draft_id>/resolved/", page.show_resolved, name="draft_resolved"),
    path("drafts/<uuid:draft_id>/steps/", page.show_change_log, name="draft_change_log"),
    path("drafts/<uuid:draft_id>/secrets/", credentials.store_secrets, name="store_secrets"),
    path("drafts/<uuid:draft_id>/part/", parts.show_part, name="draft_part"),
    path(
        "drafts/<uuid:draft_id>/template/", template_link.show_template_link, name="draft_template"
    ),
    path("drafts/<uuid:draft_id>/template/new/", template_link.save_template, name="save_template"),
    path(
        "drafts/<uuid:draft_id>/template/save/",
        template_link.save_to_template,
        name="save_to_template",
    ),
    path("drafts/<uuid:draft_id>/variant/", template_link.switch_variant, name="switch_variant"),
    path("drafts/<uuid:draft_id>/state/", edits.show_state, name="draft_state"),
    path("drafts/<uuid:draft_id>/document.json", page.download_document, name="draft_document"),
    path("drafts/<uuid:draft_id>/changed/", drafts.show_changed, name="draft_changed"),
    path("drafts/<uuid:draft_id>/send/", sending.send_draft, name="send_draft"),
    path("drafts/<uuid:draft_id>/dry-run/", sending.dry_run, name="dry_run"),
    path("drafts/<uuid:draft_id>/code/<slug:language>/", sending.show_code, name="draft_code"),
    path("drafts/<uuid:draft_id>/files/", files.upload_file, name="upload_file"),
    path("drafts/<uuid:draft_id>/files/<slug:file_id>/", files.show_file, name="draft_file"),
    path("drafts/<uuid:draft_id>/files/<slug:file_id>/uri/", files.show_uri, name="file_uri"),
    path("drafts/<uuid:draft_id>/offers/", suggestions.show_completions, name="draft_completions"),
    path("drafts/<uuid:draft_id>/choices/", suggestions.show_choices, name="draft_choices"),
    path("drafts/<uuid:draft_id>/rename/", drafts.rename, name="rename_draft"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="discard_draft"),
    path("drafts/<uuid:draft_id>/restore/", drafts.restore, name="restore_draft"),
    # Templates
    path("templates/", template_list.show_templates, name="templates"),
    path("templates/selected/", chosen_templates.act_on_templates, name="act_on_templates"),
    path("templates/undo-archive/", chosen_templates.undo_archive, name="undo_archive"),
    path("templates/undo-delete/", chosen_templates.undo_delete, name="undo_delete"),
    path("templates/export/", template_list.export_all, name="export_templates"),
    path("templates/import/", template_list.import_files, name="import_templates"),
    path("templates/links/<uuid:link_id>/revoke/", template_links.revoke_link, name="revoke_link"),
    path("templates/<uuid:template_id>/", template_page.show_template, name="template"),
    path(
        "templates/<uuid:template_id>/file.<slug:ending>",
        template_list.export_one,
        name="template_file",
    ),
    path("templates/<uuid:template_id>/open/", template_page.open_in_builder, name="open_template"),
    path(
        "templates/<uuid:template_id>/fill/",
        template_page.prefill_template,
        name="prefill_template",
    ),
    path("templates/<uuid:template_id>/edit/", template_page.edit_details, name="edit_template"),
    path("templates/<uuid:template_id>/star/", template_page.star_template, name="star_template"),
    path(
        "templates/<uuid:template_id>/duplicate/",
        template_page.duplicate,
        name="duplicate_template",
    ),
    path("templates/<uuid:template_id>/fork/", template_page.fork, name="fork_template"),
    path("templates/<uuid:template_id>/archive/", template_page.archive, name="archive_template"),
    path("templates/<uuid:template_id>/delete/", template_page.delete, name="delete_template"),
    path("templates/<uuid:template_id>/restore/", template_page.restore, name="restore_template"),
    path(
        "templates/<uuid:template_id>/compare/",
        template_versions.compare_versions,
        name="compare_versions",
    ),
    path(
        "templates/<uuid:template_id>/parent/",
        template_versions.compare_parent,
        name="compare_parent",
    ),
    path(
        "templates/<uuid:template_id>/parent/seen/",
        template_page.dismiss_parent_changes,
        name="dismiss_parent_changes",
    ),
    path(
        "templates/<uuid:template_id>/versions/<int:number>/restore/",
        template_versions.restore_old_version,
        name="restore_version",
    ),
    path(
        "templates/<uuid:template_id>/share/", template_links.share_template, name="share_template"
    ),
    path(
        "templates/<uuid:template_id>/variables/",
        template_versions.change_variables,
        name="change_template_variables",
    ),
    path(
        "templates/<uuid:template_id>/variants/",
        template_versions.change_variant,
        name="change_variant",
    ),
    # Share links, for people without an account
    path("s/<str:token>/", include("playground.pages.shared.urls")),
    # Other packages' pages
    path("api/", include("playground.api.urls")),
    path("sandbox/", include("playground.sandbox.urls")),
]
