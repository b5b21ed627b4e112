"""RESPOND: a case is a matter that one body owes an answer, by a day, in public.

Words: a *turn* is the time during which one body owns a case; a *hand-over* ends one turn and begins the next; a *reply* is the
body's public answer."""
