"""The guided first set-up: five steps, each readable from what the database holds, so that it can be left and taken up again.

The first step stands behind an address that only the terminal of this machine shows; the others are an operator's own pages."""
