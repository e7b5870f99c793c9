"""What builders are called."""

from __future__ import annotations

import re

SPELLINGS = {
    "celu": "CELU",
    "elu": "ELU",
    "gelu": "GELU",
    "gru": "GRU",
    "kl": "KL",
    "lstm": "LSTM",
    "prelu": "PReLU",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "rms": "RMS",
    "rnn": "RNN",
    "selu": "SELU",
    "silu": "SiLU",
}
"""Words that Keras does not write with one capital."""

OTHER_NAMES = {"normal": "RandomNormal", "uniform": "RandomUniform"}
"""Classes that Keras calls otherwise than the name in a request suggests."""


def class_name(name: str) -> str:
    """Give Keras's class name of a name in a request.

    >>> [class_name(name) for name in ("max_pooling2d", "leaky_relu", "simple_rnn", "l1_l2", "he_normal")]
    ['MaxPooling2D', 'LeakyReLU', 'SimpleRNN', 'L1L2', 'HeNormal']
    """
    words = [re.sub(r"(?<=\d)d$", "D", SPELLINGS.get(word, word.capitalize())) for word in name.split("_")]
    return OTHER_NAMES.get(name, "".join(words))
