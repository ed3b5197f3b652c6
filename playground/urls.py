"""The site map."""

from django.urls import URLPattern, URLResolver, include, path

from playground.pages import health, home, people, signing_in, team

handler400 = "playground.pages.errors.show_400"
handler403 = "playground.pages.errors.show_403"
handler404 = "playground.pages.errors.show_404"
handler500 = "playground.pages.errors.show_500"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show_home, name="home"),
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
    path("sandbox/", include("playground.sandbox.urls")),
]
