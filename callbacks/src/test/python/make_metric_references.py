"""Writes metric_references.json: values of scikit-learn and torchmetrics that the metrics must agree with.

Needs scikit-learn, torchmetrics, torch and numpy; run it in this folder.
"""

import json
import warnings

import numpy as np
import sklearn
import sklearn.metrics as sk
import torch
import torchmetrics
import torchmetrics.functional as tm

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261124)
cases = []


def case(metric, outputs, targets, expected, **arguments):
    cases.append(
        {
            "metric": metric,
            "arguments": arguments,
            "shape": list(np.shape(outputs)),
            "outputs": np.asarray(outputs, dtype=np.float64).ravel().tolist(),
            "targetShape": list(np.shape(targets)),
            "targets": np.asarray(targets, dtype=np.float64).ravel().tolist(),
            "expected": float(expected),
        }
    )


def softmax(x):
    return torch.softmax(torch.tensor(x, dtype=torch.float64), -1).numpy()


def classification(rows, classes, absent):
    logits = rng.normal(size=(rows, classes))
    targets = rng.integers(0, classes - absent, size=rows)
    logits[np.arange(rows), targets] += 1.0
    probabilities = softmax(logits)
    predicted = logits.argmax(1)
    labels = list(range(classes))
    case("accuracy", logits, targets, sk.accuracy_score(targets, predicted))
    case("confusion_matrix", logits, targets, sk.accuracy_score(targets, predicted), classes=classes)
    for k in (1, 2, classes) if classes > 2 else ():
        case("top_k", logits, targets, sk.top_k_accuracy_score(targets, logits, k=k, labels=labels), k=k)
    for average in ("micro", "macro", "weighted"):
        kwargs = dict(average=average, zero_division=0)
        arguments = dict(classes=classes, average=average)
        case("precision", logits, targets, sk.precision_score(targets, predicted, **kwargs), **arguments)
        case("recall", logits, targets, sk.recall_score(targets, predicted, **kwargs), **arguments)
        case("f1", logits, targets, sk.f1_score(targets, predicted, **kwargs), **arguments)
        case("f_beta", logits, targets, sk.fbeta_score(targets, predicted, beta=2, **kwargs), beta=2, **arguments)
    onehot = np.eye(classes)[targets]
    for kind, outputs in (("LOGITS", logits), ("PROBABILITIES", probabilities)):
        case("log_loss", outputs, targets, sk.log_loss(targets, probabilities, labels=labels), kind=kind)
        case("brier", outputs, targets, ((probabilities - onehot) ** 2).sum(1).mean(), kind=kind)
        for bins in (5, 15):
            expected = tm.calibration_error(
                torch.tensor(probabilities), torch.tensor(targets), task="multiclass", num_classes=classes, n_bins=bins
            )
            case("calibration_error", outputs, targets, expected, kind=kind, bins=bins)


def binary(rows, ties):
    scores = rng.normal(size=rows)
    targets = rng.integers(0, 2, size=rows)
    scores += targets
    if ties:
        scores = np.round(scores)
    two = np.stack([np.zeros(rows), scores], 1)
    for outputs in (scores, scores[:, None], two):
        case("roc_auc", outputs, targets, sk.roc_auc_score(targets, scores))
        case("average_precision", outputs, targets, sk.average_precision_score(targets, scores))
    predicted = two.argmax(1)
    case("precision", two, targets, sk.precision_score(targets, predicted, zero_division=0), classes=2, average="binary")
    case("recall", two, targets, sk.recall_score(targets, predicted, zero_division=0), classes=2, average="binary")
    case("f1", two, targets, sk.f1_score(targets, predicted, zero_division=0), classes=2, average="binary")
    # Scores in the middle of bins: binning changes nothing then.
    bins = 10
    middles = (rng.integers(0, bins, size=rows) + 0.5) / bins
    case("roc_auc_binned", middles, targets, sk.roc_auc_score(targets, middles), bins=bins)
    case("average_precision_binned", middles, targets, sk.average_precision_score(targets, middles), bins=bins)
    both = np.stack([1 - middles, middles], 1)
    case("roc_auc_binned", both, targets, sk.roc_auc_score(targets, middles), bins=bins)


def regression(shape, offset):
    targets = rng.normal(size=shape) * 3 + offset
    outputs = targets + rng.normal(size=shape)
    y, p = targets.ravel(), outputs.ravel()
    case("mse", outputs, targets, sk.mean_squared_error(y, p))
    case("rmse", outputs, targets, sk.root_mean_squared_error(y, p))
    case("mae", outputs, targets, sk.mean_absolute_error(y, p))
    case("mape", outputs, targets, sk.mean_absolute_percentage_error(y, p))
    case("r2", outputs, targets, sk.r2_score(y, p))
    case("pearson", outputs, targets, np.corrcoef(y, p)[0, 1])
    rows = shape[0]
    error = np.linalg.norm((outputs - targets).reshape(rows, -1), axis=1)
    norm = np.linalg.norm(targets.reshape(rows, -1), axis=1)
    case("relative_l2", outputs, targets, (error / norm).mean())
    for q in (0.5, 0.95, 1.0):
        expected = np.quantile(np.abs(p - y), q, method="lower")
        case("error_quantile", outputs, targets, expected, quantile=q)


def language(rows, tokens, vocabulary):
    logits = rng.normal(size=(rows, tokens, vocabulary))
    targets = rng.integers(0, vocabulary, size=(rows, tokens))
    targets[:, -1] = -100
    expected = tm.text.perplexity(
        torch.tensor(logits), torch.tensor(targets), ignore_index=-100
    )
    case("perplexity", logits, targets, expected)


classification(97, 5, 0)
classification(40, 4, 1)
classification(30, 2, 0)
binary(80, False)
binary(80, True)
regression((50,), 0)
regression((20, 3), 10)
regression((4, 5, 6), -1e6)
language(3, 7, 11)

with open("../resources/metric_references.json", "w") as out:
    json.dump(
        {
            "scikit-learn": sklearn.__version__,
            "torchmetrics": torchmetrics.__version__,
            "torch": torch.__version__,
            "numpy": np.__version__,
            "cases": cases,
        },
        out,
    )
    out.write("\n")
