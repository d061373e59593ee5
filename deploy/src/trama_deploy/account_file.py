"""A member's account file, changed by its own staff: whole or not at all, never into one that is refused.

What is drawn here is told once, to who asked; the file keeps what checks it and nothing that opens.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any
from uuid import uuid4

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from trama_chassis.account_file import AccountFile, hash_password, token_digest
from trama_chassis.clock import machine_now
from trama_chassis.safekeeping import WeakPassword, alone_in, refuse_weak, write_private
from trama_chassis.sessions import Sessions
from trama_chassis.settings import read_secret
from trama_chassis.tokens import ACCESS_TOKEN, LONGEST_LIFE
from trama_contracts.encoding import b64u, from_b64u
from trama_contracts.signature import kid_of

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountsRefused(Exception):
    """The change asked for would make a file that services refuse, or concerns somebody who is not in it."""


class Accounts:
    """The account file of one member while it is being changed; `write` makes all changes count at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = read_secret(path) if path.exists() else b""
        self._content: dict[str, Any] = yaml.safe_load(self._read) or {}
        self._content.setdefault("operators", [])

    @property
    def operators(self) -> list[dict[str, Any]]:
        """Who is in it, as it says."""
        found: list[dict[str, Any]] = self._content["operators"]
        return found

    def operator(self, login: str) -> dict[str, Any]:
        """One operator by what they type. Raises AccountsRefused."""
        for one in self.operators:
            if (one.get("login") or one["id"]) == login:
                return one
        there = ", ".join(one.get("login") or one["id"] for one in self.operators) or "nessuno"
        raise AccountsRefused(f"«{login}» non c'è. Ci sono: {there}.")

    def add(self, login: str, name: str, roles: Iterable[str], subject: str | None = None) -> None:
        """A new operator, under a name nobody has. Raises AccountsRefused."""
        if not LOGIN.fullmatch(login):
            raise AccountsRefused(f"«{login}»: un nome utente è fatto di lettere minuscole, cifre e . _ @ -")
        if any((one.get("login") or one["id"]) == login for one in self.operators):
            raise AccountsRefused(f"«{login}» c'è già: scegliete un altro nome utente.")
        new = {"id": str(uuid4()), "login": login, "name": name, "roles": sorted(set(roles))}
        self.operators.append(new | ({"subject": subject} if subject else {}))

    def set_password(self, login: str, password: str) -> None:
        """Raises AccountsRefused for one that is short, says the name, or was published."""
        one = self.operator(login)
        try:
            refuse_weak(login, password)
        except WeakPassword as weak:
            raise AccountsRefused(weak.detail) from weak
        one["password_hash"] = hash_password(password)

    def set_roles(self, login: str, roles: Iterable[str]) -> None:
        """From now on these roles and no others. Raises AccountsRefused."""
        self.operator(login)["roles"] = sorted(set(roles))

    def substitute(self, login: str, by: str, first: date, last: date) -> None:
        """Who stands in for an operator, from the first to the last day; days of the two that overlap are
        written anew. Raises AccountsRefused."""
        replaced, number = self.operator(login), self.operator(by)["id"]
        if number == replaced["id"]:
            raise AccountsRefused(f"«{login}» non può sostituire sé stesso.")
        if last < first:
            raise AccountsRefused("L'ultimo giorno precede il primo: correggete le date.")
        kept = [
            one
            for one in replaced.get("substitutes", [])
            if one["operator"] != number or one["last"] < first or last < one["first"]
        ]
        replaced["substitutes"] = [*kept, {"operator": number, "first": first, "last": last}]

    def remove(self, login: str) -> None:
        """Nobody comes in as this operator any more, in no way. Raises AccountsRefused."""
        gone = self.operator(login)
        self.operators.remove(gone)
        for one in self.operators:
            if "substitutes" in one:
                one["substitutes"] = [sub for sub in one["substitutes"] if sub["operator"] != gone["id"]]
        keys = self._content.get("token_keys", [])
        for key in keys:
            key["operators"] = [number for number in key["operators"] if number != gone["id"]]
        self._set_keys([key for key in keys if key["operators"]])

    def draw_token(self, login: str) -> str:
        """A token for the programs of this operator; the one before opens nothing any more.

        Raises AccountsRefused.
        """
        one, token = self.operator(login), token_urlsafe(32)
        one["token_sha256"] = token_digest(token)
        return token

    def end_token(self, login: str) -> None:
        """Raises AccountsRefused where there is none."""
        if self.operator(login).pop("token_sha256", None) is None:
            raise AccountsRefused(f"«{login}» non ha un token.")

    def draw_key(self, issuer: str, audience: str, logins: Iterable[str]) -> tuple[str, str]:
        """A key that signs tokens for some operators: its name, and the private file of the program.

        Raises AccountsRefused.
        """
        speaks_for = {login: str(self.operator(login)["id"]) for login in logins}
        secret = token_bytes(32)
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        kid = kid_of(public)
        key = {"kty": "OKP", "crv": "Ed25519", "alg": "Ed25519", "kid": kid, "x": b64u(public)}
        listed = {"issuer": issuer, "operators": sorted(speaks_for.values()), "key": key}
        self._set_keys([*self._content.get("token_keys", []), listed])
        private = key | {"d": b64u(secret)}
        kept = {"issuer": issuer, "audience": audience, "operators": speaks_for, "key": private}
        return kid, json.dumps(kept, indent=1)

    def remove_key(self, kid: str) -> None:
        """What this key has signed opens nothing any more. Raises AccountsRefused."""
        keys = self._content.get("token_keys", [])
        left = [one for one in keys if one["key"]["kid"] != kid]
        if len(left) == len(keys):
            there = ", ".join(one["key"]["kid"] for one in keys) or "nessuna"
            raise AccountsRefused(f"La chiave «{kid}» non c'è. Ci sono: {there}.")
        self._set_keys(left)

    def _set_keys(self, keys: list[dict[str, Any]]) -> None:
        self._content.pop("token_keys", None)
        if keys:
            self._content["token_keys"] = keys

    def write(self) -> None:
        """Put the changed file in the place of the old one. Raises AccountsRefused."""
        try:
            AccountFile.model_validate(self._content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise AccountsRefused(f"{self._path}: {where or 'il file'}: {first['msg']}") from error
        with alone_in(self._path.parent):
            if self._path.exists() and read_secret(self._path) != self._read:
                raise AccountsRefused(f"{self._path} è cambiato nel frattempo: ripetete il comando.")
            write_private(self._path, yaml.safe_dump(self._content, allow_unicode=True, sort_keys=False))


def end_sessions(path: Path, operator: str) -> None:
    """Sign an operator out of all pages of the member whose account file this is."""
    kept = path.with_name("sessions.db")
    if kept.exists():
        Sessions(kept, read_secret(path.with_name("session.key"))).end_all(operator)


def signed_token(kept: str, login: str, seconds: int) -> str:
    """A signed token (RFC 9068) made with the file of `draw_key`; it needs nothing else.

    Raises AccountsRefused.
    """
    try:
        found = json.loads(kept)
        speaks_for, key = found["operators"], found["key"]
        private = Ed25519PrivateKey.from_private_bytes(from_b64u(key["d"]))
        names = {"iss": found["issuer"], "aud": found["audience"]}
    except (ValueError, KeyError, TypeError) as error:
        raise AccountsRefused("Il file non è una chiave fatta con «trama token keys».") from error
    if login not in speaks_for:
        raise AccountsRefused(f"Questa chiave non parla per «{login}», ma per: {', '.join(speaks_for)}.")
    if not 0 < seconds <= LONGEST_LIFE:
        raise AccountsRefused(f"Un token firmato vale al più {LONGEST_LIFE // 60} minuti.")
    now = int(machine_now().timestamp())
    claims = names | {"sub": speaks_for[login], "iat": now, "exp": now + seconds}
    head = {"alg": key["alg"], "kid": key["kid"], "typ": ACCESS_TOKEN}
    signed = ".".join(b64u(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return f"{signed}.{b64u(private.sign(signed.encode()))}"
