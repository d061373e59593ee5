"""Entry point of the placement service."""
