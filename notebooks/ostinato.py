"""Evaluates models on the rows of a DataFrame and draws plots, from PySpark.

The Spark session needs Ostinato's jar and PyTorch's native libraries, which the kernel that
``notebooks/setup`` makes gives to all sessions; elsewhere for example by
``spark.jars=ostinato-jobs.jar,pytorch-native-cpu-2.7.1-linux-x86_64.jar``::

    from ostinato import Evaluator

    with Evaluator(digits, inputs=["pixels:float32:1,8,8"], label="label:int64",
                   metrics=["accuracy"]) as evaluator:
        evaluator.evaluate("E5.pt")["metrics"]["accuracy"]
        evaluator.evaluate(torch.jit.script(model))  # no file
        evaluator.predict("E5.pt").show()
"""

import io
import json
import math
import operator
import os
import threading
from concurrent.futures import Future

from py4j.java_gateway import JavaPackage
from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark import SparkContext
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.util import InheritableThread

__all__ = [
    "Evaluator",
    "OstinatoError",
    "Plot",
    "confusion_plot",
    "curve_plot",
    "digits",
    "histogram_plot",
    "metric_plot",
    "picture_plot",
    "read_metrics",
    "reliability_plot",
]

_CONNECT = (
    "this {} belongs to Spark Connect, which gives Python no access to the JVM and has no"
    " RDDs; start a classic session, with SparkSession.builder.master(...) and without"
    " .remote(...), spark.remote, spark.api.mode=connect or SPARK_REMOTE"
)
_NO_JAR = (
    "Ostinato's jar isn't on the class path of this Spark session; stop it and start one with"
    " SparkSession.builder.config('spark.jars', '/path/to/ostinato-jobs.jar')"
)
_NO_SESSION = "no classic Spark session is running; start one with SparkSession.builder.getOrCreate()"
_STOPPED = (
    "the Spark session of this DataFrame was stopped; start one, and create the DataFrame and the"
    " evaluator again"
)
_CLOSED = "this evaluator is closed; create another one"
_MOST_CLASSES = 2000
_NO_JVM = "Spark's JVM has ended or can't be reached; restart this Python process (the kernel)"


class OstinatoError(RuntimeError):
    """An error with its remedy, in one line. The exception of Java is its ``java_exception``."""

    def __init__(self, line, java_exception=None):
        super().__init__(line)
        self.java_exception = java_exception


class Evaluator:
    """Evaluates models on a DataFrame. Models stay on the executors between calls.

    The keyword arguments are the keys that docs/evaluate.md lists: ``inputs``, ``label``,
    ``metrics``, ``batch_size``, ``model_inputs``, ``model_output``, ``architecture`` and others.

    A model is the path of a file on any file system that Hadoop supports; or the bytes of a
    TorchScript module, a ``BytesIO`` that has them, or a ``torch.jit.ScriptModule``, which need no
    file system that executors share. Calls from several threads run one after the other. Interrupting
    a call (the kernel, or Ctrl-C) cancels all running jobs of Spark.
    """

    def __init__(self, df, **keys):
        __tracebackhide__ = True
        java_rows = _java(df)
        self._df = df
        self._jvm = df.sparkSession._jvm
        self._closed = False
        given = json.dumps({key: _plain(key, value) for key, value in keys.items()})
        self._evaluator = self._call(lambda jobs: jobs.Evaluator.on(java_rows, given))

    def evaluate(self, model, name=None):
        """Computes the metrics of a model.

        :param name: the name of a model in memory, for the report and messages
        :return: a dict with ``model``, ``rows``, ``metrics`` and ``seconds``, and with ``skipped``
            and ``skipped_rows`` if bad rows were skipped
        """
        __tracebackhide__ = True
        given = _model(model, name)
        report = json.loads(self._call(lambda _: self._evaluator.evaluate(*given).toJson()))
        report["metrics"] = {key: float(value) for key, value in report["metrics"].items()}
        return report

    def predict(self, model, name=None):
        """Runs a model on all rows.

        :return: a DataFrame with the rows and columns of this one, in its order, and the column
            ``outputs`` beside them, or a column for each of several outputs. See ``Evaluator`` in
            Java about rows that differ each time they are computed.
        """
        __tracebackhide__ = True
        given = _model(model, name)
        rows = self._call(lambda _: self._evaluator.predict(*given))
        return type(self._df)(rows, self._df.sparkSession)

    def close(self):
        """Frees the models and batches that the executors keep; DataFrames remain usable."""
        __tracebackhide__ = True
        if not self._closed:
            self._closed = True
            _call(self._jvm, lambda _: self._evaluator.close())

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()

    def _call(self, call):
        __tracebackhide__ = True
        if self._closed:
            raise OstinatoError(_CLOSED)
        session = self._df._jdf.sparkSession
        if _call(self._jvm, lambda _: session().sparkContext().isStopped()):
            raise OstinatoError(_STOPPED)
        return _interruptible(lambda: _call(self._jvm, call))


