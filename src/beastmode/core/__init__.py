from marshmallow import fields

__all__: list[str] = []

if not hasattr(fields.Field, "__class_getitem__"):
    # marshmallow 3, whose fields do not say what they hold: an annotation such as `Field[Any]` is read at run time too.
    setattr(fields.Field, "__class_getitem__", classmethod(lambda cls, _: cls))  # noqa: B010 - mypy sees marshmallow 4
