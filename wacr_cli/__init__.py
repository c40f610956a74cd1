"""Query the WhatsApp message history of a WA.cr account."""

__version__ = "0.1.0"