class Plot:
    """A picture as SVG. A notebook shows the last value of a cell; ``display(plot)`` any other."""

    def __init__(self, svg, text):
        self.svg = svg
        self.text = text

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return self.text


def curve_plot(title, curves, over="update", best=None):
    """Draws curves, such as a metric over epochs.

    :param curves: for each curve by its name, the values by their count, such as
        ``{"test": {1: 0.91, 2: 0.94}}``, or as a sequence that begins with count 1. Values that are
        not finite leave a gap.
    :param over: what is counted
    :param best: which value of each curve is marked: ``"highest"``, ``"lowest"`` or None
    """
    __tracebackhide__ = True
    if best not in ("highest", "lowest", None):
        raise ValueError(f"best must be 'highest', 'lowest' or None; given: {best!r}")

    curves = _named("curves", curves, "{'test': [0.91, 0.94]}")

    def draw(jvm):
        plot = jvm.io.ostinato.plot
        drawn = jvm.java.util.ArrayList()
        for name, values in curves.items():
            values = dict(values.items() if _has(values, "items") else enumerate(values, 1))
            x, y = (_array(jvm, "[D", _numbers(n)) for n in (values.keys(), values.values()))
            which = plot.Curve.Best.valueOf(best.upper() if best else "NONE")
            drawn.append(plot.Curve(str(name), x, y, which))
        return plot.CurvePlot(str(title), str(over), drawn)

    return _draw(draw)


def confusion_plot(labels, predictions, counts=None, names=(), title="confusion matrix"):
    """Draws how often each class was predicted for the rows of each class.

    :param labels: the class of each row, counted from 0
    :param predictions: the predicted class of each row
    :param counts: how often each pair occurs, such as from
        ``df.groupBy("label", "prediction").count()``; default: once
    :param names: the names of the classes; default: their numbers
    """
    __tracebackhide__ = True
    labels, predictions = _whole_numbers(labels), _whole_numbers(predictions)
    counts = [1] * len(labels) if counts is None else _whole_numbers(counts)
    if not len(labels) == len(predictions) == len(counts):
        raise ValueError(
            f"{len(labels)} labels, {len(predictions)} predictions and {len(counts)} counts; there"
            " must be one of each for each row"
        )
    lowest = min([*labels, *predictions], default=0)
    if lowest < 0:
        raise ValueError(f"classes are counted from 0; given: {lowest}")
    classes = max([len(names) - 1, *labels, *predictions]) + 1
    if classes > _MOST_CLASSES:
        raise ValueError(f"{classes:,} classes are too many to draw; at most {_MOST_CLASSES:,}")
    matrix = [[0] * classes for _ in range(classes)]
    for label, prediction, count in zip(labels, predictions, counts):
        matrix[label][prediction] += count
    return _draw(
        lambda jvm: jvm.io.ostinato.plot.ConfusionPlot.of(
            str(title),
            _array(jvm, "[[J", matrix),
            _array(jvm, "[Ljava.lang.String;", [str(name) for name in names]),
        )
    )


def reliability_plot(confidences, correct, bins=10, title="reliability"):
    """Draws the accuracy of predictions by their confidence.

    :param confidences: the confidence of each prediction, from 0 to 1
    :param correct: whether each prediction is correct
    :param bins: the number of bins of equal width
    """
    __tracebackhide__ = True
    bins = _whole("bins", bins)
    return _draw(
        lambda jvm: jvm.io.ostinato.plot.ReliabilityPlot.of(
            str(title),
            _array(jvm, "[D", _numbers(confidences)),
            _array(jvm, "[Z", [number != 0 for number in _numbers(correct)]),
            bins,
        )
    )


def histogram_plot(values, value="value", title="histogram"):
    """Draws how often values occur, such as errors.

    :param value: what the values are
    """
    __tracebackhide__ = True
    return _draw(
        lambda jvm: jvm.io.ostinato.plot.HistogramPlot.of(
            str(title), str(value), _array(jvm, "[D", _numbers(values))
        )
    )


