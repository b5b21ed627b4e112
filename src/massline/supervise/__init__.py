"""SUPERVISE: the resident says whether it was solved, may reopen, and everybody sees honest rates.

Words: a *rating* is the writer's verdict on a reply; *reopening* is its consequence. Bodies are measured, never persons."""
