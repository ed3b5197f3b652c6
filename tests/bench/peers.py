"""react-jsonschema-form and the product in alternation, so that ratios come from one run.

`make bench-peers` installs it from npm into a throw-away folder; nothing of it is kept.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.bench.browser import Bench, heap_of, start_browser
from tests.bench.documents import KEYS, SAMPLES, Sample
from tests.bench.figures import Figure, figure_of, median
from tests.bench.keys import press_keys, reveal
from tests.bench.product import Served, make_draft

SOURCE = Path(__file__).parent / "peer.jsx"
PACKAGES = (
    "react@18",
    "react-dom@18",
    "@rjsf/core@~5.24",
    "@rjsf/utils@~5.24",
    "@rjsf/validator-ajv8@~5.24",
    "esbuild@~0.25",
)
LOADS, TURNS = 5, 5
# First field, cold, as multiples of react-jsonschema-form.
FIRST_FIELD = {"small": 1.0, "steps50": 1.0, "inputs1000": 0.35}
SLOW_FIELD = 0.6
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Peer</title>
<main id="main"></main><script type="application/json" id="sample">{sample}</script>
<script src="/bundle.js"></script>"""
TYPES = {bool: "boolean", int: "integer", str: "string"}


def measure_peers(served: Served) -> Iterator[Figure]:
    """First field, key → preview, weight and heap of both, in turns."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise SystemExit("Peers need Node.js and npm: install them, or leave this part out.")
    with build_bundle() as bundle, serve_peer(bundle) as origin, start_browser(served) as bench:
        for sample in SAMPLES:
            yield from compare(bench, sample, f"{origin}/{sample.name}")


def compare(bench: Bench, sample: Sample, address: str) -> Iterator[Figure]:
    name, peer = sample.name, "rjsf: "
    for slow in (False, True):
        ours, theirs = [], []
        for _ in range(LOADS):
            with bench.open(make_draft(bench.visitor, sample), slow) as (page, wire):
                ours.append(page.evaluate("() => watching.ready"))
            with bench.open_page(address, slow) as (page, peer_wire):
                theirs.append(page.evaluate("() => watching.ready"))
        kind = ", cold, 10 Mbit/s and 40 ms" if slow else ", cold"
        ratio = SLOW_FIELD if slow else FIRST_FIELD[name]
        note = f"{median(ours) / median(theirs):.2f} × react-jsonschema-form"
        yield figure_of(f"{peer}first field{kind}", name, theirs)
        yield figure_of(f"first field{kind}", name, ours, ratio * median(theirs), note)
    yield Figure(f"{peer}wire weight, cold", name, peer_wire.weigh(), "KB")
    yield Figure("wire weight, cold", name, wire.weigh(), "KB", peer_wire.weigh())
    with bench.open(make_draft(bench.visitor, sample)) as (page, wire):
        reveal(page, sample)
        with bench.open_page(address) as (peer_page, peer_wire):
            peer_page.click(f"#root_steps_{sample.steps - 1}_parameters_parameter_2")
            echoes: tuple[list[float], list[float]] = ([], [])
            for _ in range(TURNS):
                for each, times in zip((page, peer_page), echoes, strict=True):
                    each.bring_to_front()
                    press_keys(each)
                    times += each.evaluate("() => watching.times()")[0]
            heaps = heap_of(wire.cdp), heap_of(peer_wire.cdp)
    note = f"{median(echoes[0]) / median(echoes[1]):.2f} × react-jsonschema-form"
    yield figure_of(f"{peer}key → preview text", name, echoes[1])
    yield figure_of("key → preview text", name, echoes[0], median(echoes[1]), note)
    yield Figure(f"{peer}heap", name, heaps[1], "MB")
    yield Figure("heap", name, heaps[0], "MB", heaps[1])


@contextmanager
def build_bundle() -> Iterator[bytes]:
    """The minified production bundle of the peer's page."""
    with tempfile.TemporaryDirectory(prefix="playground-peers-") as folder:
        shutil.copy(SOURCE, folder)
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        production = '--define:process.env.NODE_ENV="production"'
        bundle = ["npx", "esbuild", SOURCE.name, "--bundle", "--minify", production]
        for command in (install, [*bundle, "--outfile=bundle.js", "--log-level=error"]):
            if subprocess.run(command, cwd=folder, check=False).returncode:
                raise SystemExit(f"Peers can't be measured: {' '.join(command[:2])} failed.")
        yield (Path(folder) / "bundle.js").read_bytes()


@contextmanager
def serve_peer(bundle: bytes) -> Iterator[str]:
    """A page for each sample at its name, compressed, on a free port."""
    pages = {f"/{each.name}": write_page(each).encode() for each in SAMPLES}
    contents = {path: ("text/html", gzip.compress(page)) for path, page in pages.items()}
    contents["/bundle.js"] = ("text/javascript", gzip.compress(bundle))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = contents.get(self.path, ("text/plain", gzip.compress(b"")))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def write_page(sample: Sample) -> str:
    document = json.loads(sample.text())
    content = json.dumps({"schema": describe(sample, document), "document": document})
    return PAGE.format(sample=content.replace("<", "\\u003c"))


def describe(sample: Sample, document: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a sample."""
    values = document["steps"][0]["parameters"]
    parameters = {name: {"type": TYPES[type(value)]} for name, value in values.items()}
    step = {
        "accounts": {"type": "array", "items": {"type": "string"}},
        "accounts_rotation_enabled": {"type": "boolean"},
        "parameters": {"type": "object", "properties": parameters},
        "step_uid": {"type": "string"},
    }
    row = {"type": "object", "properties": {key: {"type": "string"} for key in KEYS}}
    properties = {
        "job_name": {"type": "string"},
        "inputs": {"type": "array", "items": row},
        "steps": {"type": "array", "items": {"type": "object", "properties": step}},
    }
    return {"type": "object", "properties": properties}