def metric_plot(key, runs):
    """Draws a metric of runs over updates, with the best value of each marked.

    :param key: the key of the metric, such as ``accuracy/test``
    :param runs: the folders of the runs, by their names in the legend
    """
    __tracebackhide__ = True
    runs = _named("runs", runs, "{'first': 'runs/first'}")

    def draw(jvm):
        records = jvm.java.util.LinkedHashMap()
        for name, folder in runs.items():
            records[str(name)] = _records(jvm, folder)
        tracking = jvm.io.ostinato.tracking
        return tracking.MetricCurves.of(key, tracking.MetricProperties.defaults(), records)

    return _draw(draw)


def read_metrics(folder):
    """Reads the ``metrics.jsonl`` of a run, from any file system that Hadoop supports.

    :param folder: the folder of the run
    :return: for each record a dict with ``iteration``, ``epoch``, ``update``, ``sample``, ``time``
        and ``metrics``, whose values are floats, also NaN and infinities
    """
    __tracebackhide__ = True

    def read(jvm):
        to_json = jvm.io.ostinato.tracking.MetricsFile.toJson
        return [json.loads(to_json(record).toString()) for record in _records(jvm, folder)]

    jvm = _running()
    records = _call(jvm, lambda _: read(jvm))
    for record in records:
        record["metrics"] = {key: float(value) for key, value in record["metrics"].items()}
    return records


def picture_plot(pictures, captions, width, title="pictures"):
    """Draws small grey pictures, such as the rows that a model gets wrong.

    :param pictures: the pixels of each picture, row by row, from 0 (black) to 1 (white)
    :param captions: a text below each picture
    :param width: the number of pixels in a row
    """
    __tracebackhide__ = True
    pictures = [_numbers(picture) for picture in pictures]
    captions = [str(caption) for caption in captions]
    width = _whole("width", width)
    if len(pictures) != len(captions):
        raise ValueError(
            f"{len(pictures)} pictures and {len(captions)} captions; give one for each"
        )

    def draw(jvm):
        plot = jvm.io.ostinato.plot.PicturePlot
        tiles = jvm.java.util.ArrayList()
        for pixels, caption in zip(pictures, captions):
            tiles.append(plot.Tile.grey(_array(jvm, "java.util.List", pixels), width, caption))
        return plot(str(title), tiles)

    return _draw(draw)


def digits(spark):
    """The handwritten digits of the quickstart: 1,437 rows to train with, and 360 to test.

    :return: two DataFrames with ``pixels``, 8 by 8 numbers from 0 to 1, and ``label``
    """
    __tracebackhide__ = True
    _refuse_connect(spark)
    if not isinstance(spark, SparkSession):
        raise TypeError(f"expected a SparkSession of PySpark; given: {type(spark).__name__}")

    def read(jobs):
        rows = jobs.quickstart.Digits
        return rows.train(spark._jsparkSession), rows.test(spark._jsparkSession)

    return tuple(DataFrame(rows, spark) for rows in _call(spark._jvm, read))


def _refuse_connect(given):
    if type(given).__module__.startswith("pyspark.sql.connect"):
        raise OstinatoError(_CONNECT.format(type(given).__name__))


def _java(df):
    _refuse_connect(df)
    if not isinstance(df, DataFrame):
        raise TypeError(f"expected a DataFrame of PySpark; given: {type(df).__name__}")
    return df._jdf


def _model(model, name):
    """The arguments of Java for a model: a path, or a name and bytes."""
    if isinstance(model, (str, os.PathLike)):
        if name is not None:
            raise TypeError("name is that of a model in memory; a file has its own")
        return (os.fsdecode(model),)
    if isinstance(model, io.BytesIO):
        model = model.getvalue()
    elif _has(model, "save_to_buffer"):  # torch.jit.ScriptModule
        model = model.save_to_buffer()
    if not isinstance(model, (bytes, bytearray, memoryview)):
        raise TypeError(
            "a model is a path, the bytes of a TorchScript module, or a torch.jit.ScriptModule, such"
            f" as torch.jit.script(model.eval()); given: {type(model).__name__}"
        )
    if not isinstance(name, (str, type(None))):
        raise TypeError(f"name must be a text; given: {type(name).__name__}")
    content = model if isinstance(model, bytes) else bytearray(model)
    return (content,) if name is None else (name, content)


