"""The face of every page: type, colour, base templates, parts, template tags, forms, large type, language.

Words: a *part* is a template in `templates/face/parts/` with documented parameters; *large type* (长辈版) is the mode
for those who read slowly; the *desk* is what handlers, leaders and inspectors see. All parts, live, in the demo at
`/face/`; in words in docs/reference/face.md.
"""
