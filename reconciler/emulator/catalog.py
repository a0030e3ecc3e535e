"""Base models: what they take, and which of them can be tuned.

A base can be tuned when its entry lists `createTunedModel`, or `createTunedTextModel` for text-bison.
Sampling defaults as the samples of tuned models show them.
"""

from dataclasses import dataclass

from reconciler.emulator import paging, status
from reconciler.emulator.call import Call
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Base:
    """A base model: its title, its limits in tokens, its default sampling parameters."""

    title: str
    inputs: int
    outputs: int
    temperature: float
    top_p: float
    top_k: int

    @property
    def sampling(self) -> JsonObject:
        """Give the default sampling parameters as the API names them."""
        return {"temperature": self.temperature, "topP": self.top_p, "topK": self.top_k}


_UNKNOWN = Base("A base model", 32_768, 8_192, 1.0, 0.95, 40)
_BASES = {
    "models/text-bison-001": Base("PaLM 2 (Legacy)", 8_196, 1_024, 0.7, 0.95, 40),
    "models/gemini-1.0-pro-001": Base("Gemini 1.0 Pro 001 (Tuning)", 30_720, 2_048, 0.9, 1.0, 1),
    "models/gemini-1.5-flash-001-tuning": Base("Gemini 1.5 Flash 001 Tuning", 16_384, 8_192, 1.0, 0.95, 64),
    "models/gemini-2.5-flash": Base("Gemini 2.5 Flash", 1_048_576, 65_536, 1.0, 0.95, 64),
}


def base_named(name: str) -> Base:
    """Give a base model by resource name; one that is not known has common values."""
    return _BASES.get(name, _UNKNOWN)


def list_models(call: Call) -> JsonObject:
    """Answer `models.list`."""
    names = sorted({*_BASES, *call.settings.tunable_bases})
    position = paging.read_token(call.query, "models")
    start = position[0] if position else 0
    end = start + paging.page_size(call.query, default=50)
    page: JsonObject = {"models": [_model(name, call.settings) for name in names[start:end]]}
    if end < len(names):
        page["nextPageToken"] = paging.write_token((end, 0), "models")
    return page


def get_model(call: Call) -> JsonObject:
    """Answer `models.get`."""
    name = f"models/{call.path['base']}"
    if name not in _BASES and name not in call.settings.tunable_bases:
        raise status.ApiError(
            404,
            f"Model is not found: {name} for api version {call.version}",
        )
    return _model(name, call.settings)


def _model(name: str, settings: Settings) -> JsonObject:
    base = base_named(name)
    text_bison = "text-bison" in name
    methods = ["generateText"] if text_bison else ["generateContent", "countTokens"]
    if name in settings.tunable_bases:
        methods.append("createTunedTextModel" if text_bison else "createTunedModel")
    return {
        "name": name,
        "version": "001",
        "displayName": base.title,
        "inputTokenLimit": base.inputs,
        "outputTokenLimit": base.outputs,
        "supportedGenerationMethods": methods,
        **base.sampling,
    }
