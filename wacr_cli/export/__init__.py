"""Export the archive as one file for each month."""
