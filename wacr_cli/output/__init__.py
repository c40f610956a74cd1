"""Rows to words: tables, CSV, TSV and JSON, and everything about the terminal."""
