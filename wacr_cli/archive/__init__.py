"""The local copy of an account's messages: one protocol, and the stores that keep to it."""
