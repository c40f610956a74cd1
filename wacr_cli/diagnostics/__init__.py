"""Check the configuration, the token and the connection."""
