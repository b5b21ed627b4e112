"""The public log beneath the circle: every act appends one entry, and no entry can be changed without everybody seeing it.

Words: an *entry* is one line of the log. It *waits* until the *sequencer* gives it its number and publishes it in *tiles*
under a signed *checkpoint* (the mathematics: `massline.tlog`). What is logged about a text is a salted digest, never the text."""
