"""What every table of the settings file is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from workshop_tui.model.selector import selector_terms

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


def _names_nobody(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("a secret is never written here: expected an address without user and password")
    return url


Address = Annotated[HttpUrl, AfterValidator(_names_nobody)]


def _is_understood(selector: str) -> str:
    selector_terms(selector)
    return selector


Selector = Annotated[str, AfterValidator(_is_understood)]
"""Labels of Kubernetes: `key=value,key!=value`, without sets."""


class Section(BaseModel):
    """Unknown keys are an error: a mistyped threshold must not be silently the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)
