"""The commands, a module a noun: each parses, asks and shows."""
