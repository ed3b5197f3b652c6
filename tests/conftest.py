"""What every test starts from: an own data folder, so that no test touches real data."""

import os
import tempfile

os.environ.setdefault("PLAYGROUND_DATA", tempfile.mkdtemp(prefix="playground-test-"))
