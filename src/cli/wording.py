"""Words for people: what a setting may be."""

from pydantic.fields import FieldInfo

from kg.errors import Both

_KINDS = {int: ("whole number", "整数"), float: ("number", "数")}
_BOUNDS = {
    "ge": ("at least {}", "{}以上"),
    "gt": ("above {}", "{}より大きい"),
    "le": ("at most {}", "{}以下"),
    "lt": ("below {}", "{}未満"),
}


def expected(field: FieldInfo) -> Both:
    """What a setting may be: its form, or kind and bounds, such as "whole number, at least 1"."""
    form = next((item for item in field.metadata if isinstance(item, Both)), None)
    if form is not None:
        return form
    en, ja = next(words for kind, words in _KINDS.items() if kind is field.annotation)
    bounds = [
        (words[0].format(f"{value:,}"), words[1].format(f"{value:,}"))
        for key, words in _BOUNDS.items()
        for item in field.metadata
        if (value := getattr(item, key, None)) is not None
    ]
    limits = "、".join(limit for _, limit in bounds)
    return Both(
        f"{ja}（{limits}）" if limits else ja, ", ".join([en, *(limit for limit, _ in bounds)])
    )
