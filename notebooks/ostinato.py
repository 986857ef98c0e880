"""Evaluates models on the rows of a DataFrame, from PySpark.

The Spark session needs Ostinato's jar and PyTorch's native libraries, for example by
``spark.jars=ostinato-jobs.jar,pytorch-native-cpu-2.7.1-linux-x86_64.jar``::

    from ostinato import Evaluator

    with Evaluator(digits, inputs=["pixels:float32:1,8,8"], label="label:int64",
                   metrics=["accuracy"]) as evaluator:
        evaluator.evaluate("E5.pt")["metrics"]["accuracy"]
        evaluator.evaluate(torch.jit.script(model))  # no file
        evaluator.predict("E5.pt").show()
"""

import json
import os

from py4j.java_gateway import JavaPackage
from py4j.protocol import Py4JError, Py4JJavaError

__all__ = ["Evaluator", "OstinatoError"]

_CONNECT = (
    "this DataFrame belongs to Spark Connect, which gives Python no access to the JVM and has no"
    " RDDs; start a classic session, with SparkSession.builder.master(...) and without"
    " .remote(...), spark.remote, spark.api.mode=connect or SPARK_REMOTE"
)
_NO_JAR = (
    "Ostinato's jar isn't on the class path of this Spark session; stop it and start one with"
    " SparkSession.builder.config('spark.jars', '/path/to/ostinato-jobs.jar')"
)


class OstinatoError(RuntimeError):
    """An error with its remedy, in one line. The exception of Java is its ``java_exception``."""

    def __init__(self, line, java_exception=None):
        super().__init__(line)
        self.java_exception = java_exception


class Evaluator:
    """Evaluates models on a DataFrame. Models stay on the executors between calls.

    The keyword arguments are the keys that docs/evaluate.md lists: ``inputs``, ``label``,
    ``metrics``, ``batch_size``, ``model_inputs``, ``model_output``, ``architecture`` and others.

    A model is the path of a file on any file system that Hadoop supports, the bytes of a TorchScript
    module, or a ``torch.jit.ScriptModule``; the latter two need no file system that executors share.
    """

    def __init__(self, df, **keys):
        java_rows = _java(df)
        self._df = df
        self._jvm = df.sparkSession._jvm
        if isinstance(self._jvm.io.ostinato.jobs.Evaluator, JavaPackage):
            raise OstinatoError(_NO_JAR)
        given = json.dumps(keys, default=_plain)
        self._evaluator = self._call(
            lambda: self._jvm.io.ostinato.jobs.Evaluator.on(java_rows, given)
        )

    def evaluate(self, model, name=None):
        """Computes the metrics of a model.

        :param name: the name of a model in memory, for the report and messages
        :return: a dict with ``model``, ``rows``, ``metrics`` and ``seconds``, and with ``skipped``
            and ``skipped_rows`` if bad rows were skipped
        """
        report = json.loads(
            self._call(lambda: self._evaluator.evaluate(*_model(model, name)).toJson())
        )
        report["metrics"] = {key: float(value) for key, value in report["metrics"].items()}
        return report

    def predict(self, model, name=None):
        """Runs a model on all rows.

        :return: a DataFrame with the rows and columns of this one, in its order, and the column
            ``outputs`` beside them, or a column for each of several outputs. See ``Evaluator`` in
            Java about rows that differ each time they are computed.
        """
        rows = self._call(lambda: self._evaluator.predict(*_model(model, name)))
        return type(self._df)(rows, self._df.sparkSession)

    def close(self):
        """Frees the models and batches that the executors keep; DataFrames remain usable."""
        self._call(lambda: self._evaluator.close())

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()

    def _call(self, call):
        try:
            return call()
        except Exception as failure:
            thrown = _thrown(failure)
            if thrown is None:
                raise
            line = self._jvm.io.ostinato.jobs.Evaluator.problemOf(thrown)
        raise OstinatoError(line, thrown)


def _java(df):
    if type(df).__module__.startswith("pyspark.sql.connect"):
        raise OstinatoError(_CONNECT)
    rows = getattr(df, "_jdf", None)
    if rows is None:
        raise TypeError(f"expected a DataFrame of PySpark; given: {type(df).__name__}")
    return rows


def _model(model, name):
    """The arguments of Java for a model: a path, or a name and bytes."""
    if isinstance(model, (str, os.PathLike)):
        if name is not None:
            raise TypeError("name is that of a model in memory; a file has its own")
        return (os.fspath(model),)
    if hasattr(model, "save_to_buffer"):  # torch.jit.ScriptModule
        model = model.save_to_buffer()
    if not isinstance(model, (bytes, bytearray, memoryview)):
        raise TypeError(
            "a model is a path, the bytes of a TorchScript module, or a torch.jit.ScriptModule, such"
            f" as torch.jit.script(model); given: {type(model).__name__}"
        )
    content = model if isinstance(model, bytes) else bytearray(model)
    return (content,) if name is None else (name, content)


def _plain(value):
    """A number or an array of NumPy as what JSON has."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a key can't have a value of type {type(value).__name__}: {value!r}")


def _thrown(failure):
    """The exception of Java behind one of Python, or None. PySpark converts some of them."""
    if isinstance(failure, Py4JJavaError):
        return failure.java_exception
    if isinstance(failure, Py4JError):
        return None
    return getattr(failure, "_origin", None)
