"""Pages of cases: what everybody reads, and the desk of those who answer."""
