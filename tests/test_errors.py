"""Faults: how many are told, where they point, and how little of what came is repeated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chainrule import errors
from chainrule.core.definition import Definition  # importing it registers every layer
from chainrule.core.losses import AnyLoss  # and so for losses
from chainrule.core.part import known
from chainrule.errors import LONGEST_ECHO, Fault, InputError, did_you_mean, excerpt, nearest, pointer, refuse

REGISTERED = (Definition, AnyLoss)


def faults(told: list[int]) -> Iterator[Fault]:
    """Faults without end, each of which notes that it was made."""
    while True:
        told.append(len(told))
        yield Fault("unknown_field", f"/{len(told) - 1}", "unknown")


def test_no_more_faults_are_made_than_are_told() -> None:
    told: list[int] = []
    with pytest.raises(InputError) as error:
        refuse(faults(told))
    assert len(error.value.faults) == len(told) == 10


def test_no_fault_is_no_error() -> None:
    refuse(iter(()))


def test_the_first_of_several_faults_names_the_error() -> None:
    error = InputError.of([Fault("missing_weight", "/weights/a", "missing"), Fault("empty_batch", "/batch", "empty")])
    assert str(error) == "missing_weight at /weights/a: missing"
    assert [fault.code for fault in error.faults] == ["missing_weight", "empty_batch"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), ""),
        (("",), "/"),
        (("weights", "a~b", "c/d"), "/weights/a~0b/c~1d"),
        (("layers", 0, "units"), "/layers/0/units"),
        (("~1",), "/~01"),
        (("weights", "x" * LONGEST_ECHO), "/weights/" + "x" * LONGEST_ECHO),
        (("weights", "x" * (LONGEST_ECHO + 1), "kernel"), "/weights"),
    ],
)
def test_pointers_are_those_of_rfc_6901_and_end_above_a_key_that_is_too_long(
    keys: tuple[str | int, ...], expected: str
) -> None:
    assert pointer(*keys) == expected


def test_a_long_value_is_cut() -> None:
    assert excerpt("relu") == '"relu"'
    assert excerpt("x" * 78) == '"' + "x" * 78 + '"'
    assert len(excerpt("x" * 1000)) == len(excerpt([1] * 1000)) == LONGEST_ECHO


def test_the_nearest_word_is_named_or_all_are_listed() -> None:
    assert did_you_mean("Dens", ["dense", "relu"]) == ': did you mean "dense"?'
    assert did_you_mean("xyz", ["relu", "dense"]) == ": known are dense, relu"
    assert did_you_mean("xyz", []) == ""
    assert did_you_mean("q" * 1000, [f"name{index}" for index in range(100)]) == ""


def test_the_nearest_of_many_words_is_among_those_that_begin_like_it() -> None:
    words = [f"layer_{index:04d}_weight" for index in range(1000)]
    assert did_you_mean("layer_0777_weigth", words) == ': did you mean "layer_0777_weight"?'


def test_no_more_than_a_hundred_words_are_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(errors, "_slips", lambda _, name: compared.append(name))
    did_you_mean("layer", [f"layer_{index:04d}" for index in range(1000)])
    assert len(compared) == 100


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("dens", "dense"),
        ("rely", "relu"),
        ("rellu", "relu"),
        ("erlu", "relu"),
        ("tahn", "tanh"),
        ("kernal", "kernel"),
        ("unit", "units"),
        ("activaton", "activation"),
        ("lable_smoothing", "label_smoothing"),
        ("labelsmothing", "label_smoothing"),
        ("categorical_crosentropy", "categorical_crossentropy"),
        ("categoricl_crosentropy", "categorical_crossentropy"),
        ("crossentropy", "cross_entropy"),
        ("MSE", "mse"),
        ("Conv2d", "conv2d"),
        ("conv_2d", "conv2d"),
        ("conv-2d", "conv2d"),
        ("leaky re lu", "leaky_relu"),
        ("batch_normalisation", "batch_normalization"),
        ("max_poling2d", "max_pooling2d"),
    ],
)
def test_a_misspelt_word_is_recognized(word: str, meant: str) -> None:
    words = ["kernel", "units", "activation", "label_smoothing"]
    known_types = [*known("layer", "activation"), *known("loss"), *words]
    assert did_you_mean(word, known_types) == f': did you mean "{meant}"?'


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("minimum", "maximum"),  # two letters of seven
        ("log_loss", "log_cosh"),
        ("msle", "mse"),
        ("mape", "mae"),
        ("sum", "sub"),
        ("crelu", "prelu"),  # the first letter
        ("conv3d", "conv2d"),  # a number
        ("conv1d_transpose", "conv2d_transpose"),
        ("l3", "l1"),
        ("dense", "dens" * 2),
        ("kernel_regularizer", "kernel_initializer"),
        ("outputs", "inputs"),
        ("", "relu"),
        ("relu", ""),
    ],
)
def test_another_word_is_no_misspelling(word: str, name: str) -> None:
    assert nearest(word, [name]) is None


@pytest.mark.parametrize(("word", "slips"), [("crossentropies", 3), ("crossentrpi", 2), ("cossentropi", 2)])
def test_two_slips_are_the_most(word: str, slips: int) -> None:
    assert nearest(word, ["cross_entropy"]) == ("cross_entropy" if slips <= 2 else None)


def test_a_name_of_nine_letters_may_have_two_slips_and_one_of_eight_may_not() -> None:
    assert nearest("dimenzzon", ["dimension"]) == "dimension"
    assert nearest("sofzplux", ["softplus"]) is None


def test_of_several_names_the_nearest_one_is_meant() -> None:
    assert nearest("kernel_initialiser", ["kernel_initialize", "kernel_initializer"]) == "kernel_initializer"
    assert nearest("relus", ["selus", "relu", "prelus"]) == "relu"


PYTORCH = """
    AdaptiveLogSoftmaxWithLoss AlphaDropout Bilinear CELULoss ChannelShuffle CircularPad2d ConstantPad1d Conv3d
    ConvTranspose3d CosineEmbeddingLoss CrossMapLRN2d Dropout2d EmbeddingBag FeatureAlphaDropout Fold
    FractionalMaxPool2d GLU GRUCell GaussianNLLLoss Hardshrink HingeEmbeddingLoss LPPool2d LSTMCell LocalResponseNorm
    MarginRankingLoss MaxPool3d MaxUnpool2d ModuleList MultiLabelMarginLoss MultiMarginLoss PairwiseDistance
    ParameterList PixelShuffle RNNBase RNNCell ReflectionPad2d ReplicationPad2d Softmax2d Softmin Softshrink
    SoftMarginLoss SyncBatchNorm Tanhshrink Threshold Transformer TripletMarginLoss Unflatten Unfold ZeroPad3d
