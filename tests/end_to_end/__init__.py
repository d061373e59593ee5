"""The real thing from outside: broker, nodes, HTTP, and the bytes that are left on disk."""
