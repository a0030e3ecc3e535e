"""What documents may say: the pydantic models that validate them, and from which the JSON Schemas are made.

Only validation needs them. What a valid document says is read into plain values by `resource.manifest` and
`resource.workspace`, so a run that has nothing to validate anew does not load pydantic at all.
"""
