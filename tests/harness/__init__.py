"""A test service that runs as processes, orders for them, and the checker of what became of its events."""
