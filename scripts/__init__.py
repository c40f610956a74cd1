"""Generators of the files that are stored in the repository: completions, manual, pictures, sample data."""
