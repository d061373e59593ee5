"""Writing files that are whole or absent, and private when they hold a secret."""

from trama_chassis.safekeeping import write_private

__all__ = ["write_private"]
