"""Loaded by pytest before Django's settings: no test touches real data or a person's settings."""

import atexit
import os
import shutil
import tempfile

database_url = os.environ.get("PLAYGROUND_TEST_DATABASE_URL", "")
for name in [name for name in os.environ if name.startswith(("PLAYGROUND_", "AWS_"))]:
    # The processes that pytest-xdist starts load this module again, and need the URLs as well.
    if name not in ("PLAYGROUND_TEST_DATABASE_URL", "PLAYGROUND_TEST_BROKER_URLS"):
        del os.environ[name]
if database_url:
    os.environ["PLAYGROUND_DATABASE_URL"] = database_url
# A busy machine lets a writer wait; an error instead would be the test's, not the product's.
os.environ["PLAYGROUND_DATABASE_WAIT_SECONDS"] = "30"
os.environ["PLAYGROUND_DATA"] = tempfile.mkdtemp(prefix="playground-test-")
atexit.register(shutil.rmtree, os.environ["PLAYGROUND_DATA"], ignore_errors=True)
os.mkdir(os.path.join(os.environ["PLAYGROUND_DATA"], "static"))
# Playwright keeps an event loop running; Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
