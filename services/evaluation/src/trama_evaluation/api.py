"""The JSON API of the evaluation service: authorise, call one command or query, answer."""

from trama_chassis.database import Router

router = Router(tags=["evaluation"])
