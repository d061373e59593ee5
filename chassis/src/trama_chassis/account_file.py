"""Who works here, as the account file of a member says it. It reads nothing itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher
from pydantic import BaseModel, ConfigDict, Field, model_validator

from trama_chassis.oidc import Provider
from trama_chassis.safekeeping import is_demo_password, is_demo_token
from trama_chassis.settings import PLACEHOLDERS
from trama_chassis.substitutes import Substitute
from trama_chassis.tokens import TokenKey


def token_digest(token: str) -> str:
    """What the account file keeps of a bearer token. Tokens are random and long: no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_password(password: str) -> str:
    """What the account file keeps of a password (argon2id)."""
    return PasswordHasher().hash(password)


class DemoAccounts(Exception):
    """The account file says it is for the demo, and this is not the demo."""


class Operator(BaseModel):
    """A person or program of a member. `id` is opaque and goes on the wire; `login` is what is typed.

    `subject` is who they are at the member's provider of identities, if they sign in there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    name: str
    roles: frozenset[str]
    login: str | None = None
    password_hash: str | None = None
    token_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    subject: str | None = Field(default=None, min_length=1, max_length=255)
    team: str = Field(default="", max_length=100)
    substitutes: tuple[Substitute, ...] = ()


class AccountFile(BaseModel):
    """The YAML file: `demo: true` marks published passwords, which only a demo may use.

    `contact` is whom operators ask for help, as the pages of help say it; `provider` is where they may sign
    in instead of here; `token_keys` are those whose signed tokens the API takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operators: tuple[Operator, ...]
    demo: bool = False
    contact: str = ""
    provider: Provider | None = None
    token_keys: tuple[TokenKey, ...] = ()

    @model_validator(mode="after")
    def _names_nobody_twice(self) -> Self:
        for names in (
            [one.id for one in self.operators],
            [one.login or one.id for one in self.operators],
            [one.subject for one in self.operators if one.subject],
            [one.key["kid"] for one in self.token_keys],
        ):
            if len(set(names)) != len(names):
                raise ValueError("an id, a login, a subject or the name of a key is there twice")
        known = {one.id for one in self.operators}
        for one in self.operators:
            if strangers := {sub.operator for sub in one.substitutes} - (known - {one.id}):
                raise ValueError(f"{one.id} is substituted by nobody of ours: {min(strangers)}")
        return self

    def refuse_demo(self, path: Path) -> None:
        """Published passwords and tokens open nothing outside the demo, whatever the file calls itself.

        Raises DemoAccounts.
        """
        if self.demo:
            raise DemoAccounts(f"{path}: demo accounts outside the demo")
        secret = self.provider and self.provider.client_secret
        given = secret.get_secret_value() if secret else "-"
        if given.lower() in PLACEHOLDERS or is_demo_password(given):
            raise DemoAccounts(f"{path}: the secret of the provider is a placeholder")
        for one in self.operators:
            if is_demo_token(one.token_sha256, one.login or one.id):
                raise DemoAccounts(f"{path}: a demo token outside the demo, of {one.id}")
