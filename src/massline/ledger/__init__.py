"""The public log beneath the circle: every act appends one entry, and no entry can be changed without breaking the chain.

Words: an *entry* is one line of the log. What is logged about a text is a salted digest, never the text."""
