"""All settings, read from the environment. Each MASSLINE_… name is described in docs/reference/settings.md (a test compares)."""

from pathlib import Path

from csp.constants import NONE, SELF

from massline.project.env import env_bool, env_database, env_int, env_list, env_mail, env_secret, env_text

PACKAGE = Path(__file__).resolve().parent.parent

# --- who we are
SITE_NAME = env_text("MASSLINE_NAME", default="massline")
MASSLINE_DEMO = env_bool("MASSLINE_DEMO", default=False)
SITE_PHONE = env_text("MASSLINE_PHONE", default="0000-12345" if MASSLINE_DEMO else "")  # nobody has the demo's
TEACH = env_int("MASSLINE_TEACH", default=None, at_least=0)  # messages of a call; None: by its size
REPLY_PROMISE_DAYS = env_int("MASSLINE_REPLY_PROMISE_DAYS", default=15, at_least=1)  # working days
WORK_CALENDAR = env_text(
    "MASSLINE_WORK_CALENDAR", default="CN"
)  # ISO 3166 country code, as the package `holidays` has them

# --- safety
SECRET_KEY = env_secret("MASSLINE_SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("MASSLINE_OLD_SECRET_KEYS", default="")
DEBUG = env_bool("MASSLINE_DEBUG", default=False)
ALLOWED_HOSTS = env_list("MASSLINE_HOSTS", default="localhost,127.0.0.1,[::1]")
HTTPS = env_bool("MASSLINE_HTTPS", default=not MASSLINE_DEMO)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"] if HTTPS else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12  # one working day with overtime
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
PROXIES = env_int("MASSLINE_PROXIES", default=0, at_least=0)  # servers of our own that a request comes through
SECURE_REFERRER_POLICY = "same-origin"  # a receipt's address stays with us
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "massline.face.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- the house
INSTALLED_APPS = [
    "massline.supervise",
    "massline.respond",
    "massline.concentrate",
    "massline.gather",
    "massline.people",
    "massline.bodies",
    "massline.ledger",
    "massline.face",
    "massline.project",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "treebeard",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # blurs the length and masks each token anew: BREACH learns nothing
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "massline.project.problems.PagesOfOthers",
    "massline.face.styles.StyleFirst",
    "massline.face.switches.Switches",
    "massline.project.limits.Limits",
]
ROOT_URLCONF = "massline.project.urls"
WSGI_APPLICATION = "massline.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "massline.face.context.face",
                "massline.bodies.context.chosen_area",
            ],
        },
    }
]
FORM_RENDERER = "massline.face.forms_renderer.FaceFormRenderer"
STATIC_URL = "static/"
STATIC_ROOT = env_text("MASSLINE_STATIC_ROOT", default=str(Path.cwd() / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- data
DATABASES = {"default": env_database("MASSLINE_DATABASE", default="sqlite:///massline.sqlite3")}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "sums": {  # massline.sums; made by gather/migrations/0011_sums.py
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sums",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
LOG_ROOT = env_text("MASSLINE_LOG_ROOT", default=str(Path.cwd() / "log"))
LOG_KEY = env_text("MASSLINE_LOG_KEY", default=str(Path.cwd() / "log-key"))
LOG_NAME = env_text("MASSLINE_LOG_NAME", default=f"{next(iter(ALLOWED_HOSTS), 'localhost').lstrip('.')}/log")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
ATTACHMENTS = env_text("MASSLINE_ATTACHMENTS", default=str(Path.cwd() / "attachments"))
ATTACHMENT_MB = env_int("MASSLINE_ATTACHMENT_MB", default=10, at_least=1)
ATTACHMENTS_MOST = env_int("MASSLINE_ATTACHMENTS_MOST", default=6, at_least=1)  # of one reply, of one note
FILE_UPLOAD_HANDLERS = [
    "massline.respond.uploading.Attached",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bytes; a message of 100,000 Chinese characters fits

# --- letters to followers
MAIL = env_mail("MASSLINE_MAIL")  # empty: nobody is asked for an address
globals().update(MAIL)
EMAIL_TIMEOUT = 20  # seconds
_HOSTS = [host for host in ALLOWED_HOSTS if host not in ("localhost", "127.0.0.1", "[::1]", "*")]
_NAME = next(iter(_HOSTS), "localhost").lstrip(".")
MAIL_FROM = env_text("MASSLINE_MAIL_FROM", default=f"{SITE_NAME} <noreply@{_NAME}>")
SITE_URL = env_text("MASSLINE_URL", default=f"https://{_NAME}" if HTTPS else "http://127.0.0.1:8000")  # in letters

# --- people
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["massline.people.backend.StaffBackend"]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "respond:queue"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- words and time
LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365  # as long as large type is kept
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("zh-hans", "中文"), ("zh-hant", "繁體"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "project" / "locale"]
TIME_ZONE = env_text("MASSLINE_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
