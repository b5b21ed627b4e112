"""GATHER: a call asks a question for a time, and people answer in messages, by whatever way they come.

Words: a *call* is an invitation to speak; a *message* is what somebody said, as it came; a *receipt* is what the writer keeps."""
