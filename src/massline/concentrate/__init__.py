"""CONCENTRATE: runs of the engine over a call's messages, and what they found.

Words: a *theme* is messages that speak of one matter; a *statement* is one sentence that sums up messages;
its *trace* leads to them."""
