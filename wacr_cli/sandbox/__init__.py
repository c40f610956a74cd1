"""A seeded sample workspace that answers as the WA.cr API does: in process, or over HTTP on loopback."""
