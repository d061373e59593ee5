"""The settings of the evaluation service: those every service has."""

from trama_chassis.settings import ServiceSettings


class EvaluationSettings(ServiceSettings):
    """Nothing of its own: who must sit in a team is dated rows of the database, never settings."""
