"""Settings, read strictly from the environment or ``.env``; the defaults are safe in production.

Every name read here is explained in ``.env.example``.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from project.mail import mail_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-development-key" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random text, or DEBUG=on to try it out.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "customers",
    "providers",
    "booking",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",  # before the one that sends people to https
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "project.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.context.business",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # An immediate transaction takes the write lock at its start, so that check and write are one
    # step; for that reason ATOMIC_REQUESTS must stay off (each page view would take the lock).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file, because threads cannot share an in-memory database; the process id, so that two test
    # runs do not meet.
    _test_name = str(BASE_DIR / f".test-{os.getpid()}.sqlite3")
else:
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
    _test_name = f"test_nguva_{os.getpid()}"
_database["TEST"] = {"NAME": _test_name}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters for rate limits must be shared by all web processes.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://cache")}
if CACHES["default"]["BACKEND"].endswith(".DatabaseCache"):
    # When it is full, it drops a third of its rows, whichever they are: counters that still count.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000} | CACHES["default"].get("OPTIONS", {})

# --- people -----------------------------------------------------------------------------------

SESSION_ENGINE = "project.sessions"
AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["customers.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "customers.forms.SignupForm"
ACCOUNT_FORMS = {
    "signup": "customers.account_forms.AccountForm",
    "change_password": "customers.account_forms.ChangePasswordForm",
    "reset_password_from_key": "customers.account_forms.NewPasswordForm",
    "set_password": "customers.account_forms.FirstPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "customers.models.display_name"
ACCOUNT_ADAPTER = "providers.accounts.AccountAdapter"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"

# --- pages ------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Pages use the files that collectstatic made (hashed, compressed, cached for good), or the sources.
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", default=not DEBUG)
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
_plain_storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
_static_storage = "project.static.HashedStorage" if STATIC_COLLECTED else _plain_storage
# Uploaded pictures. Several machines share one folder, or a storage that STORAGES names.
MEDIA_URL = "media/"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "media"))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "project.pictures.BoundedUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
LANGUAGE_CODE = "en"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- businesses -----------------------------------------------------------------------------

# Whether a new business waits for an admin's approval before everybody sees it.
PROVIDER_APPROVAL = env.bool("PROVIDER_APPROVAL", default=False)

# --- mail -------------------------------------------------------------------------------------

# The timeout is in seconds for each step of a mail; a worker's claim outlasts all of them.
vars().update(mail_settings(env.str("EMAIL_URL", default="consolemail://"), timeout=20))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Nguva <bookings@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- jobs -------------------------------------------------------------------------------------

# How long a job belongs to the worker that took it; the worker checks that no mail takes longer.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=300)
if JOB_LEASE_SECONDS < 1:
    raise ImproperlyConfigured("Set JOB_LEASE_SECONDS to a number of seconds, for example 300.")

# --- texts ------------------------------------------------------------------------------------


def _one_of(name: str, value: str, *known: str) -> str:
    if value not in known:
        raise ImproperlyConfigured(f"Set {name} to one of: {', '.join(known)}.")
    return value


# `booking/checks.py` looks for combinations that cannot work.
_console = "console" if DEBUG else "none"
_sms, _whatsapp = env.str("SMS_BACKEND", _console), env.str("WHATSAPP_BACKEND", _console)
SMS_BACKEND = _one_of("SMS_BACKEND", _sms, "console", "africastalking", "twilio", "none")
WHATSAPP_BACKEND = _one_of("WHATSAPP_BACKEND", _whatsapp, "console", "twilio", "none")
AFRICASTALKING_USERNAME = env.str("AFRICASTALKING_USERNAME", default="")
AFRICASTALKING_API_KEY = env.str("AFRICASTALKING_API_KEY", default="")
AFRICASTALKING_SENDER = env.str("AFRICASTALKING_SENDER", default="")
_sandbox = "sandbox." if AFRICASTALKING_USERNAME == "sandbox" else ""
AFRICASTALKING_URL = env.str(
    "AFRICASTALKING_URL", default=f"https://api.{_sandbox}africastalking.com"
)
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")
TWILIO_WHATSAPP_FROM = env.str("TWILIO_WHATSAPP_FROM", default="")
TWILIO_WHATSAPP_TEMPLATE = env.str("TWILIO_WHATSAPP_TEMPLATE", default="")
TWILIO_URL = env.str("TWILIO_URL", default="https://api.twilio.com")

# --- safety -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Rate limits count by the visitor's address; without this all visitors would share the proxy's.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", default=1)

# --- logs: ids and outcomes, never names, contacts or bodies ------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "project.logs.Formatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Their own handlers know nothing of secret links.
        "django": {"level": "INFO", "propagate": True},
        "django.server": {"level": "INFO", "propagate": True},
        # Their warnings say that somebody's request was refused, which is no trouble of ours.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
    },
}
