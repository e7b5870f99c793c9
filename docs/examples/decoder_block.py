"""A decoder block learns a sentence: tokens, rotary causal attention, a gated feed-forward part, and residual sums.

It is the block of today's language models, small. The service differentiates it; Adam, six lines, is the caller's.

With a service running (`make run`): python docs/examples/decoder_block.py
"""

from typing import Any

import numpy as np
from tqdm import tqdm

from chainrule_client import Client

TEXT = "gradients of weights change the weights, gradients of inputs go on to the layer before. "
LENGTH, WIDTH, WIDE = 16, 24, 48
STEPS, RATE = 120, 0.01

Weights = dict[str, dict[str, np.ndarray]]


def decoder(vocabulary: int) -> list[dict[str, Any]]:
    """Wire the block: what attention and the feed-forward part find is added to what came in."""
    return [
        {"type": "embedding", "name": "tokens", "input_dim": vocabulary, "output_dim": WIDTH},
        {"type": "rms_normalization", "name": "normalized"},
        {"type": "rotary_embedding", "name": "turned"},
        {
            "type": "multi_head_attention",
            "name": "attention",
            "num_heads": 4,
            "key_dim": 6,
            "num_kv_heads": 2,
            "causal": True,
            "use_bias": False,
            "inputs": ["turned", "turned", "normalized"],
        },
        {"type": "add", "name": "after_attention", "inputs": ["tokens", "attention"]},
        {"type": "rms_normalization", "name": "normalized_again"},
        {"type": "dense", "name": "gate", "units": WIDE, "activation": "silu", "use_bias": False},
        {"type": "dense", "name": "up", "units": WIDE, "use_bias": False, "inputs": ["normalized_again"]},
        {"type": "multiply", "name": "gated", "inputs": ["gate", "up"]},
        {"type": "dense", "name": "down", "units": WIDTH, "use_bias": False},
        {"type": "add", "name": "after_feed_forward", "inputs": ["after_attention", "down"]},
        {"type": "rms_normalization", "name": "normalized_at_last"},
        {"type": "dense", "name": "scores", "units": vocabulary, "use_bias": False},
    ]


def starting_weights(rng: np.random.Generator, vocabulary: int) -> Weights:
    """Draw small weights; scales start at 1."""
    attention = {
        "query": (WIDTH, 4, 6),
        "key": (WIDTH, 2, 6),
        "value": (WIDTH, 2, 6),
        "attention_output": (4, 6, WIDTH),
    }
    kernels = {"gate": (WIDTH, WIDE), "up": (WIDTH, WIDE), "down": (WIDE, WIDTH), "scores": (WIDTH, vocabulary)}
    weights = {name: {"kernel": 0.2 * rng.normal(size=shape)} for name, shape in kernels.items()}
    weights["attention"] = {f"{name}/kernel": 0.2 * rng.normal(size=shape) for name, shape in attention.items()}
    weights["tokens"] = {"embeddings": rng.normal(size=(vocabulary, WIDTH))}
    scales = ("normalized", "normalized_again", "normalized_at_last")
    return weights | {name: {"scale": np.ones(WIDTH)} for name in scales}


def adam(weights: Weights, gradients: Any, moments: dict[tuple[str, str], list[np.ndarray]], step: int) -> None:
    """Move every weight against its gradient, each at its own pace."""
    for layer, arrays in weights.items():
        for name in arrays:
            gradient = gradients[layer][name]
            mean, square = moments.setdefault((layer, name), [np.zeros_like(gradient), np.zeros_like(gradient)])
            mean += 0.1 * (gradient - mean)
            square += 0.01 * (gradient**2 - square)
            arrays[name] = arrays[name] - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)


def main() -> None:
    """Learn to say the next character."""
    characters = sorted(set(TEXT))
    tokens = np.array([characters.index(one) for one in TEXT * 2])
    starts = np.arange(len(TEXT))
    inputs = tokens[starts[:, None] + np.arange(LENGTH)]
    targets = tokens[starts[:, None] + np.arange(LENGTH) + 1]
    network, weights = decoder(len(characters)), starting_weights(np.random.default_rng(0), len(characters))
    moments: dict[tuple[str, str], list[np.ndarray]] = {}
    losses, accuracy = [], 0.0
    with Client() as client:
        for step in tqdm(range(1, STEPS + 1), unit="step"):
            answer = client.backward(
                network=network,
                weights=weights,
                inputs=inputs,
                targets=targets,
                loss="cross_entropy",
                metrics=["accuracy"],
                wrt=["weights"],
            )
            losses.append(answer.loss)
            accuracy = answer.metrics["accuracy"]
            adam(weights, answer.gradients.weights, moments, step)
    print(f"loss at first: {losses[0]:.4f}, and ln {len(characters)} is {np.log(len(characters)):.4f}")
    print(f"loss at last: {losses[-1]:.4f}")
    print(f"accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
