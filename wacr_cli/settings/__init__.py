"""Where settings come from: flags, environment, profile, defaults."""
