"""The registry's pages: persons, referrals, a person's story. They call the same queries as the API."""

from trama_registry.pages import network, person, referral

routers = (person.router, referral.router, network.router)
