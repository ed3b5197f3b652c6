"""All settings, read from the environment; the README lists them in one table."""

import os
from pathlib import Path

from playground import environment as env
from playground import mail_environment as mail

# What this process creates is for its own user, whatever the shell's umask: the database, keys,
# attachments, exports.
os.umask(0o077)

# Of the release that this code is or will become; the changelog lists what is in it.
VERSION = "2026.12.0.dev0"

HOME = Path(__file__).resolve().parent.parent
DATA = env.read_folder("DATA", HOME / "data")
DEBUG = env.read_flag("DEBUG")

SECRET_KEY = env.read_signing_key("SIGNING_KEY", DATA / "signing.key")
# Newest first: the first one encrypts, all of them decrypt.
SECRET_KEYS = env.read_secret_keys("SECRET_KEYS", DATA / "secrets.key")

HOST = env.read_text("HOST", "127.0.0.1")
PORT = env.read_integer("PORT", 8000, maximum=65535)
THREADS = env.read_integer("THREADS", 8, minimum=1)
# Connections in all and per address (0: no limit), how long an idle one is kept, how long a
# request may take to arrive, and how long a stop waits for what is under way.
CONNECTIONS = env.read_integer("CONNECTIONS", 4000, minimum=10)
CONNECTIONS_PER_ADDRESS = env.read_integer("CONNECTIONS_PER_ADDRESS", 400)
KEEP_ALIVE_SECONDS = env.read_integer("KEEP_ALIVE_SECONDS", 60, minimum=1)
REQUEST_SECONDS = env.read_integer("REQUEST_SECONDS", 120, minimum=1)
STOP_SECONDS = env.read_integer("STOP_SECONDS", 30)

# What people type, such as https://playground.example.com. The hosts are allowed as well.
ORIGINS = env.read_origins("ORIGINS")
ALLOWED_HOSTS = [
    *(env.read_list("HOSTS") or ["127.0.0.1", "localhost", "[::1]"]),
    *env.list_hosts(ORIGINS),
]
CSRF_TRUSTED_ORIGINS = ORIGINS
BEHIND_PROXY = env.read_flag("BEHIND_PROXY")
HTTPS = env.read_flag("HTTPS", any(origin.startswith("https://") for origin in ORIGINS))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "playground.commands.static_files.StaticFilesConfig",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "bootstrap",
    "django_ace",
    "playground.people",
    "playground.vault",
    "playground.workspace",
    "playground.apis",
    "playground.drafts",
    "playground.payload_templates",
    "playground.engine",
    "playground.history",
    "playground.sending",
    "playground.batches",
    "playground.schedules",
    "playground.sandbox",
    "playground.commands",
    "playground.pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "playground.people.access.SecurityHeadersMiddleware",
    "playground.pages.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "playground.pages.errors.CompressionMiddleware",
    "playground.request_log.RequestLogMiddleware",
    "playground.monitoring.requests.RequestMetricsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "playground.people.access.SameOriginMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "playground.people.access.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "playground.pages.errors.ErrorMessageMiddleware",
]

