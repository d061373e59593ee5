"""The registry's pages: persons, referrals, a person's story. They call the same queries as the API."""

from trama_registry.pages import (
    access,
    document,
    draft,
    erasure,
    identity,
    looking,
    network,
    new_referral,
    note,
    obscuring,
    person,
    protocol,
    referral,
    relation,
    retention,
    sharing,
    story,
    today,
)

routers = (
    looking.router,
    access.router,
    document.router,
    retention.router,
    erasure.router,
    identity.router,
    person.router,
    relation.router,
    note.router,
    sharing.router,
    new_referral.router,
    draft.router,
    referral.router,
    network.router,
    protocol.router,
    obscuring.router,
    story.router,
    today.router,
)
"""What has a path of its own under /persone comes before the page of a person, which takes any."""
