"""Where the handlers of the registry are gathered."""

import structlog
from trama_chassis.handlers import EventHandlers

log = structlog.get_logger("trama.registry")
handlers = EventHandlers()
