"""Who is calling: a local account file per member, bearer tokens for programs, a cookie for pages."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import structlog
import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Request, Security
from fastapi.security import HTTPBearer
from pydantic import ValidationError
from starlette.responses import Response
from trama_contracts.inner import Actor

from trama_chassis import audit
from trama_chassis.account_file import AccountFile, Operator, hash_password, token_digest
from trama_chassis.clock import machine_now
from trama_chassis.errors import FormNotOurs, NotAllowed, NotSignedIn, Refused
from trama_chassis.language import say
from trama_chassis.oidc import Provider
from trama_chassis.safekeeping import (
    alone_in,
    is_demo_password,
    refuse_readable_by_others,
    refuse_weak,
    write_private,
)
from trama_chassis.sessions import SESSION_SECONDS, Session, Sessions
from trama_chassis.settings import read_secret
from trama_chassis.substitutes import standing_in
from trama_chassis.tokens import TokenRefused, is_signed, operator_of

FREE_FAILURES = 5
LONGEST_LOCK_SECONDS = 900
BEARER = HTTPBearer(auto_error=False, description="Token dal file degli account del membro")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
log = structlog.get_logger("trama.accounts")


class TooManyAttempts(Refused):
    """This account has failed too often and rests for a while, whoever asks."""

    status = 429
    code = "too-many-attempts"


class WrongPassword(Refused):
    """The name or the password is not right; it is not said which."""

    status = 401
    code = "wrong-password"
    detail = "Nome utente o password non corretti."


class FileNotWritable(Refused):
    """The account file is not for its service to write."""

    status = 503
    code = "account-file-not-writable"
    detail = (
        "La password non è cambiata: il file degli operatori non si può scrivere da questa pagina. "
        "Chiedete a chi gestisce gli operatori di cambiarla con voi."
    )


class NotOneOfOurs(Refused):
    """The provider knows who this is; our account file does not."""

    status = 403
    code = "not-one-of-ours"
    detail = (
        "Vi siete identificati, ma non risultate tra gli operatori di questo servizio. "
        "Chiedete a chi gestisce gli operatori di aggiungervi, poi riprovate."
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """An operator of this member, as a command sees them; `role` is the one they act in.

    `on_behalf_of` is the colleague they stand in for, whom `replaces` names, one of those they may.
    """

    operator: str
    name: str
    member: str
    roles: frozenset[str]
    role: str = "operator"
    on_behalf_of: str | None = None
    replaces: str = ""
    may_replace: tuple[Operator, ...] = ()

    def actor(self) -> Actor:
        """Who did it, as events say it (wire section 9): on behalf of a member, here our own."""
        if self.on_behalf_of is None:
            return Actor(role=self.role, member=self.member, operator=self.operator)
        ground = f"substitution:{self.on_behalf_of}"
        return Actor(self.role, self.member, self.operator, on_behalf_of=self.member, ground=ground)


class Accounts:
    """The accounts of one member, read again when the file changes, and the sessions of its pages."""

    def __init__(self, path: Path, member: str, *, demo: bool = False) -> None:
        self.member = member
        self.cookie = f"trama_{member}"
        self._path = path
        self._demo = demo
        self._stamp = 0
        self._file = AccountFile(operators=())
        self._hasher = PasswordHasher()
        self._absent = self._hasher.hash(secrets.token_hex(16))
        self._checks = asyncio.Lock()
        self.operators()
        self.sessions = Sessions(path.with_name("sessions.db"), _session_key(path.with_name("session.key")))

    def operators(self) -> tuple[Operator, ...]:
        """Who works here now, as the file says."""
        stamp = self._path.stat().st_mtime_ns
        if stamp != self._stamp:
            try:
                found = AccountFile.model_validate(yaml.safe_load(self._path.read_text()))
            except (ValidationError, yaml.YAMLError):
                if not self._stamp:
                    raise
                log.error("account file cannot be read, keeping the last one")
                found = self._file
            if not self._demo:
                refuse_readable_by_others(self._path)
                found.refuse_demo(self._path)
            self._file, self._stamp = found, stamp
        return self._file.operators

    @property
    def provider(self) -> Provider | None:
        """Where operators may sign in instead of here, if the file says it."""
        self.operators()
        return self._file.provider

    @property
    def contact(self) -> str:
        """Whom to ask for help, if the file says it."""
        return self._file.contact

    async def sign_in(self, login: str, password: str) -> str:
        """Check a password and give the value of a new session cookie.

        Raises WrongPassword, or TooManyAttempts after repeated failures.
        """
        return self.sessions.open((await self._proved(login, password)).id)

    async def change_password(self, operator: str, present: str, new: str) -> str:
        """Another password for who types the present one; all their sessions end, and one begins: its cookie.

        Raises WeakPassword, WrongPassword, TooManyAttempts, FileNotWritable.
        """
        login = next((one.login or one.id for one in self.operators() if one.id == operator), operator)
        refuse_weak(login, new)
        await self._proved(login, present)
        try:
            await asyncio.to_thread(self._write_password, operator, new)
        except (OSError, yaml.YAMLError) as error:
            log.error("account file cannot be written", exc_info=error)
            raise FileNotWritable from error
        self.sessions.end_all(operator)
        return self.sessions.open(operator)

    def _write_password(self, operator: str, password: str) -> None:
        hashed = hash_password(password)
        with alone_in(self._path.parent):
            content = yaml.safe_load(self._path.read_text())
            for one in content["operators"]:
                one |= {"password_hash": hashed} if one["id"] == operator else {}
            write_private(self._path, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    async def _proved(self, login: str, password: str) -> Operator:
        async with self._checks:  # inside it, so that many guesses sent at once are still counted one by one
            now = machine_now().timestamp()
            failures, locked_until = self.sessions.failures(login)
            if now < locked_until:
                raise TooManyAttempts(
                    "Troppi tentativi con questo nome: per sicurezza l'accesso è fermo. "
                    "Riprovare tra %(left)s.",
                    left=_rest(locked_until - now),
                )
            operator = next((one for one in self.operators() if (one.login or one.id) == login), None)
            known = operator.password_hash if operator and operator.password_hash else self._absent
            right = await asyncio.to_thread(self._matches, known, password)
            published = not self._demo and is_demo_password(password)
            if operator is None or not operator.password_hash or not right or published:
                self._remember_failure(login, failures + 1)
                raise WrongPassword
            self.sessions.succeeded(login)
            return operator

    def sign_in_as(self, subject: str) -> str:
        """A new session of the operator whom the provider calls so. Raises NotOneOfOurs."""
        operator = next((one for one in self.operators() if one.subject == subject), None)
        if operator is None:
            raise NotOneOfOurs
        return self.sessions.open(operator.id)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    def _remember_failure(self, login: str, failures: int) -> None:
        """From some failures on the name rests; who is signed in stays so: guesses turn nobody out."""
        over = failures - FREE_FAILURES
        rest = min(LONGEST_LOCK_SECONDS, 15 * 2**over) if over >= 0 else 0
        self.sessions.failed(login, failures, machine_now().timestamp() + rest)

    def session(self, request: Request) -> Session | None:
        """The session a request's cookie proves, or None if it has none that holds."""
        token = request.cookies.get(self.cookie, "")
        return self.sessions.held(token) if token else None

    def end(self, session: Session) -> None:
        """Let a session hold no longer, even if its cookie was copied."""
        self.sessions.end(session)

    def set_cookie(self, request: Request, response: Response, value: str) -> None:
        """Put the session into the browser, or take it out with an empty value."""
        response.set_cookie(
            self.cookie,
            value,
            max_age=SESSION_SECONDS if value else 0,
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    async def identify(self, request: Request) -> Caller | None:
        """Who is calling, by bearer token or by cookie. Raises FormNotOurs for a forged form."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._caller(self._by_signed(token) if is_signed(token) else self._by_token(token.strip()))
        session = self.session(request)
        if session is None:
            return None
        if request.method in UNSAFE:
            await refuse_foreign_form(request, session)
        request.state.session_token = session
        return self._caller(next((one for one in self.operators() if one.id == session.operator), None))

    def _by_signed(self, token: str) -> Operator | None:
        """Whom a signed token speaks for; the roles are those of our file, whatever the token says."""
        operators = self.operators()
        try:
            named = operator_of(token.strip(), self._file.token_keys, self.member)
        except TokenRefused as refused:
            log.warning("signed token refused", reason=refused.code)
            return None
        return next((one for one in operators if one.id == named), None)

    def _by_token(self, token: str) -> Operator | None:
        digest = token_digest(token)
        found = [one for one in self.operators() if hmac.compare_digest(one.token_sha256 or "", digest)]
        return found[0] if found else None

    def _caller(self, operator: Operator | None) -> Caller | None:
        return Caller(operator.id, operator.name, self.member, operator.roles) if operator else None


def _rest(seconds: float) -> str:
    """For how long a lockout still lasts, in words."""
    if seconds < 60:
        return say("%(count)s secondi", count=int(seconds) + 1)
    return say("%(count)s minuti", count=int(seconds / 60) + 1)


def _session_key(path: Path) -> bytes:
    """The key that seals what is kept for operators: made once, shared by the member's services."""
    if not path.exists():
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:  # made with mode 0600
            file.write(secrets.token_bytes(32))
        try:
            os.link(file.name, path)
        except FileExistsError:
            log.info("session key was made by another service")
        os.unlink(file.name)
    return read_secret(path)


@lru_cache
def open_accounts(path: Path, member: str, demo: bool) -> Accounts:
    """The accounts of a member, one object per process: signing out at one service is signing out at all."""
    return Accounts(path, member, demo=demo)


async def refuse_foreign_form(request: Request, session: Session) -> None:
    """Refuse a change that a page of this session did not ask for (cross-site request forgery)."""
    refuse_other_site(request)
    token: Any = request.headers.get("x-csrf-token")
    if token is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        token = (await request.form()).get("csrf_token")
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise FormNotOurs


def refuse_other_site(request: Request) -> None:
    """Refuse what the browser itself says comes from another site; the only guard a log-in form can have."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormNotOurs


def local_path(path: str) -> str:
    """Where to go after signing in: a path on this origin, or the first page."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_local and path.isprintable() else "/"


def require(*roles: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the Caller: `by: Annotated[Caller, Depends(require("caseworker"))]`.

    Any of the roles is enough; without roles, being signed in is. The caller acts in the first named role
    that is theirs, and becomes the actor of what the request publishes. Raises NotSignedIn or NotAllowed.
    """

    async def caller_of(request: Request, _: Annotated[object, Security(BEARER)]) -> Caller:
        caller = await request.app.state.accounts.identify(request)
        if caller is None:
            raise NotSignedIn
        try:
            caller = standing_in(request, caller)
        finally:  # who is refused is named too
            await audit.recognise(request, caller.operator, caller.roles)
        held = [role for role in roles if role in caller.roles]
        if roles and not held:
            raise NotAllowed
        acting: Caller = replace(caller, role=(held or sorted(caller.roles) or ["operator"])[0])
        request.state.caller = acting
        session = getattr(request.state, "session", None)
        if session is not None:
            session.info["actor"] = acting.actor()
        return acting

    return caller_of
