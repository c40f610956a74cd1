"""Query the WhatsApp message history of a WA.cr account."""

__version__ = "0.2.0"
