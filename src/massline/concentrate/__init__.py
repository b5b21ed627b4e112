"""CONCENTRATE: runs of the engine over a call's messages, looks for hot matters at a body's desk, and what they found.

Words: a *theme* is messages that speak of one matter; a *statement* is one sentence that sums up messages;
its *trace* leads to them; a *hot matter* is what many people began to speak of in a short time."""