def _plain(key, value):
    """What JSON has, also of NumPy, PyTorch and paths."""
    if isinstance(value, dict):
        return {str(name): _plain(key, each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(key, each) for each in value]
    if isinstance(value, (str, int, float, type(None))):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if _has(value, "tolist"):
        return _plain(key, value.tolist())
    raise TypeError(
        f"{key!r} can't have a value of type {type(value).__name__}; give texts, numbers, booleans,"
        " or lists and dicts of these"
    )


def _has(value, method):
    """Whether a value has a method; a column of Spark has a field of any name."""
    return callable(getattr(type(value), method, None))


def _array(jvm, kind, values):
    """A Java array or list, in one call whatever its length."""
    given = [_finite(value) for value in values]
    array = jvm.java.lang.Class.forName(kind)
    return jvm.com.fasterxml.jackson.databind.ObjectMapper().readValue(json.dumps(given), array)


def _finite(value):
    """A value as JSON has it, in which numbers that are not finite are texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _named(name, given, example):
    if not _has(given, "items"):
        raise TypeError(
            f"{name} must be a dict by names, such as {example}; given: {type(given).__name__}"
        )
    return given


def _whole(name, number):
    """An int of Python or NumPy."""
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f"{name} must be a whole number; given: {number!r}") from None


def _numbers(values):
    """Numbers of Python, NumPy or PyTorch as floats."""
    if isinstance(values, Column):
        raise TypeError(
            "a column has no values of its own; collect them, such as with"
            " [row.loss for row in df.select('loss').collect()]"
        )
    numbers = []
    for value in values:
        try:
            if isinstance(value, (str, bytes)):
                raise TypeError
            numbers.append(float(value))
        except (TypeError, ValueError, RuntimeError):  # of NumPy and PyTorch for several numbers
            shown = repr(value).splitlines()[0][:60]
            raise TypeError(
                f"values must be numbers; given: {shown}; of rows, take a column, such as with"
                " [row.loss for row in rows]"
            ) from None
    return numbers


def _whole_numbers(values):
    numbers = _numbers(values)
    for number in numbers:
        if not number.is_integer():
            raise ValueError(f"classes and counts are whole numbers; given: {number:g}")
    return [int(number) for number in numbers]


def _records(jvm, folder):
    folder = os.fsdecode(folder)
    configuration = SparkContext._active_spark_context._jsc.hadoopConfiguration()
    files = jvm.io.ostinato.spark.storage.HadoopRunFiles.anywhere(folder, configuration)
    metrics = jvm.io.ostinato.tracking.MetricsFile
    if not files.exists(metrics.NAME):
        raise OstinatoError(
            f"there is no {metrics.NAME} in '{folder}'; give the folder of a run"
        )
    return metrics.read(files)


def _running():
    context = SparkContext._active_spark_context
    if context is None or context._jvm is None:
        raise OstinatoError(_NO_SESSION)
    return context._jvm


def _draw(draw):
    __tracebackhide__ = True
    jvm = _running()

    def drawn(_):
        plot = draw(jvm)
        return Plot(plot.svg(), f"{plot.title()}: {plot.description()}")

    return _call(jvm, drawn)


def _call(jvm, call):
    """Calls Java; its exceptions become errors of one line."""
    __tracebackhide__ = True
    try:
        jobs = jvm.io.ostinato.jobs
        if isinstance(jobs.Evaluator, JavaPackage):
            raise OstinatoError(_NO_JAR)
        return call(jobs)
    except (Py4JNetworkError, ConnectionError):
        line, thrown = _NO_JVM, None
    except Exception as failure:
        thrown = _thrown(failure)
        if thrown is None:
            raise
        line = jobs.Evaluator.problemOf(thrown)
    raise OstinatoError(line, thrown)


def _interruptible(call):
    """Calls in a thread of its own if this is the main one, which gets the interrupts.

    PySpark can cancel jobs only if the main thread isn't waiting for an answer of Java itself.
    """
    __tracebackhide__ = True
    if threading.current_thread() is not threading.main_thread():
        return call()
    outcome = Future()

    def run():
        __tracebackhide__ = True
        try:
            outcome.set_result(call())
        except BaseException as failure:
            outcome.set_exception(failure)

    try:
        InheritableThread(target=run, daemon=True).start()
        failure = outcome.exception()
    except KeyboardInterrupt:
        SparkContext._active_spark_context.cancelAllJobs()
        raise
    if isinstance(failure, OstinatoError):
        raise failure.with_traceback(None)  # its line says it all
    return outcome.result()


def _thrown(failure):
    """The exception of Java behind one of Python, or None. PySpark converts some of them."""
    if isinstance(failure, Py4JJavaError):
        return failure.java_exception
    if isinstance(failure, Py4JError):
        return None
    return getattr(failure, "_origin", None)
