"""The check of a batch in a process of its own, so that its peak of memory is that of the check.

`python -m tests.bench.batch_check BATCH` prints seconds, seconds of processor time and megabytes.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from playground.batches.models import Batch  # noqa: E402
from playground.batches.reading import check_batch  # noqa: E402
from tests.bench.product import read_megabytes  # noqa: E402


def main(batch_id: str) -> None:
    batch = Batch.objects.filter(pk=batch_id)
    batch.update(state=Batch.State.CHECKING)
    begun, used = time.perf_counter(), time.process_time()
    check_batch(batch_id)
    took = time.perf_counter() - begun, time.process_time() - used
    assert batch.get().state == Batch.State.CHECKED, batch.get().reason
    print(json.dumps([*took, read_megabytes("VmHWM")]))


if __name__ == "__main__":
    main(sys.argv[1])
