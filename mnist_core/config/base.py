"""What all parts of a configuration have in common."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Checked when it is made, never changed afterwards, and without unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
