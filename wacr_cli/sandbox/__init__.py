"""A sample workspace that responds as the WA.cr API does: in this process, or over HTTP on loopback."""
