"""Layers of PyTorch with their weights, and what they make of a batch: written to `pytorch_layers.json` where it is.

``python -m tests.core.pytorch_layers`` writes the file again. The tests read it, and need no PyTorch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")

IMAGES = (2, 3, 4, 4)  # (samples, channels, height, width)


def layers(nn: Any) -> dict[str, tuple[dict[str, Any], Any, tuple[int, ...]]]:
    """Each layer here, as PyTorch has it, and the shape of a batch there."""
    conv2d = {"type": "conv2d", "filters": 4, "kernel_size": [2, 3]}
    depthwise = {"type": "depthwise_conv2d", "kernel_size": [2, 3], "depth_multiplier": 2}
    transpose = {"type": "conv2d_transpose", "filters": 4, "kernel_size": [2, 3], "strides": 2, "padding": 0}
    attention = {"type": "multi_head_attention", "num_heads": 2, "key_dim": 3}
    gru = {"type": "gru", "units": 3, "return_sequences": True}
    lstm = {"type": "lstm", "units": 3, "return_sequences": True}
    both: dict[str, Any] = {"type": "bidirectional", "layer": lstm}
    second = {"data_format": "channels_first"}
    return {
        "dense": ({"type": "dense", "units": 2}, nn.Linear(3, 2), (2, 3)),
        "square dense": ({"type": "dense", "units": 3}, nn.Linear(3, 3), (2, 3)),
        "conv1d": ({"type": "conv1d", "filters": 4, "kernel_size": 2, **second}, nn.Conv1d(3, 4, 2), (2, 3, 5)),
        "conv2d": ({**conv2d, **second}, nn.Conv2d(3, 4, (2, 3)), IMAGES),
        "square conv2d": ({**conv2d, "filters": 3, "kernel_size": 3, **second}, nn.Conv2d(3, 3, 3), IMAGES),
        "conv2d in groups": (
            {**conv2d, "filters": 6, "groups": 3, **second},
            nn.Conv2d(3, 6, (2, 3), groups=3),
            IMAGES,
        ),
        "depthwise_conv2d": ({**depthwise, **second}, nn.Conv2d(3, 6, (2, 3), groups=3), IMAGES),
        "conv2d_transpose": ({**transpose, **second}, nn.ConvTranspose2d(3, 4, (2, 3), stride=2), IMAGES),
        "conv2d_transpose in groups": (
            {**transpose, "groups": 2, **second},
            nn.ConvTranspose2d(2, 4, (2, 3), stride=2, groups=2),
            (2, 2, 3, 3),
        ),
        "simple_rnn": ({**lstm, "type": "simple_rnn"}, nn.RNN(2, 3, batch_first=True), (2, 4, 2)),
        "lstm": (lstm, nn.LSTM(2, 3, batch_first=True), (2, 4, 2)),
        "square gru": (gru, nn.GRU(3, 3, batch_first=True), (2, 4, 3)),
        "gru": (gru, nn.GRU(2, 3, batch_first=True), (2, 4, 2)),
        "bidirectional lstm": (both, nn.LSTM(2, 3, batch_first=True, bidirectional=True), (2, 4, 2)),
        "bidirectional gru": (
            {**both, "layer": gru},
            nn.GRU(2, 3, batch_first=True, bidirectional=True),
            (2, 4, 2),
        ),
        "multi_head_attention": (attention, nn.MultiheadAttention(6, 2, batch_first=True), (2, 4, 6)),
        "batch_normalization": ({"type": "batch_normalization"}, nn.BatchNorm1d(3), (4, 3)),
        "layer_normalization": ({"type": "layer_normalization"}, nn.LayerNorm(3), (2, 3)),
        "group_normalization": ({"type": "group_normalization", "groups": 2}, nn.GroupNorm(2, 4), (2, 4)),
        "rms_normalization": ({"type": "rms_normalization", "epsilon": 1e-5}, nn.RMSNorm(3, eps=1e-5), (2, 3)),
        "embedding": ({"type": "embedding", "input_dim": 4, "output_dim": 2}, nn.Embedding(4, 2), (2, 3)),
        "prelu": ({"type": "prelu"}, nn.PReLU(3), (2, 3)),
        "prelu with one slope": ({"type": "prelu"}, nn.PReLU(), (2, 3)),
    }


def measured(torch: Any) -> dict[str, Any]:
    """Give every layer numbers of few digits, and compute what it makes of a batch."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    cases = {}
    for name, (layer, module, shape) in layers(torch.nn).items():
        module.eval()
        tensors = {key: one for key, one in module.state_dict().items() if key != "num_batches_tracked"}
        for key, one in tensors.items():
            one.copy_(torch.randint(1, 64, one.shape) / 32 - (0 if key == "running_var" else 1))
        batch = torch.randint(0, 4, shape) if layer["type"] == "embedding" else torch.randint(-64, 64, shape) / 32
        with torch.no_grad():
            outputs = module(batch, batch, batch) if layer["type"] == "multi_head_attention" else module(batch)
        outputs = outputs[0] if isinstance(outputs, tuple) else outputs
        arrays = {key: one.tolist() for key, one in tensors.items()}
        cases[name] = {"layer": layer, "weights": arrays, "inputs": batch.tolist(), "outputs": outputs.tolist()}
    return {"pytorch": torch.__version__, "cases": cases}


if __name__ == "__main__":
    import torch

    text = json.dumps(measured(torch), separators=(",", ":"))
    FILE.write_text(text.replace('"layer"', '\n"layer"') + "\n", encoding="utf-8")
