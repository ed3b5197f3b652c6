"""The URLs of the sandbox."""

from django.urls import path, re_path

from playground.sandbox import altcraft
from playground.sandbox import captain_data as cd
from playground.sandbox.serving import serve

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
NOWHERE = dict.fromkeys(METHODS, cd.reject_unknown_path)

urlpatterns = [
    path("captain-data/v3/workspace", serve(cd.API, GET=cd.show_workspace)),
    path("captain-data/v3/workflows", serve(cd.API, GET=cd.list_workflows)),
    path(
        "captain-data/v3/workflows/<workflow_uid>/schedule", serve(cd.API, POST=cd.launch_workflow)
    ),
    path("captain-data/v3/workflows/<workflow_uid>/details", serve(cd.API, GET=cd.show_details)),
    path("captain-data/v3/workflows/<workflow_uid>/jobs", serve(cd.API, GET=cd.list_jobs)),
    path(
        "captain-data/v3/workflows/<workflow_uid>/results/last",
        serve(cd.API, GET=cd.show_last_results),
    ),
    path(
        "captain-data/v3/integrations/<integration>/accounts",
        serve(cd.API, GET=cd.list_accounts, POST=cd.update_account),
    ),
    path("captain-data/v3/jobs/<job_uid>", serve(cd.API, GET=cd.show_job, DELETE=cd.delete_repeat)),
    path(
        "captain-data/v3/jobs/<job_uid>/results",
        serve(cd.API, GET=cd.show_results, DELETE=cd.delete_repeat),
    ),
    path(
        "captain-data/v3/jobs/<job_uid>/inputs",
        serve(cd.API, GET=cd.show_inputs, DELETE=cd.delete_repeat),
    ),
    path(
        "captain-data/v3/jobs/<job_uid>/retry",
        serve(cd.API, POST=cd.retry_job, DELETE=cd.delete_repeat),
    ),
    # A repeat is deleted by its job name, which may contain slashes and look like any path.
    path(
        "captain-data/v3/jobs/<path:place>",
        serve(cd.API, **NOWHERE | {"DELETE": cd.delete_repeat}),
    ),
    re_path(r"^captain-data/", serve(cd.API, **NOWHERE)),
    re_path(
        r"^altcraft/api/v1\.1/workflows/start/?$",
        serve(altcraft.API, POST=altcraft.start_scenario),
    ),
    re_path(
        r"^altcraft/api/v1\.1/workflows/list/?$",
        serve(altcraft.API, POST=altcraft.list_scenarios),
    ),
    re_path(
        r"^altcraft/", serve(altcraft.API, **dict.fromkeys(METHODS, altcraft.reject_unknown_path))
    ),
]
