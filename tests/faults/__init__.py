"""A server that misbehaves, on real sockets, and what wacr makes of it."""
