"""massline: from the people, to the people. One system for the whole circle of public consultation."""

__version__ = "0.1.0"
