"""Who may do what: staff sign in, roles, and `require`. Residents need no account; there are no profiles.

Words: an *actor* is whoever acts, a signed-in user or a named one such as the resident or the system."""
