"""The made-up county of the demo: its places, its bodies and what its residents write. Nothing here is real."""
