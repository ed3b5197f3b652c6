"""Several machines under load: processes are killed, servers and networks go away."""

from __future__ import annotations

import random
import time
from collections import Counter

from tests.drill.load import Load
from tests.drill.report import Report
from tests.engine.machines import Machines, find_missing_server, start_machines
from tests.engine.workers import Gate
from tests.postgresql import find_programs, run_as_server_user
from tests.sending.stand_ins import Standin

ROUNDS, TYPISTS, PRESSERS = 20, 2, 3
LONGEST = 60.0
OUTAGE_SECONDS = 5.0
WEB, GUNICORN = "playground-web@.service", "playground-gunicorn@.service"
WORKER = "playground-worker@.service"


def run_kills() -> Report:
    """kill -9 of web processes and workers, twenty times."""
    if missing := find_missing_server():
        return Report(skipped=missing)
    report = Report()
    with Standin() as target, start_machines(target.origin, WORKER_PROCESSES="2") as machines:
        running = start_processes(machines)
        load = Load(machines, [each.origin for each in running[:2]])
        load.start(TYPISTS, PRESSERS)
        load.wait_for_progress()
        pauses, killed = [], Counter[str]()
        for _ in range(ROUNDS):
            time.sleep(random.uniform(0.1, 1.0))
            position = random.randrange(len(running))
            running[position].kill()
            killed[running[position].unit.partition("@")[0]] += 1
            pauses.append(load.wait_for_progress())
            running[position] = machines.deployment.restart(running[position])
            for web in running[:2]:
                machines.deployment.wait_until_ready(web)
        load.stop()
        load.judge(report, target)
    report.figures["kills"] = ", ".join(f"{name} {count}" for name, count in killed.items())
    report.add_times("until an edit and a send went through", pauses)
    report.expect(max(pauses) < LONGEST, "work didn't go on within a minute")
    return report


def run_outages() -> Report:
    """The database restarts, the broker goes away, then the target."""
    if missing := find_missing_server():
        return Report(skipped=missing)
    report = Report()
    with Standin() as target:
        way = Gate(target.origin)
        with start_machines(way.url, WORKER_PROCESSES="2") as machines:
            running = start_processes(machines)
            load = Load(machines, [each.origin for each in running[:2]])
            load.start(TYPISTS, PRESSERS)
            load.wait_for_progress()
            restart_database(machines)
            note(report, load, "after the database restarted")
            machines.broker.shut()
            before = load.count_edits()
            time.sleep(OUTAGE_SECONDS)
            report.expect(load.count_edits() > before, "nobody could edit without the broker")
            machines.broker.open()
            note(report, load, "after the broker was back")
            way.shut()
            time.sleep(OUTAGE_SECONDS)
            way.open()
            note(report, load, "after the target was back")
            load.stop()
            load.judge(report, target)
        way.shut()
    return report


def start_processes(machines: Machines) -> list:
    """Two web processes, one of each kind, and two workers."""
    webs = [machines.deployment.serve(unit) for unit in (WEB, GUNICORN)]
    return webs + [machines.deployment.start(WORKER, name) for name in "12"]


def restart_database(machines: Machines) -> None:
    [(folder,)] = machines.read("SHOW data_directory")
    log = f"{folder}/../log"
    run_as_server_user(
        find_programs() / "pg_ctl", "-D", folder, "-l", log, "-m", "fast", "-w", "restart"
    )


def note(report: Report, load: Load, when: str) -> None:
    seconds = load.wait_for_progress()
    report.figures[f"an edit and a send {when}"] = f"{seconds:.1f} s"
    report.expect(seconds < LONGEST, f"work didn't go on within a minute {when}")