"""
KERAS = """
    Attention AveragePooling3D CategoryEncoding Conv1DTranspose Conv3D ConvLSTM2D Cropping2D DepthwiseConv1D
    Discretization Dot EinsumDense GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalMaxPooling1D Hashing
    Lambda Masking MaxPooling3D Minimum Normalization RandomFlip RepeatVector Rescaling SeparableConv2D
    SpatialDropout1D SpectralNormalization UnitNormalization UpSampling1D ZeroPadding1D
    BinaryFocalCrossentropy CTC Circle Dice MeanAbsolutePercentageError MeanSquaredLogarithmicError Tversky
"""
OTHERS = "mean sum skip residual mha minimum log_loss mape msle rmse bce gelu_tanh lrelu"


@pytest.mark.parametrize("name", [*PYTORCH.split(), *KERAS.split(), *OTHERS.split()])
def test_what_other_frameworks_have_and_this_has_not_is_taken_for_nothing_else(name: str) -> None:
    for families in (("layer", "activation"), ("loss",)):
        assert nearest(name, list(known(*families))) is None


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("embed_dim", ["key_dim", "num_heads"]),
        ("input_dim", ["inputs", "units"]),
        ("inplace", ["name", "inputs"]),
        ("stateful", ["return_state", "units"]),
        ("optimizer", ["options", "loss"]),
        ("targets", ["state", "batch"]),
        ("retain_graph", ["training"]),
        ("kernel_constraint", ["kernel_regularizer", "kernel_initializer"]),
        ("/train", ["/metrics", "/catalog", "/forward"]),
    ],
)
def test_a_word_that_is_merely_similar_is_no_misspelling(word: str, fields: list[str]) -> None:
    assert did_you_mean(word, fields) == f": known are {', '.join(sorted(fields))}"


def test_among_many_names_a_misspelling_is_found_however_it_is_written() -> None:
    names = [f"gfe_{letter}{other}" for letter in "abcdefghijklmnop" for other in "abcdefghijklmnop"] + ["gfe_out"]
    assert nearest("GFE-Out", names) == "gfe_out"
