"""The registry's HTTP API: who may ask, one command or query each."""

from trama_registry.api import (
    access,
    authorisation,
    document,
    draft,
    erasure,
    identity,
    looking,
    network,
    note,
    obscuring,
    person,
    preview,
    referral,
    relation,
    sharing,
    story,
    taking_in_charge,
)

routers = (
    access.router,
    person.router,
    identity.router,
    story.router,
    note.router,
    taking_in_charge.router,
    relation.router,
    authorisation.router,
    sharing.router,
    document.router,
    obscuring.router,
    preview.router,
    draft.router,
    erasure.router,
    referral.router,
    looking.router,
    network.router,
)
"""In the order of the documentation."""
