"""A stand-in for the launch API on a port of its own: one workflow, accounts, jobs, results."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

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


class LaunchServer:
    """Answers as the API does. `launched` has the body of each launch, as it came."""

    def __init__(self) -> None:
        self.launched: list[bytes] = []
        self.looks = 0

    def __enter__(self) -> "LaunchServer":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if (method, path) == ("GET", "/v3/workflows"):
            steps = [{"name": "Read the profile", "step_uid": STEP, "uid": STEP}]
            return 200, [{"uid": WORKFLOW, "name": DETAILS["name"], "steps": steps}]
        if (method, path) == ("GET", f"/v3/workflows/{WORKFLOW}/details"):
            return 200, DETAILS
        if (method, path) == ("GET", "/v3/integrations/linkedin/accounts"):
            account = {"uid": ACCOUNT, "name": "Grace's LinkedIn", "is_valid": True}
            return 200, {"accounts": [account], "next_page_exist": False}
        if (method, path) == ("POST", f"/v3/workflows/{WORKFLOW}/schedule"):
            self.launched.append(body)
            return 200, {
                "workflow": {"uid": WORKFLOW, "name": DETAILS["name"]},
                "message": "Bot successfully scheduled.",
                "job_uid": f"job-{len(self.launched)}",
            }
        return self._answer_about_jobs(method, path)

    def _answer_about_jobs(self, method: str, path: str) -> tuple[int, Any]:
        if (method, path) == ("GET", "/v3/jobs/job-1"):
            self.looks += 1
            status = "running" if self.looks == 1 else "finished"
            return 200, {
                "uid": "job-1", "name": "From the journey", "status": status,
                "workflow_uid": WORKFLOW, "workflow_name": DETAILS["name"],
                "error_message": None, "number_inputs": 1, "row_count": 1,
            }  # fmt: skip
        if (method, path) == ("GET", "/v3/jobs/job-1/results"):
            row = {"full_name": "Grace Hopper", "linkedin_profile_url": "https://example.com/in/g"}
            paging = {"previous": None, "next": None, "have_next_page": False}
            return 200, {"results": [row], "paging": paging}
        return 404, {"error_label": "NOT_FOUND", "message": f"nothing at {path}"}

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, told = 401, {"message": "who is there?"}
                if self.headers.get("Authorization") == f"x-api-key {KEY}":
                    status, told = server.answer(self.command, urlsplit(self.path).path, body)
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = respond  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        return Handler
