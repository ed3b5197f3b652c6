"""The launch API on a port of its own, well behaved: one workflow, accounts, a job, results."""

from tests.sending.misbehaving import Headers, Misbehaving, Told, say

WORKFLOW = "0a1b2c3d-0000-4000-8000-000000000001"
STEP = "0a1b2c3d-0000-4000-8000-000000000002"
ACCOUNT = "0a1b2c3d-0000-4000-8000-000000000003"
KEY = "key-of-the-stand-in"
DETAILS = {
    "uid": WORKFLOW,
    "name": "Read a profile",
    "steps": [
        {
            "step_uid": STEP,
            "step_name": "Read the profile",
            "position": 0,
            "permalink": "read-a-profile",
            "integrations": ["linkedin"],
            "input_schema": {
                "linkedin_profile_url": {
                    "regex": {}, "help": "a profile", "primary": True, "required": 1,
                    "variations": ["url"],
                }
            },
            "output_schema": ["full_name", "linkedin_profile_url"],
            "parameters_schema": {"properties": {"max_results": 10}},
        }
    ],
}  # fmt: skip


class LaunchServer(Misbehaving):
    """Answers as the API does, to its key only. `launched` has the body of each launch."""

    def __init__(self) -> None:
        super().__init__()
        self.launched: list[bytes] = []
        steps = [{"name": "Read the profile", "step_uid": STEP, "uid": STEP}]
        listed = {"uid": WORKFLOW, "name": DETAILS["name"], "steps": steps}
        account = {"uid": ACCOUNT, "name": "Grace's LinkedIn", "is_valid": True}
        row = {"full_name": "Grace Hopper", "linkedin_profile_url": "https://example.com/in/g"}
        paging = {"previous": None, "next": None, "have_next_page": False}
        self.answers = {
            "GET /v3/workflows": say([listed]),
            f"GET /v3/workflows/{WORKFLOW}/details": say(DETAILS),
            "GET /v3/integrations/linkedin/accounts": say(
                {"accounts": [account], "next_page_exist": False}
            ),
            f"POST /v3/workflows/{WORKFLOW}/schedule": self._launch,
            "GET /v3/jobs/job-1": [say(_job("running")), say(_job("finished"))],
            "GET /v3/jobs/job-1/results": say({"results": [row], "paging": paging}),
        }

    def answer(self, method: str, target: str, headers: Headers, body: bytes) -> Told:
        if headers.get("Authorization") != f"x-api-key {KEY}":
            return 401, {"message": "who is there?"}, {}
        return super().answer(method, target, headers, body)

    def _launch(self, query: dict[str, str], body: bytes) -> Told:
        self.launched.append(body)
        return 200, {
            "workflow": {"uid": WORKFLOW, "name": DETAILS["name"]},
            "message": "Bot successfully scheduled.",
            "job_uid": f"job-{len(self.launched)}",
        }, {}  # fmt: skip


def _job(status: str) -> dict[str, object]:
    return {
        "uid": "job-1", "name": "From the journey", "status": status,
        "workflow_uid": WORKFLOW, "workflow_name": DETAILS["name"],
        "error_message": None, "number_inputs": 1, "row_count": 1,
    }  # fmt: skip
