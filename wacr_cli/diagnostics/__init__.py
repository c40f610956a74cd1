"""Checks of a set-up: connection, token, configuration."""