ROOT_URLCONF = "playground.urls"
WSGI_APPLICATION = "playground.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HOME / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["playground.pages.templatetags.markup"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# How long a statement waits for another program that is writing before it fails.
DATABASE_WAIT_SECONDS = env.read_integer("DATABASE_WAIT_SECONDS", 5, minimum=1)
DATABASES = {"default": env.read_database("DATABASE_URL", DATA / "playground.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {
        "OPTIONS": {
            # A transaction that starts by reading could not be upgraded once somebody else
            # has written: it would fail at once instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": DATABASE_WAIT_SECONDS,
            # Overwritten with zeros, what was deleted is in no copy of the file.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA secure_delete=ON;",
        },
        # A file, so that each thread of a test's server has a connection of its own.
        "TEST": {"NAME": DATA / "test.sqlite3"},
    }
else:
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", DATABASE_WAIT_SECONDS)
    options.setdefault("options", f"-c lock_timeout={DATABASE_WAIT_SECONDS}s")
# The same database once more, to read all of it at one moment while people save (backups). It
# takes no lock: on SQLite a transaction that only reads, on PostgreSQL one with a snapshot.
DATABASES["snapshot"] = DATABASES["default"] | {
    "OPTIONS": DATABASES["default"]["OPTIONS"] | env.list_snapshot_options(DATABASES["default"]),
    "CONN_MAX_AGE": 0,
    "TEST": {"MIRROR": "default"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"

# Attempts in 15 minutes: at one name, and from one address, which a whole office may share.
SIGN_IN_TRIES_PER_NAME = env.read_integer("SIGN_IN_TRIES_PER_NAME", 10, minimum=1)
SIGN_IN_TRIES_PER_ADDRESS = env.read_integer("SIGN_IN_TRIES_PER_ADDRESS", 30, minimum=1)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
# Without translations nothing is looked up: a page has hundreds of texts.
LOCALE_PATHS = [HOME / "locale"]
USE_I18N = LOCALE_PATHS[0].is_dir()
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [HOME / "static"]
STATIC_ROOT = DATA / "static"
# Django would give the files it stores, the static ones, to everybody (0o644).
FILE_UPLOAD_PERMISSIONS = 0o600
# Attached files. In a bucket, the folder has only those on their way there.
MEDIA_ROOT = DATA / "files"
FILES_URL = env.read_text("FILES_URL")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": env.read_file_storage("FILES_URL"),
    "staticfiles": {"BACKEND": "playground.commands.static_files.BundlingStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_ENGINE = "playground.people.sessions"
SESSION_COOKIE_NAME = "playground_session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "playground_csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in a meta tag
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
# Browsers then ask by https only. Sent with answers to https requests, never with others.
SECURE_HSTS_SECONDS = env.read_integer("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
CSRF_FAILURE_VIEW = "playground.pages.errors.show_csrf_failure"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A document of 10 MB and what is sent with it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOG_LEVEL = env.read_choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOG_AS_JSON = env.read_choice("LOG", "text", ("text", "json")) == "json"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "playground.request_log.JsonFormatter"
            if LOG_AS_JSON
            else "playground.request_log.TextFormatter"
        }
    },
    "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["standard"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["standard"], "propagate": False},
        # The request log has a line for each 404 already.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        # It warns whenever a request waits for a thread.
        "waitress.queue": {"level": "ERROR"},
        # At lower levels they write signed requests.
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
    },
}

# Metrics for Prometheus: for who has the token, and for these networks only. Off without either.
METRICS = env.read_token("METRICS")
METRICS_NETWORKS = env.read_networks("METRICS_NETWORKS")

# The sandbox: how long a job is pending and runs, how long and how many responses hang.
SANDBOX_JOB_PENDING_SECONDS = env.read_number("SANDBOX_JOB_PENDING_SECONDS", 1)
SANDBOX_JOB_RUNNING_SECONDS = env.read_number("SANDBOX_JOB_RUNNING_SECONDS", 3)
SANDBOX_HANG_SECONDS = env.read_number("SANDBOX_HANG_SECONDS", 60)
SANDBOX_HANGING_LIMIT = env.read_integer("SANDBOX_HANGING_LIMIT", 2)
SANDBOX_HUGE_BYTES = env.read_integer("SANDBOX_HUGE_BYTES", 64 * 1024 * 1024)

# The network: which addresses may be dialled, time limits, size limits.
ALLOW_NETWORKS = env.read_list("ALLOW_NETWORKS")
ALLOW_HOSTS = env.read_list("ALLOW_HOSTS")
ALLOW_ONLY = env.read_flag("ALLOW_ONLY")
SANDBOX_ORIGIN = env.read_text("SANDBOX_ORIGIN")
CA_FILE = env.read_text("CA_FILE")
EGRESS_PROXY = env.read_text("EGRESS_PROXY")
CONNECT_SECONDS = env.read_number("CONNECT_SECONDS", 5, minimum=0.1)
TOTAL_SECONDS = env.read_number("TOTAL_SECONDS", 60, minimum=0.1)
IDLE_SECONDS = env.read_number("IDLE_SECONDS", 20, minimum=0.1)
MAX_REPLY_BYTES = env.read_integer("MAX_REPLY_BYTES", 10_000_000, minimum=1)
MAX_UNPACKED_BYTES = env.read_integer("MAX_UNPACKED_BYTES", 20_000_000, minimum=1)
MAX_UNPACKING_BYTES = env.read_integer("MAX_UNPACKING_BYTES", 100_000_000, minimum=1)
MAX_REPLY_HEADERS = env.read_integer("MAX_REPLY_HEADERS", 100, minimum=1)
MAX_REPLY_HEADER_BYTES = env.read_integer("MAX_REPLY_HEADER_BYTES", 65_536, minimum=1)

# Sends a minute in all processes together; 0 means no limit. A connection may have its own.
SENDS_PER_MINUTE_PER_CONNECTION = env.read_integer(
    "SENDS_PER_MINUTE_PER_CONNECTION", 0, maximum=1_000_000
)
SENDS_PER_MINUTE_PER_PERSON = env.read_integer("SENDS_PER_MINUTE_PER_PERSON", 0, maximum=1_000_000)

# Threads that send, and how many sends may wait for one.
SEND_WORKERS = env.read_integer("SEND_WORKERS", 32, minimum=1)
SEND_WAITING = env.read_integer("SEND_WAITING", 200)
# With a message broker, sends and syncs go to workers: how many processes a worker has, and how
# long a send may wait for one.
BROKER_URL = env.read_broker("BROKER_URL")
WORKER_PROCESSES = env.read_integer("WORKER_PROCESSES", 4, minimum=1)
QUEUE_SECONDS = env.read_integer("QUEUE_SECONDS", 600, minimum=30)
# How often a process that does such work tells the others that it lives; 0 for tests.
HEARTBEAT_SECONDS = 10.0
# How long a reply that can't be stored, as the disk is full, is kept in memory.
KEEP_REPLY_SECONDS = env.read_integer("KEEP_REPLY_SECONDS", 600)

# Attached files: how large one and all of them may be.
MAX_FILE_BYTES = env.read_integer("MAX_FILE_BYTES", 10_000_000, minimum=1)
MAX_FILES_BYTES = env.read_integer("MAX_FILES_BYTES", 2_000_000_000, minimum=1)

# How many days and how many exchanges the history keeps; 0 means no limit.
HISTORY_DAYS = env.read_integer("HISTORY_DAYS", 0)
HISTORY_NUMBER = env.read_integer("HISTORY_NUMBER", 0)

# Batches: how large a file of rows may be, and how many days they are kept; 0 means no limit.
MAX_BATCH_FILE_BYTES = env.read_integer("MAX_BATCH_FILE_BYTES", 200_000_000, minimum=1)
BATCH_DAYS = env.read_integer("BATCH_DAYS", 0)

# How many days the past runs of schedules are kept; 0 means no limit.
SCHEDULE_RUN_DAYS = env.read_integer("SCHEDULE_RUN_DAYS", 0)

EMAIL_HOST = env.read_text("SMTP_HOST").strip()
SMTP_TLS = env.read_choice("SMTP_TLS", "starttls", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP_TLS == "starttls", SMTP_TLS == "tls"
EMAIL_PORT = env.read_integer("SMTP_PORT", mail.USUAL_PORTS[SMTP_TLS], 1, 65535)
EMAIL_HOST_USER = env.read_text("SMTP_USER").strip()
EMAIL_HOST_PASSWORD = env.read_text("SMTP_PASSWORD") or mail.read_first_line("SMTP_PASSWORD_FILE")
DEFAULT_FROM_EMAIL = mail.read_sender("SMTP_FROM", EMAIL_HOST_USER, bool(EMAIL_HOST))

# Encrypts the keys in a backup, where nobody is there to type it.
BACKUP_PASSPHRASE = env.read_text("BACKUP_PASSPHRASE")
