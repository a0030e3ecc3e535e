"""What `main` declares: fifteen models of a shop, twelve of its support and three of its catalogue, and their data.

Every model answers short questions that are made of two lists: each word of the first, with its answer, before or
behind each phrase of the second. So all data is known from a page, is valid, and no rule of `validate` finds anything.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Pairs: TypeAlias = Sequence[tuple[str, str]]

BASE = "models/gemini-1.5-flash-001-tuning"
HEAD = "apiVersion: reconciler.dev/v1alpha1\n"
WORKSPACE = f"""\
{HEAD}kind: Workspace
metadata:
  name: shop
spec:
  endpoint: emulator
  owner: shop-models
  limits:
    maxDeletes: 2
    maxCost: 50
  prices:
    currency: EUR
    asOf: "2026-11-01"
    perMillionTokens:
      {BASE}: 800
"""
TIMES = ("today", "yesterday", "this week", "last week", "on Monday", "since the weekend", "for a month")
WISHES = ("please help", "what now", "who can help", "can this be right", "I need an answer", "tell me more", "thanks")


@dataclass(frozen=True, slots=True)
class Model:
    """One manifest: where it lies, what it is called, and what the model learns."""

    name: str
    title: str
    prompt: str
    answers: Mapping[str, str]
    endings: Sequence[str] = TIMES
    team: str = "support"
    form: str = "jsonl"

    @property
    def manifest(self) -> str:
        """The path of the manifest, from the top of the repository."""
        return f"manifests/{self.team}/{self.name}.yaml"

    @property
    def data(self) -> str:
        """The path of the dataset."""
        return f"manifests/{self.team}/data/{self.name}.{self.form}"

    @property
    def pairs(self) -> Pairs:
        """The examples."""
        return [
            (self.prompt.format(word, ending), answer)
            for word, answer in self.answers.items()
            for ending in self.endings
        ]

    def declared(self, *spec: str, epochs: int = 3, data: str = "") -> str:
        """The manifest; `spec` are more lines, `data` is another path of the dataset."""
        lines = (
            f"displayName: {self.title}",
            f"baseModel: {BASE}",
            "dataset:",
            f"  path: {data or f'data/{self.name}.{self.form}'}",
            "hyperparameters:",
            f"  epochCount: {epochs}",
            "  batchSize: 4",
            "  learningRate: 0.001",
            *spec,
        )
        head = f"{HEAD}kind: TunedModel\nmetadata:\n  name: {self.name}\n  labels: {{team: {self.team}}}\nspec:\n"
        return head + "".join(f"  {line}\n" for line in lines)


def written(pairs: Pairs, form: str = "jsonl") -> str:
    """A dataset as its file has it."""
    if form == "jsonl":
        return "".join(json.dumps({"text_input": asked, "output": told}) + "\n" for asked, told in pairs)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("text_input", "output"), *pairs])
    return table.getvalue()


QUEUES = {"invoice": "billing", "refund": "billing", "parcel": "delivery", "password": "accounts", "voucher": "sales"}
FEELINGS = {"love": "good", "like": "good", "know": "neutral", "dislike": "bad", "hate": "bad"}
CITIES = {"Lyon": "FR", "Turin": "IT", "Bremen": "DE", "Malmö": "SE", "Porto": "PT", "Gdańsk": "PL"}
SIZES = {"a pair of boots": "shoes", "a raincoat": "coats", "a scarf": "extras", "a belt": "extras", "sandals": "shoes"}

MODELS = {
    model.name: model
    for model in (
        Model("ticket-queue", "Ticket queue", "My {} is wrong {}.", QUEUES),
        Model("ticket-urgency", "Ticket urgency", "The {} is missing {}.", dict.fromkeys(QUEUES, "high")),
        Model("ticket-language", "Ticket language", "I live in {}, {}.", CITIES, WISHES, form="csv"),
        Model("ticket-summary", "Ticket summary", "About the {}: {}?", {k: f"about {k}" for k in QUEUES}, WISHES),
        Model("reply-opening", "Opening of a reply", "They {} it {}.", {k: f"I see you {k} it." for k in FEELINGS}),
        Model("reply-tone", "Tone of a reply", "I {} waiting {}.", FEELINGS),
        Model("refund-check", "Refund check", "Return {} bought {}?", dict.fromkeys(SIZES, "yes"), TIMES, form="csv"),
        Model(
            "order-status", "Order status", "Where is my {}, ordered {}?", dict.fromkeys(QUEUES, "look up the order")
        ),
        Model("parcel-claims", "Parcel claims", "Lost in {} {}.", CITIES),
        Model("invoice-fields", "Invoice fields", "{} paid {}.", {k: f"city={k}" for k in CITIES}),
        Model("review-mood", "Mood of a review", "We {} the shop, {}.", FEELINGS, WISHES),
        Model("faq-answers", "Answers to questions", "How do I change the {}, {}?", QUEUES, WISHES),
        Model("product-category", "Product category", "{}, new {}", SIZES, TIMES, "catalogue"),
        Model("product-title", "Product title", "Title for {}, {}", {k: k.title() for k in SIZES}, WISHES, "catalogue"),
        Model("address-country", "Country of an address", "Ship to {}, {}", CITIES, WISHES, "catalogue", "csv"),
    )
}
SUPPORT = tuple(model for model in MODELS.values() if model.team == "support")
