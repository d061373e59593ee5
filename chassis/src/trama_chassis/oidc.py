"""Signing in at a provider of identities: OpenID Connect's code flow with PKCE, one way and no other.

It tells who somebody is at the provider; who that is here, and with what roles, our account file says.
Nothing that comes back is believed before its issuer's signature, our nonce and our name hold.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from trama_contracts.encoding import b64u

from trama_chassis.errors import Refused
from trama_chassis.tokens import HEADER, TokenRefused, VerifyingKey, read_signed, refuse_wrong_claims

CALLBACK: Final = "/accedi/ritorno"
ANSWER_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 262_144
METADATA_SECONDS: Final = 3600.0
KEYS_AGAIN_SECONDS: Final = 10.0
_HEADER: Final = HEADER | {"x5t", "x5t#S256"}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
log = structlog.get_logger("trama.oidc")


class ProviderSilent(Refused):
    """The provider of identities does not answer, or not as one should."""

    status = 503
    code = "provider-silent"
    detail = (
        "Il servizio che riconosce gli operatori non risponde. Riprovate tra qualche minuto; "
        "se avete una password di questo servizio, potete entrare con quella."
    )


class SignInBroken(Refused):
    """What came back belongs to no sign-in that this browser began, or it was used already."""

    status = 400
    code = "sign-in-broken"
    detail = (
        "Questo accesso non è cominciato in questo browser, è già stato usato o è durato troppo. "
        "Ricominciate dalla pagina di accesso."
    )


class SignInGivenUp(Refused):
    """The provider says that the person did not sign in there."""

    status = 403
    code = "sign-in-given-up"
    detail = "L'accesso non è stato completato presso chi vi riconosce. Potete riprovare."


class IdentityRefused(Refused):
    """The provider answered, and what it says of who this is does not hold."""

    status = 403
    code = "identity-refused"
    detail = (
        "La risposta di chi vi riconosce non è valida, quindi non siete entrati. Ricominciate dalla pagina "
        "di accesso; se succede di nuovo, avvisate chi gestisce il servizio."
    )


class Provider(BaseModel):
    """Where a member's operators may sign in: one issuer, as which client, and where they come back to.

    `origin` is this member's own address as browsers know it: it is never taken from a request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    origin: str
    title: str = Field(min_length=1, max_length=60)
    scope: str = "openid"

    @model_validator(mode="after")
    def _is_reached_in_private(self) -> Self:
        for address in (self.issuer, self.origin):
            refuse_open_address(address)
        if "openid" not in self.scope.split():
            raise ValueError("scope must contain openid")
        return self

    @property
    def callback(self) -> str:
        """Where the provider sends the browser back to."""
        return self.origin.rstrip("/") + CALLBACK


def refuse_open_address(address: str) -> None:
    """Refuse an address that others on the way could read or change. Raises ValueError."""
    parts = urlsplit(address)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{address}: https is needed (plain http only on this machine), without query")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: what is kept of it here until the browser comes back, once."""

    state: str
    nonce: str
    verifier: str
    next: str


def drawn(next: str) -> Begun:
    """Draw what ties the answer to this browser (state), to this sign-in (nonce) and to us (PKCE)."""
    return Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next)


@lru_cache
def client_of(provider: Provider) -> Client:
    """A member's client of its provider, one object per process as long as the account file says the same."""
    return Client(provider)


