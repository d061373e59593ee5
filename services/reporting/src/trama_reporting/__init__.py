"""Entry point of the reporting service."""
