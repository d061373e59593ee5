"""Entry point of the registry service."""
