"""What pydantic found wrong with a value, in words of our own: its sentences are English, and for programmers."""

import re
from collections.abc import Mapping
from typing import Any

from mnist_core.text.sentences import Phrase, Sentence

# By pydantic's name for it; the placeholders are those of its context.
_REASONS: Mapping[str, Sentence] = {
    "bool_parsing": "it should be yes or no",
    "bool_type": "it should be yes or no",
    "dict_type": "it should be a group of named values",
    "extra_forbidden": "it should not be there",
    "finite_number": "it should be a number, and not endless",
    "float_parsing": "it should be a number",
    "float_type": "it should be a number",
    "greater_than": "it should be above {gt}",
    "greater_than_equal": "it should be at least {ge}",
    "int_from_float": "it should be a whole number",
    "int_parsing": "it should be a whole number",
    "int_parsing_size": "it should be a smaller number",
    "int_type": "it should be a whole number",
    "invalid_key": "its names should be text",
    "json_invalid": "it should be JSON",
    "json_type": "it should be JSON",
    "less_than": "it should be below {lt}",
    "less_than_equal": "it should be at most {le}",
    "list_type": "it should be a list",
    "literal_error": "it should be one of these: {expected}",
    "missing": "it should be there",
    "model_type": "it should be a group of named values",
    "string_pattern_mismatch": "it should be written in another way",
    "string_type": "it should be text",
    "too_long": "it should have fewer entries",
    "too_short": "it should have more entries",
    "tuple_type": "it should be a list",
    "union_tag_invalid": "its kind should be one of these: {expected_tags}",
    "union_tag_not_found": "it should say of which kind it is",
}
_CHOICE = re.compile(r"'[^']*'|\b(?!or\b)[\w.]+")
_ANY: Sentence = "it should be another value"


def reason(found: Mapping[str, Any]) -> Phrase:
    """Return why a value was refused.

    Parameters
    ----------
    found : mapping
        One of the errors of pydantic's ``ValidationError``. Where a check of our own refused the value with an error
        that has a template, the reason is that error's sentence.
    """
    told: Mapping[str, Any] = found.get("ctx", {})
    own: Any = told.get("error")
    if hasattr(own, "phrase"):
        said: Phrase = own.phrase
        return said
    if isinstance(own, ValueError):  # of a library's type
        return Phrase("{message}", message=str(own))
    # Between its choices pydantic says "or".
    choices = {
        name: ", ".join(_CHOICE.findall(str(told[name]))) for name in ("expected", "expected_tags") if name in told
    }
    return Phrase(_REASONS.get(found["type"], _ANY), **{**told, **choices})
