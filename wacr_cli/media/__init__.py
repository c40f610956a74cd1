"""Fetch the files of archived messages into a folder, with a manifest in the archive."""
