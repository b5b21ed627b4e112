"""Pages of themes: what everybody reads, and the reading room of analysts."""
