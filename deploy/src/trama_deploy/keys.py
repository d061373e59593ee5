"""New secrets in place of a service's old ones: its signing key, vouched for by the old one; its password.

What was signed before stays verifiable for ever: the directory goes on listing the old public key as retired.
"""

import json
from pathlib import Path
from secrets import token_bytes, token_urlsafe

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_contracts.directory import cross_sign
from trama_contracts.directory_entries import CrossSignature
from trama_contracts.encoding import b64u, from_b64u
from trama_contracts.signature import kid_of

from trama_deploy.files import write_private
from trama_deploy.network import Network
from trama_deploy.secrets import public_bytes, signing_key
from trama_deploy.state import State


def rotate_signing_key(network: Network, state: State, principal: str) -> tuple[str, str]:
    """Draw a new signing key; the names of the old one and of the new one. The old private key is gone then.

    First the old key vouches for the new one, then the file is replaced: stopped in between, nothing changes.
    """
    file = state.service(principal) / "signing.key"
    old, new = signing_key(file), token_bytes(32)
    public = public_bytes(Ed25519PrivateKey.from_private_bytes(new))
    by, signature = cross_sign(old, network=network.network, principal=principal, new_public=public)
    vouched = {kid_of(public): {"kid": by, "sig": signature, "public": b64u(public_bytes(old))}}
    write_private(_vouched(state, principal), json.dumps(_read(state, principal) | vouched, indent=1))
    write_private(file, new)
    return by, kid_of(public)


def change_broker_password(state: State, principal: str) -> None:
    """Draw a new password at the broker; provisioning makes it the one that counts."""
    write_private(state.service(principal) / "kafka.password", token_urlsafe(24))


def cross_signatures(state: State, principal: str) -> dict[str, CrossSignature]:
    """By the name of each key drawn later, how the one before vouched for it."""
    return {kid: CrossSignature.model_validate(one) for kid, one in _read(state, principal).items()}


def public_keys(state: State, principal: str) -> list[bytes]:
    """With what this service's signatures are checked: its key of now, then those it had before."""
    own = public_bytes(signing_key(state.service(principal) / "signing.key"))
    return [own, *(from_b64u(one["public"]) for one in _read(state, principal).values())]


def _read(state: State, principal: str) -> dict[str, dict[str, str]]:
    file = _vouched(state, principal)
    found: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _vouched(state: State, principal: str) -> Path:
    return state.service(principal) / "signing.vouched.json"
