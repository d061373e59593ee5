"""A real provider of identities (Django OAuth Toolkit), a process of its own on loopback, for tests.

`python -m tests.harness.identity_provider <callback> <after signing out>` serves until its input ends.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

ROOT = Path(__file__).parents[2]
CLIENT_ID, CLIENT_SECRET = "trama-sil", "a-client-secret-drawn-by-nobody-else"
PASSWORDS = {"anna": "la password di anna", "estranea": "la password di estranea"}
"""Who can sign in at the provider; the subject is the number in which they stand here, from 1."""
LOGIN_PAGE = '<form method="post">{% csrf_token %}{{ form.as_p }}<button>Entra</button></form>'


@dataclass(frozen=True)
class Running:
    """A provider that serves."""

    issuer: str
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """End it as an outage would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(callback: str, after_signing_out: str) -> Iterator[Running]:
    """Start the provider for one client and stop it in the end."""
    command = [sys.executable, "-m", "tests.harness.identity_provider", callback, after_signing_out]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield Running(f"http://127.0.0.1:{port}/o", process)
    finally:
        process.kill()
        process.wait()


class Quiet(WSGIRequestHandler):
    """Prints no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def configure() -> None:
    """The settings of a small Django project with nothing but users and the provider."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pages = ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN_PAGE})
    settings.configure(
        SECRET_KEY="of this process alone, and as long as a key should be",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": [pages, "django.template.loaders.app_directories.Loader"]},
            }
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "Chi siete"},
        },
    )


def fill(callback: str, after_signing_out: str) -> None:
    """The people, and the one client."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - only when Django has been set up
    from oauth2_provider.models import Application  # noqa: PLC0415 - as above

    for name, password in PASSWORDS.items():
        User.objects.create_user(name, password=password)
    Application.objects.create(
        name="Trama",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
        redirect_uris=callback,
        post_logout_redirect_uris=after_signing_out,
        skip_authorization=True,
    )


def serve(callback: str, after_signing_out: str) -> None:
    """Serve until the standard input ends: a provider does not outlive its test."""
    configure()
    django.setup()
    call_command("migrate", verbosity=0)
    fill(callback, after_signing_out)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    print(server.server_port, flush=True)  # noqa: T201 - how the parent learns where
    server.serve_forever()  # in this thread: a database in memory is that of one thread


def _end_with_the_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


def __getattr__(name: str) -> object:
    """Django asks this module for its addresses once it has been set up."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.contrib.auth.views import LoginView  # noqa: PLC0415 - only when Django has been set up
    from django.urls import include, path  # noqa: PLC0415 - as above

    return [
        path("accounts/login/", LoginView.as_view()),
        path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]


if __name__ == "__main__":
    serve(*sys.argv[1:])
