"""The settings of the placement service: those every service has."""

from trama_chassis.settings import ServiceSettings


class PlacementSettings(ServiceSettings):
    """Nothing of its own yet: legal numbers are dated rows of the database, never settings."""
