"""What training costs: prices that a person has looked up and written into the workspace.

None are built in, because they would go stale in silence. Both services count what they charge for in training tokens:
those of the data, once for every epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

DATE_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"
"""RE2. ISO 8601 and ISO 4217."""

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a million training tokens, by base model.

    `as_of` is the day on which they were looked up, `valid_until` the last one on which they are believed.
    """

    currency: str
    as_of: str
    valid_until: str = ""
    million_tokens: Mapping[str, Decimal] = field(default_factory=dict)

    def cost(self, base: str, tokens: int) -> Decimal | None:
        """What it costs to train a base model with so many tokens; None without a price for it."""
        price = self.million_tokens.get(base)
        return None if price is None else price * tokens / MILLION

    def outdated(self, today: str) -> bool:
        """Whether they are believed no more on a day, which is given as `2026-11-20`."""
        return bool(self.valid_until) and self.valid_until < today


def prices(content: Mapping[str, Any]) -> Prices:
    """Read the part of a valid Workspace."""
    listed = {base: Decimal(str(price)) for base, price in content["perMillionTokens"].items()}
    return Prices(content["currency"], content["asOf"], content.get("validUntil") or "", listed)
