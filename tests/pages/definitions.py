"""The form of a workflow's definition, filled in."""

from playground.workspace.models import Connection

STEP = {
    "step-0-uid": "https://app.example/jobs/1?step=s-1&x=2",
    "step-0-name": "Visit",
    "step-0-integrations": "linkedin, outlook",
    "step-0-accounts": "required",
    "step-0-parameter-0-name": "limit",
    "step-0-parameter-0-type": "integer",
    "step-0-parameter-0-required": "on",
    "step-0-parameter-0-default": "12345678901234567890",
    "step-0-parameter-7-name": "mode",
    "step-0-parameter-7-type": "string",
    "step-0-parameter-7-choices": "fast\nslow",
    "step-0-parameter-7-default": "fast",
    "step-0-input-0-name": "url",
    "step-0-input-0-required": "on",
    "step-0-input-0-variations": "link address",
}


def add_definition(client, holder: Connection, **fields: str):
    form = {"connection": str(holder.id), "uid": "w-1", "name": "Mine", **STEP, **fields}
    return client.post("/workflows/new/", {k: v for k, v in form.items() if v is not None})
