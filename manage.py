#!/usr/bin/env python3
"""The command line of API Playground."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:  # who was reading, such as `head`, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from playground.commands.data_state import explain_for_terminal

        # A failed disk or database gets a sentence; of everything else the trace is wanted.
        message = "" if "--traceback" in sys.argv else explain_for_terminal(error)
        if not message:
            raise
        sys.exit(message)


if __name__ == "__main__":
    main()