class Client:
    """One member at its provider. What the provider publishes of itself is asked again every hour."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._metadata: Mapping[str, Any] = {}
        self._keys: Mapping[str, VerifyingKey] = {}
        self._asked = self._keys_asked = float("-inf")
        self._asking = asyncio.Lock()

    async def address(self, begun: Begun) -> str:
        """Where to send the browser. Raises ProviderSilent."""
        metadata = await self._published()
        challenge = b64u(hashlib.sha256(begun.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.provider.callback,
            "scope": self.provider.scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with(str(metadata["authorization_endpoint"]), asked)

    async def subject(self, begun: Begun | None, answer: Mapping[str, str]) -> str:
        """Who came back, as the provider calls them.

        Raises SignInBroken, SignInGivenUp, IdentityRefused, ProviderSilent.
        """
        if begun is None or not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInBroken
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:  # RFC 9207: another's answer
            raise IdentityRefused
        if "error" in answer or not answer.get("code"):
            raise SignInGivenUp
        token = await self._exchanged(answer["code"], begun.verifier)
        try:
            return await self._named(token, begun.nonce)
        except TokenRefused as refused:
            log.warning("identity refused", reason=refused.code)
            raise IdentityRefused from refused

    async def end_address(self) -> str | None:
        """Where the browser can sign out at the provider too, if that can be done."""
        try:
            endpoint = (await self._published()).get("end_session_endpoint")
            _refuse_open_endpoint(endpoint)
        except ProviderSilent:
            return None
        asked = {
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": self.provider.origin.rstrip("/") + "/",
        }
        return _with(str(endpoint), asked)

    async def _named(self, token: str, nonce: str) -> str:
        """The subject of an ID token for us, of our issuer, of this sign-in (OIDC core 3.1.3.7)."""
        keys = await self._current_keys()
        try:
            _, claims = read_signed(token, keys, header=_HEADER)
        except TokenRefused:
            keys = await self._current_keys(again=True)  # the provider may have changed its keys just now
            _, claims = read_signed(token, keys, header=_HEADER)
        ours = self.provider.client_id
        audiences = claims.get("aud")
        if isinstance(audiences, list) and ours in audiences and claims.get("azp") == ours:
            claims = claims | {"aud": ours}
        if claims.get("azp", ours) != ours:
            raise TokenRefused("it was asked for by another")
        refuse_wrong_claims(claims, issuer=self.provider.issuer, audience=ours)
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise TokenRefused("it is of another sign-in")
        return str(claims["sub"])

    async def _exchanged(self, code: str, verifier: str) -> str:
        """The ID token for a code; a code that was used, or is another's, gives none."""
        metadata, provider = await self._published(), self.provider
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.callback,
            "code_verifier": verifier,
            "client_id": provider.client_id,
        }
        auth = None
        if provider.client_secret is not None:
            secret = provider.client_secret.get_secret_value()
            auth = httpx.BasicAuth(quote(form.pop("client_id"), safe=""), quote(secret, safe=""))
        answer = await _asked("POST", str(metadata["token_endpoint"]), data=form, auth=auth)
        if answer.status_code in (400, 401, 403):
            log.warning("code refused by the provider", status=answer.status_code)
            raise IdentityRefused
        token = _document(answer).get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused
        return token

    async def _published(self) -> Mapping[str, Any]:
        async with self._asking:
            if time.monotonic() - self._asked > METADATA_SECONDS:
                issuer = self.provider.issuer
                found = _document(
                    await _asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
                )
                if found.get("issuer") != issuer:  # else any provider could speak as any other
                    raise ProviderSilent
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    _refuse_open_endpoint(found.get(name))
                self._metadata, self._asked = found, time.monotonic()
            return self._metadata

    async def _current_keys(self, *, again: bool = False) -> Mapping[str, VerifyingKey]:
        metadata = await self._published()
        async with self._asking:
            age = time.monotonic() - self._keys_asked
            if age > (KEYS_AGAIN_SECONDS if again else METADATA_SECONDS):
                found = _document(await _asked("GET", str(metadata["jwks_uri"]))).get("keys")
                self._keys, self._keys_asked = _usable(found), time.monotonic()
            return self._keys


def _usable(found: object) -> dict[str, VerifyingKey]:
    """The provider's keys that can check a signature; others of its set are for other uses."""
    keys: dict[str, VerifyingKey] = {}
    for one in found if isinstance(found, list) else []:
        try:
            key = VerifyingKey(one, algorithm="RS256")
        except (ValueError, TypeError, AttributeError):
            continue
        if isinstance(key.kid, str):
            keys[key.kid] = key
    return keys


def _with(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked, quote_via=quote)}"


def _refuse_open_endpoint(address: object) -> None:
    try:
        refuse_open_address(str(address).partition("?")[0])
    except ValueError as error:
        raise ProviderSilent from error


async def _asked(method: str, address: str, **content: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
    """One question to the provider: no redirects, no proxy of the environment, in bounded time."""
    try:
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=False) as http:
            answer = await http.request(method, address, headers={"Accept": "application/json"}, **content)
    except httpx.HTTPError as error:
        log.warning("provider of identities does not answer", error=type(error).__name__)
        raise ProviderSilent from error
    if answer.status_code >= 500 or len(answer.content) > LARGEST_ANSWER:
        raise ProviderSilent
    return answer


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        raise ProviderSilent from error
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderSilent
    return found
