"""`tuningDataStats`: what the service tells of the data that a job was trained with.

A token is taken for four characters; the service counts with its own tokenizer.
"""

from reconciler.emulator.vertex.dataset import Example
from reconciler.emulator.wire import JsonObject

_SHOWN = 3


def tokens(characters: int) -> int:
    """Estimate the tokens in a text of a length."""
    return -(-characters // 4)


def data_stats(examples: list[Example], steps: int) -> JsonObject:
    """Give the statistics in canonical form; the sample is the first few questions."""
    asked = [tokens(example.asked) for example in examples]
    answered = [tokens(len(example.answer)) for example in examples]
    stats = {
        "tuningDatasetExampleCount": len(examples),
        "totalTuningCharacterCount": sum(example.asked + len(example.answer) for example in examples),
        "totalBillableTokenCount": sum(asked) + sum(answered),
        "tuningStepCount": steps,
        "userInputTokenDistribution": _distribution(asked),
        "userOutputTokenDistribution": _distribution(answered),
        "userMessagePerExampleDistribution": _distribution([example.turns for example in examples]),
        "userDatasetExamples": [
            {"role": "user", "parts": [{"text": example.question}]} for example in examples[:_SHOWN]
        ],
    }
    return {"supervisedTuningDataStats": stats}


def _distribution(values: list[int]) -> JsonObject:
    ranked = sorted(values)
    low, high = ranked[0], ranked[-1]
    return {
        "sum": sum(ranked),
        "billableSum": sum(ranked),
        "min": low,
        "max": high,
        "mean": round(sum(ranked) / len(ranked), 6),
        "median": _percentile(ranked, 50),
        "p5": _percentile(ranked, 5),
        "p95": _percentile(ranked, 95),
        "buckets": [{"count": len(ranked), "left": low, "right": high}],
    }


def _percentile(ranked: list[int], percent: int) -> int:
    return ranked[(len(ranked) - 1) * percent // 100]
