"""gunicorn instead of the embedded server, with the same settings:

python -m gunicorn -c docs/deploy/gunicorn.conf.py playground.wsgi
"""

from importlib import import_module

from playground import environment as env

host = env.read_text("HOST", "127.0.0.1")
port = env.read_integer("PORT", 8000, minimum=1, maximum=65535)

bind = f"{host}:{port}"
workers = env.read_integer("WEB_PROCESSES", 2, minimum=1)
worker_class = "gthread"
threads = env.read_integer("THREADS", 8, minimum=1)

# Sends to the built-in sandbox come back to this port, unless the setting says otherwise.
own_address = "127.0.0.1" if host in ("0.0.0.0", "[::]") else host
raw_env = [
    f"PLAYGROUND_SANDBOX_ORIGIN={env.read_text('SANDBOX_ORIGIN', f'http://{own_address}:{port}')}"
]

# Longer than the proxy keeps its connections, which else picks one that is just being closed.
keepalive = env.read_integer("KEEP_ALIVE_SECONDS", 60, minimum=1)
# Sends may finish, and requests with them, before a stopping process is killed.
graceful_timeout = env.read_integer("STOP_SECONDS", 30) + 10
# Only a process that hangs as a whole is killed: requests run on threads.
timeout = 60
limit_request_line = 8190
worker_tmp_dir = "/dev/shm"
control_socket_disable = True


def worker_exit(server, worker):
    """Finish or end the sends of a process that stops."""
    # Only here: Django isn't set up in the process that reads this file.
    import_module("playground.commands.stopping").finish_sends()
