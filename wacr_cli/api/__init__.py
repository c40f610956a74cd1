"""The HTTP layer: everything that knows how the WA.cr API is asked and how it answers."""
