"""New secrets in place of a service's old ones: its signing key, its password, the key that seals all others.

What a retired key has signed stays verifiable for ever; what a revoked one has signed is refused, and is
signed again.
"""

import json
from pathlib import Path
from secrets import token_bytes, token_urlsafe

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_chassis.safekeeping import write_private
from trama_contracts.directory import cross_sign
from trama_contracts.directory_entries import CrossSignature
from trama_contracts.encoding import b64u, from_b64u
from trama_contracts.signature import kid_of

from trama_deploy.network import Network
from trama_deploy.secrets import public_bytes, signing_key
from trama_deploy.state import State

NEXT_KEK = "kek.next"


def rotate_signing_key(network: Network, state: State, principal: str) -> tuple[str, str]:
    """Draw a new signing key; the names of the old one and of the new one. The old private key is gone then.

    First the old key vouches for the new one, then the file is replaced: stopped in between, nothing changes.
    """
    file = state.service(principal) / "signing.key"
    old, new = signing_key(file), token_bytes(32)
    public = public_bytes(Ed25519PrivateKey.from_private_bytes(new))
    by, signature = cross_sign(old, network=network.network, principal=principal, new_public=public)
    vouched = {kid_of(public): {"kid": by, "sig": signature, "public": b64u(public_bytes(old))}}
    write_private(
        _vouched(state, principal), json.dumps(_read(_vouched(state, principal)) | vouched, indent=1)
    )
    write_private(file, new)
    return by, kid_of(public)


class KeyUnknown(Exception):
    """A key that this service never had, or that is revoked already."""


def revoke_signing_key(state: State, principal: str, kid: str = "") -> tuple[str, str]:
    """Mark a key as one that others may have: the one of now, which a new one replaces, or one from before.

    The name of the revoked key and of the one that signs from now on. Nobody vouches for the new one: a thief
    could, too. Stopped in between, it can be done again. Raises KeyUnknown.
    """
    file, revoked = state.service(principal) / "signing.key", _read(_revoked(state, principal))
    own = public_bytes(signing_key(file))
    known = {kid_of(public): public for public in public_keys(state, principal)}
    kid = kid or kid_of(own)
    if kid not in known or (kid in revoked and kid != kid_of(own)):
        there = ", ".join(one for one in known if one not in revoked or one == kid_of(own))
        raise KeyUnknown(f"La chiave «{kid}» non c'è, o è già revocata. Ci sono: {there}.")
    write_private(
        _revoked(state, principal), json.dumps(revoked | {kid: {"public": b64u(known[kid])}}, indent=1)
    )
    if kid != kid_of(own):
        return kid, kid_of(own)
    new = token_bytes(32)
    write_private(file, new)
    return kid, kid_of(public_bytes(Ed25519PrivateKey.from_private_bytes(new)))


def revoked_keys(state: State, principal: str) -> frozenset[str]:
    """The names of the keys whose signatures nobody is to believe."""
    return frozenset(_read(_revoked(state, principal)))


def next_kek(state: State, principal: str) -> Path:
    """The file of the key that will seal all others: drawn once, there until the change is through."""
    file = state.service(principal) / NEXT_KEK
    if not file.exists():
        write_private(file, token_bytes(32))
    return file


def change_broker_password(state: State, principal: str) -> None:
    """Draw a new password at the broker; provisioning makes it the one that counts."""
    write_private(state.service(principal) / "kafka.password", token_urlsafe(24))


def cross_signatures(state: State, principal: str) -> dict[str, CrossSignature]:
    """By the name of each key drawn later, how the one before vouched for it."""
    vouched = _read(_vouched(state, principal))
    return {kid: CrossSignature.model_validate(one) for kid, one in vouched.items()}


def public_keys(state: State, principal: str) -> list[bytes]:
    """With what this service's signatures are checked: its key of now, then those it had before."""
    own = public_bytes(signing_key(state.service(principal) / "signing.key"))
    before = [*_read(_vouched(state, principal)).values(), *_read(_revoked(state, principal)).values()]
    return list(dict.fromkeys([own, *(from_b64u(one["public"]) for one in before)]))


def _read(file: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _vouched(state: State, principal: str) -> Path:
    return state.service(principal) / "signing.vouched.json"


def _revoked(state: State, principal: str) -> Path:
    return state.service(principal) / "signing.revoked.json"
