"""What every part shares: queries, models, errors, times. Standard library only."""
