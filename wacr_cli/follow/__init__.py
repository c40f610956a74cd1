"""Follow a list: read each new message once, soon after it arrives."""
