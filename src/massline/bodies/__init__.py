"""Public bodies from province to village as one tree, and the days on which they work.

Words: a *body* owes answers; its *promise* is the number of working days in which it replies."""
