"""Two operations of opposite kinds: credential in headers, and as the first key of the body."""

from dataclasses import replace

from playground.openapi.credentials import Credential, CredentialField, CredentialScheme
from playground.openapi.operations import Deduplication, VerdictRule, get_operation

LAUNCH = get_operation("launch-workflow")

START = replace(
    LAUNCH,
    id="start",
    path="/workflows/start",
    path_fields=(),
    replies=get_operation("start-scenario").replies,
    api=replace(
        LAUNCH.api,
        title="Altcraft",
        credential=Credential(
            (CredentialField("token", "API token"),),
            (
                CredentialScheme("body", "Body", body_key="token", body_field="token"),
                CredentialScheme(
                    "bearer", "Bearer", headers=(("Authorization", "Bearer {token}"),)
                ),
            ),
        ),
    ),
    verdict=VerdictRule(
        accepted=("Engaged: {error_text}", "Engaged"),
        refused=(
            "Refused by Altcraft: {error_text} (error {error})",
            "Refused by Altcraft (status {status})",
        ),
        equals=("/error", 0),
        values={"error": ("/error",), "error_text": ("/error_text", "/error text")},
    ),
    unknown_advice=("Look at the scenario's log before sending again.",),
    deduplication=Deduplication(
        ("Duplicate-Request",), "Request-ID", "Altcraft answered from memory."
    ),
)
