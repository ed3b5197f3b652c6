"""The site map."""

from django.urls import URLPattern, URLResolver, include, path

from playground.pages import (
    connections,
    drafts,
    finder,
    health,
    history,
    home,
    jobs,
    people,
    signing_in,
    syncs,
    team,
    workflows,
)
from playground.pages.builder import edits, kept, page, parts, sending

handler400 = "playground.pages.errors.show_400"
handler403 = "playground.pages.errors.show_403"
handler404 = "playground.pages.errors.show_404"
handler500 = "playground.pages.errors.show_500"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show_home, name="home"),
    path("find/", finder.show_found, name="find"),
    path("health/", health.show_health, name="health"),
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("link/<str:token>/", signing_in.open_link, name="link"),
    path("profile/", people.show_profile, name="profile"),
    path("people/", team.show_people, name="people"),
    path("people/invite/", team.invite, name="invite"),
    path("people/invites/<int:link_id>/withdraw/", team.withdraw_invite, name="withdraw_invite"),
    path("people/<int:person_id>/role/", team.change_role, name="change_role"),
    path("people/<int:person_id>/active/", team.change_active, name="change_active"),
    path("audit/", team.show_audit, name="audit"),
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
    path("connections/<uuid:connection_id>/sync/", syncs.begin, name="begin_sync"),
    path("connections/<uuid:connection_id>/sync/state/", syncs.show_state, name="sync_state"),
    path("history/", history.show_history, name="history"),
    path("history/<uuid:exchange_id>/", history.show_exchange, name="exchange"),
    path("history/<uuid:exchange_id>/reply/", history.show_reply, name="reply"),
    path("history/<uuid:exchange_id>/body/", history.save_body, name="save_body"),
    path("history/<uuid:exchange_id>/cancel/", history.cancel_exchange, name="cancel"),
    path("jobs/<uuid:connection_id>/<str:job_uid>/", jobs.show_job, name="job"),
    path("jobs/<uuid:connection_id>/<str:job_uid>/state/", jobs.show_job_state, name="job_state"),
    path("workflows/", workflows.show_workflows, name="workflows"),
    path("drafts/", drafts.show_drafts, name="drafts"),
    path("drafts/new/", drafts.begin_draft, name="begin_draft"),
    path("drafts/<uuid:draft_id>/", page.show_builder, name="builder"),
    path("drafts/<uuid:draft_id>/edit/", edits.edit_draft, name="edit_draft"),
    path("drafts/<uuid:draft_id>/turn/<str:direction>/", edits.turn_back, name="turn_back"),
    path("drafts/<uuid:draft_id>/part/", parts.show_part, name="draft_part"),
    path("drafts/<uuid:draft_id>/template/", kept.show_kept, name="draft_template"),
    path("drafts/<uuid:draft_id>/template/new/", kept.save_template, name="save_template"),
    path("drafts/<uuid:draft_id>/template/save/", kept.save_kept, name="save_kept"),
    path("drafts/<uuid:draft_id>/variant/", kept.switch_variant, name="switch_variant"),
    path("drafts/<uuid:draft_id>/state/", edits.show_state, name="draft_state"),
    path("drafts/<uuid:draft_id>/document.json", page.download, name="draft_document"),
    path("drafts/<uuid:draft_id>/send/", sending.send_draft, name="send_draft"),
    path("drafts/<uuid:draft_id>/dry-run/", sending.dry_run, name="dry_run"),
    path("drafts/<uuid:draft_id>/code/<slug:language>/", sending.show_code, name="draft_code"),
    path("drafts/<uuid:draft_id>/rename/", drafts.rename, name="rename_draft"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="discard_draft"),
    path("drafts/<uuid:draft_id>/restore/", drafts.restore, name="restore_draft"),
    path("templates/", include("playground.pages.templates.urls")),
    path("sandbox/", include("playground.sandbox.urls")),
]
