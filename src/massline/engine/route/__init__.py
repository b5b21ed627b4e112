"""ROUTE: from a body's own past cases to the topic of a message and the body responsible, each with an honest chance.

Topics and bodies are data, never code. Where the chance is too small, the model says "not sure" and leaves it to a person.
"""
