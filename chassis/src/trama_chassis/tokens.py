"""Signed tokens (JWT, RFC 7519) read as RFC 8725 asks: short, of one kind, and by keys that we were given.

What a token says of keys or algorithms decides nothing: the key is looked up by its name among ours, and the
key says the algorithm. It reads; whom a token speaks for is decided by who asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from joserfc import jwk, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field, model_validator
from trama_contracts.encoding import from_b64u
from trama_contracts.errors import Malformed

from trama_chassis.clock import machine_now

ALGORITHMS: Final = frozenset({"Ed25519", "EdDSA", "ES256", "PS256", "RS256"})
"""Public keys only: with a shared secret, whoever can check a token could make one."""
SIGNED_BY: Final[Mapping[type, frozenset[str]]] = {
    OKPKey: frozenset({"Ed25519", "EdDSA"}),
    ECKey: frozenset({"ES256"}),
    RSAKey: frozenset({"PS256", "RS256"}),
}
ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - the media type of RFC 9068
HEADER: Final = frozenset({"alg", "kid", "typ"})
LONGEST: Final = 16_384
SHORTEST_RSA: Final = 2048
LONGEST_LIFE: Final = 900
CLOCKS_DIFFER: Final = 60
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class TokenRefused(Exception):
    """A token that holds nothing; the text says why, for our own log and never for who sent it."""

    @property
    def code(self) -> str:
        """Why, without what a library added, which may be of the token itself: `it-has-expired`."""
        return str(self).partition(":")[0].replace(",", "").replace(" ", "-")


class VerifyingKey:
    """A public key with the one algorithm it is used with."""

    def __init__(self, found: Mapping[str, Any], *, algorithm: str | None = None) -> None:
        """Take a JWK (RFC 7517). Raises ValueError for a private, weak or unsuitable one."""
        if _PRIVATE & found.keys():
            raise ValueError("a private or shared key does not belong here: give the public half")
        try:
            key = jwk.import_key(dict(found))
        except (JoseError, ValueError, TypeError) as error:
            raise ValueError(f"not a key: {error}") from error
        self.kid, self.algorithm = found.get("kid"), found.get("alg") or algorithm
        if self.algorithm not in SIGNED_BY.get(type(key), frozenset()):
            raise ValueError(f"a key of type {found.get('kty')} is not used with {self.algorithm}")
        if isinstance(key, RSAKey) and key.raw_value.key_size < SHORTEST_RSA:
            raise ValueError(f"an RSA key has at least {SHORTEST_RSA} bits")
        if found.get("use", "sig") != "sig" or "verify" not in found.get("key_ops", ["verify"]):
            raise ValueError("this key is not for signatures")
        self.key = key


class TokenKey(BaseModel):
    """Whose tokens a member takes: the issuer, its public key, and for which operators it may speak."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1)
    operators: frozenset[str] = Field(min_length=1)
    key: dict[str, Any]

    @model_validator(mode="after")
    def _is_a_public_key_with_a_name(self) -> Self:
        found = VerifyingKey(self.key)
        if not isinstance(found.kid, str) or not found.kid:
            raise ValueError("a key for tokens needs a name (kid)")
        return self


def is_signed(token: str) -> bool:
    """Whether this is a signed token and not one of ours that only we know: those have no dot in them."""
    return token.count(".") == 2


def operator_of(token: str, keys: Iterable[TokenKey], audience: str) -> str:
    """The operator for whom an API token speaks now. Raises TokenRefused."""
    ours = {one.key["kid"]: one for one in keys}
    found = {kid: VerifyingKey(one.key) for kid, one in ours.items()}
    kid, claims = read_signed(token, found, typ=ACCESS_TOKEN)
    trusted = ours[kid]
    refuse_wrong_claims(claims, issuer=trusted.issuer, audience=audience)
    if "iat" not in claims or claims["exp"] - claims["iat"] > LONGEST_LIFE:
        raise TokenRefused(f"it lives longer than {LONGEST_LIFE} seconds")
    if claims["sub"] not in trusted.operators:
        raise TokenRefused("its issuer does not speak for this operator")
    return str(claims["sub"])


def read_signed(
    token: str, keys: Mapping[str, VerifyingKey], *, typ: str | None = None, header: frozenset[str] = HEADER
) -> tuple[str, dict[str, Any]]:
    """The name of the key and the claims of a token signed by one of these keys. Raises TokenRefused.

    `typ` keeps tokens made for one use from another (RFC 8725, 3.11); headers not named here are refused,
    so that no token brings its own key (jwk, jku, x5u) or asks for what we do not do (crit).
    """
    if len(token) > LONGEST:
        raise TokenRefused("it is too long")
    try:
        first, second, third = token.split(".")
        head, claims = _members(from_b64u(first)), _members(from_b64u(second))
        from_b64u(third)
    except (Malformed, ValueError, RecursionError) as error:
        raise TokenRefused(f"it cannot be read: {error}") from error
    if not head.keys() <= header:
        raise TokenRefused("it has another form, or headers that are not taken")
    if typ is not None and str(head.get("typ", "")).lower() not in (typ, f"application/{typ}"):
        raise TokenRefused("it was made for another use")
    kid = head.get("kid")
    known = keys.get(kid) if isinstance(kid, str) else None
    if known is None or head.get("alg") != known.algorithm:
        raise TokenRefused("its key, or its algorithm, is not one of ours")
    try:
        jws.deserialize_compact(token, known.key, algorithms=[str(known.algorithm)])
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused(f"its signature does not hold: {error}") from error
    return str(kid), claims


def _members(raw: bytes) -> dict[str, Any]:
    """A JSON object that says nothing twice: of two readers each would believe another half of it."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) != len(pairs):
            raise Malformed("a name is repeated")
        return found

    def never(text: str) -> None:
        raise Malformed(f"{text} is no number")

    document = json.loads(raw.decode(), object_pairs_hook=once, parse_constant=never)
    if type(document) is not dict:
        raise Malformed("not a JSON object")
    return document


def refuse_wrong_claims(claims: Mapping[str, Any], *, issuer: str, audience: str) -> None:
    """From whom, for whom, and when: all three are asked of every token. Raises TokenRefused."""
    now = machine_now().timestamp()
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if any(type(value) is not int for value in times.values()) or "exp" not in times:
        raise TokenRefused("its times are missing or no times")
    if times["exp"] <= now - CLOCKS_DIFFER:
        raise TokenRefused("it has expired")
    if max(times.get("iat", 0), times.get("nbf", 0)) > now + CLOCKS_DIFFER:
        raise TokenRefused("its time has not come yet")
    if claims.get("iss") != issuer:
        raise TokenRefused("it is of another issuer")
    if claims.get("aud") not in (audience, [audience]):
        raise TokenRefused("it is for somebody else")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise TokenRefused("it names nobody")
