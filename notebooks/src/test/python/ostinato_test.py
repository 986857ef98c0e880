"""Tests notebooks/ostinato.py in a PySpark session.

Arguments: the folder with batchnorm-*.pt, expected-*.bin and input.bin, and the jars of Ostinato and
of PyTorch's native libraries, separated by a comma. Tests that need PyTorch are skipped where it isn't
there.
"""

import array
import concurrent.futures
import contextlib
import importlib.util
import io
import math
import os
import pathlib
import signal
import sys
import tempfile
import time
import types
import unittest
import unittest.mock

FIXTURES = pathlib.Path(sys.argv[1])
JARS = sys.argv[2]
NOTEBOOKS = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(NOTEBOOKS))

from pyspark import InheritableThread  # noqa: E402
from pyspark.sql import DataFrame, SparkSession, functions  # noqa: E402

import ostinato  # noqa: E402
from ostinato import Evaluator, OstinatoError  # noqa: E402

ROWS, PIXELS, CLASSES = 16, 25, 3
HAS_TORCH = importlib.util.find_spec("torch") is not None
IMAGES = dict(inputs=["image:float32:1,5,5"], label="label:int64", metrics=["accuracy"])


def floats(name, columns):
    numbers = array.array("f", (FIXTURES / name).read_bytes())
    return [list(numbers[i : i + columns]) for i in range(0, len(numbers), columns)]


def accuracy(letter):
    outputs = floats(f"expected-{letter}.bin", CLASSES)
    return sum(row.index(max(row)) == i % CLASSES for i, row in enumerate(outputs)) / ROWS


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited for a minute")


def start():
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.jars", JARS)
        .config("spark.driver.extraJavaOptions", os.environ["OSTINATO_JAVA_OPTIONS"])
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    return spark


def images_in(spark):
    rows = [(i, image, i % CLASSES) for i, image in enumerate(floats("input.bin", PIXELS))]
    return spark.createDataFrame(rows, "number int, image array<float>, label bigint")


class SparkTest(unittest.TestCase):
    """In one JVM, whose Spark is started once more by each class."""

    @classmethod
    def setUpClass(cls):
        cls.spark = start()
        cls.images = images_in(cls.spark)

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

    def assert_line(self, failure, part):
        line = str(failure)
        self.assertIn(part, line)
        self.assertNotIn("\n", line)
        self.assertNotIn("java.lang", line)

    def assert_fails(self, part, call, kind=OstinatoError):
        with self.assertRaises(kind) as raised:
            call()
        self.assert_line(raised.exception, part)


class EvaluatorTest(SparkTest):
    def test_a_file_gives_a_dict(self):
        with Evaluator(self.images, batch_size=4, **IMAGES) as evaluator:
            for letter in "aba":
                file = FIXTURES / f"batchnorm-{letter}.pt"
                report = evaluator.evaluate(file)
                self.assertEqual(report["metrics"], {"accuracy": accuracy(letter)})
                self.assertEqual((report["model"], report["rows"]), (str(file), ROWS))

    def test_bytes_need_no_file(self):
        module = (FIXTURES / "batchnorm-c.pt").read_bytes()
        with Evaluator(self.images, **IMAGES) as evaluator:
            for content in (module, bytearray(module), memoryview(module)):
                report = evaluator.evaluate(content, name="epoch=5")
                self.assertEqual(report["metrics"], {"accuracy": accuracy("c")})
                self.assertEqual(report["model"], "epoch=5")

    def test_predictions_are_beside_their_rows(self):
        with Evaluator(self.images.repartition(3), **IMAGES) as evaluator:
            predicted = evaluator.predict(str(FIXTURES / "batchnorm-b.pt"))
        self.assertIsInstance(predicted, DataFrame)
        self.assertEqual(predicted.columns, ["number", "image", "label", "outputs"])
        expected = floats("expected-b.bin", CLASSES)
        rows = predicted.collect()
        self.assertEqual(sorted(row.number for row in rows), list(range(ROWS)))
        for row in rows:
            for output, right in zip(row.outputs, expected[row.number]):
                self.assertAlmostEqual(output, right, places=5)

    def test_mistakes_are_one_line(self):
        for keys, part in (
            (dict(IMAGES, metrcs=1), "'metrcs'; did you mean 'metrics'? Known: inputs, label, "),
            (dict(IMAGES, inputs=["imag:float32:25"]), "no column 'imag'; it has: number, image"),
            (dict(IMAGES, label=None), "metrics requires a label"),
        ):
            with self.assertRaises(OstinatoError) as raised:
                Evaluator(self.images, **keys)
            self.assert_line(raised.exception, part)
        with Evaluator(self.images, **IMAGES) as evaluator:
            for model, part in (
                ("/gone.pt", "there is no model '/gone.pt'"),
                (b"text", "can't evaluate 'module': "),
                ("weights.safetensors", "specify their architecture with architecture"),
            ):
                with self.assertRaises(OstinatoError) as raised:
                    evaluator.evaluate(model)
                self.assert_line(raised.exception, part)
            with self.assertRaisesRegex(TypeError, "such as torch.jit.script.*given: int"):
                evaluator.evaluate(7)

    def test_failures_on_executors_are_one_line(self):
        with Evaluator(self.images, **dict(IMAGES, inputs=["image:float32:25"])) as evaluator:
            with self.assertRaises(OstinatoError) as raised:
                evaluator.evaluate(str(FIXTURES / "batchnorm-a.pt"))
            self.assert_line(raised.exception, "can't evaluate '")

    def test_spark_connect_is_refused(self):
        class Remote:
            pass

        Remote.__module__ = "pyspark.sql.connect.dataframe"
        with self.assertRaises(OstinatoError) as raised:
            Evaluator(Remote(), **IMAGES)
        self.assert_line(raised.exception, "belongs to Spark Connect, which gives Python no access")
        with self.assertRaisesRegex(TypeError, "expected a DataFrame of PySpark; given: list"):
            Evaluator([], **IMAGES)

    def test_values_of_other_libraries_are_keys(self):
        class Whole:  # as numpy.int64 and torch.Tensor
            def tolist(self):
                return 4

        class Texts:  # as numpy.ndarray
            def tolist(self):
                return ["accuracy"]

        keys = dict(
            inputs=({"column": "image", "shape": (1, 5, 5)},),
            label="label:int64",
            metrics=Texts(),
            batch_size=Whole(),
        )
        with Evaluator(self.images, **keys) as evaluator:
            report = evaluator.evaluate(FIXTURES / "batchnorm-a.pt")
        self.assertEqual(report["metrics"], {"accuracy": accuracy("a")})
        gone = dict(IMAGES, architecture=pathlib.Path("/gone.pt"))
        self.assert_fails("'/gone.pt'", lambda: Evaluator(self.images, **gone))
        for key, value in (("metrics", {"accuracy"}), ("metrics", [len]), ("label", self.images.label)):
            self.assert_fails(
                f"'{key}' can't have a value of type ",
                lambda: Evaluator(self.images, **{**IMAGES, key: value}),
                TypeError,
            )

    def test_other_things_are_no_dataframes_and_models(self):
        for thing in (self.images.label, [], None, self.images.toJSON()):
            self.assert_fails(
                "expected a DataFrame of PySpark; given: ", lambda: Evaluator(thing, **IMAGES), TypeError
            )
        module = (FIXTURES / "batchnorm-c.pt").read_bytes()
        with Evaluator(self.images, **IMAGES) as evaluator:
            for thing in (self.images.label, 7, None, ["E5.pt"], {"weight": 1}):
                self.assert_fails(
                    "such as torch.jit.script(model.eval()); given: ",
                    lambda: evaluator.evaluate(thing),
                    TypeError,
                )
            self.assert_fails("name must be a text; given: int", lambda: evaluator.evaluate(module, 5), TypeError)
            self.assert_fails("a file has its own", lambda: evaluator.evaluate("E5.pt", "name"), TypeError)
            self.assertEqual(evaluator.evaluate(io.BytesIO(module))["metrics"], {"accuracy": accuracy("c")})
            self.assert_fails("it is not a TorchScript module", lambda: evaluator.predict(b""))
            self.assert_fails("is truncated after 500 bytes", lambda: evaluator.predict(module[:500]))

    def test_a_closed_evaluator_is_refused(self):
        evaluator = Evaluator(self.images, **IMAGES)
        file = FIXTURES / "batchnorm-a.pt"
        predicted = evaluator.predict(file)
        evaluator.close()
        evaluator.close()
        self.assertEqual(predicted.count(), ROWS)
        for call in (evaluator.evaluate, evaluator.predict):
            self.assert_fails("this evaluator is closed; create another one", lambda: call(file))

    def test_a_column_of_the_name_of_an_output_is_an_error(self):
        rows = self.images.withColumnRenamed("number", "outputs")
        with Evaluator(rows, **IMAGES) as evaluator:
            self.assert_fails(
                "the DataFrame has a column 'outputs', and so have the predictions; rename it",
                lambda: evaluator.predict(FIXTURES / "batchnorm-a.pt"),
            )

    def test_metrics_that_are_not_finite_are_floats(self):
        nan = self.images.withColumn("image", functions.expr("transform(image, x -> float('NaN'))"))
        with Evaluator(nan, **dict(IMAGES, metrics=["cross_entropy"])) as evaluator:
            value = evaluator.evaluate(FIXTURES / "batchnorm-a.pt")["metrics"]["cross_entropy"]
        self.assertTrue(math.isnan(value))

    def test_threads_share_an_evaluator(self):
        letters = "abcabcabc"
        with Evaluator(self.images, **IMAGES) as evaluator, concurrent.futures.ThreadPoolExecutor(4) as threads:
            reports = list(
                threads.map(lambda letter: evaluator.evaluate(FIXTURES / f"batchnorm-{letter}.pt"), letters)
            )
        self.assertEqual(
            [report["metrics"]["accuracy"] for report in reports], [accuracy(letter) for letter in letters]
        )

    def test_an_interrupt_cancels_the_evaluation(self):
        tracker = self.spark.sparkContext.statusTracker()
        numbers = self.spark.range(10**15).select((functions.col("id") % 7).alias("rest"))

        def interrupt():
            wait_until(tracker.getActiveStageIds)
            os.kill(os.getpid(), signal.SIGINT)

        before = signal.getsignal(signal.SIGINT)  # of PySpark; in a cell, that of Python counts
        for handler in (before, signal.default_int_handler):
            signal.signal(signal.SIGINT, handler)
            self.addCleanup(signal.signal, signal.SIGINT, before)
            endless = self.images.crossJoin(numbers.agg(functions.sum("rest")))
            with Evaluator(endless, **IMAGES) as evaluator:
                thread = InheritableThread(target=interrupt)
                thread.start()
                with self.assertRaises(KeyboardInterrupt):
                    evaluator.evaluate(FIXTURES / "batchnorm-a.pt")
                thread.join()
                wait_until(lambda: not tracker.getActiveStageIds())
        with Evaluator(self.images, **IMAGES) as evaluator:
            report = evaluator.evaluate(FIXTURES / "batchnorm-a.pt")
        self.assertEqual(report["metrics"], {"accuracy": accuracy("a")})

    def test_the_session_is_that_of_the_dataframe(self):
        other = self.spark.newSession()
        with Evaluator(images_in(other), **IMAGES) as evaluator:
            predicted = evaluator.predict(FIXTURES / "batchnorm-a.pt")
        self.assertIs(predicted.sparkSession, other)
        predicted.createOrReplaceTempView("predicted")
        self.assertEqual(other.table("predicted").count(), ROWS)

    @unittest.skipUnless(importlib.util.find_spec("IPython"), "there is no IPython in this Python")
    def test_a_notebook_shows_the_cell_and_the_line(self):
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell.instance(colors="nocolor")
        with Evaluator(self.images, **IMAGES) as evaluator:
            shell.push({"evaluator": evaluator})
            with contextlib.redirect_stdout(io.StringIO()) as shown:
                shell.run_cell("evaluator.evaluate('/gone.pt')")
        self.assertIn("OstinatoError: there is no model '/gone.pt'", shown.getvalue())
        self.assertIn("evaluator.evaluate('/gone.pt')", shown.getvalue())
        self.assertNotIn("py4j", shown.getvalue())
        self.assertLess(len(shown.getvalue().splitlines()), 16)

    @unittest.skipUnless(HAS_TORCH, "there is no PyTorch in this Python")
    def test_a_module_that_is_not_scripted_is_refused(self):
        import torch

        with Evaluator(self.images, **IMAGES) as evaluator:
            self.assert_fails(
                "such as torch.jit.script(model.eval()); given: Linear",
                lambda: evaluator.evaluate(torch.nn.Linear(25, 3)),
                TypeError,
            )

    def test_a_missing_jar_is_told(self):
        from py4j.java_gateway import JavaPackage

        nothing = JavaPackage("io.ostinato.jobs.Evaluator", None)
        jobs = types.SimpleNamespace(Evaluator=nothing)
        jvm = types.SimpleNamespace(io=types.SimpleNamespace(ostinato=types.SimpleNamespace(jobs=jobs)))
        with unittest.mock.patch.object(self.spark.sparkContext, "_jvm", jvm):
            self.assert_fails(
                "jar isn't on the class path of this Spark session",
                lambda: ostinato.curve_plot("accuracy", {}),
            )

    def test_a_jvm_that_has_ended_is_told(self):
        class Gone:
            def __getattr__(self, name):
                raise ConnectionRefusedError(111, "Connection refused")

        with unittest.mock.patch.object(self.spark.sparkContext, "_jvm", Gone()):
            self.assert_fails(
                "Spark's JVM has ended or can't be reached; restart",
                lambda: ostinato.curve_plot("accuracy", {}),
            )

    @unittest.skipUnless(HAS_TORCH, "there is no PyTorch in this Python")
    def test_a_training_loop_is_evaluated_after_each_epoch(self):
        import torch

        torch.manual_seed(1)
        inputs = torch.tensor(floats("input.bin", PIXELS))
        labels = torch.arange(ROWS) % CLASSES
        model = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(PIXELS, 16), torch.nn.ReLU(),
            torch.nn.Dropout(0.1), torch.nn.Linear(16, CLASSES),
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        expected, evaluations = [], []
        keys = dict(IMAGES, metrics=["accuracy", "cross_entropy"])
        with Evaluator(self.images, **keys) as evaluator, concurrent.futures.ThreadPoolExecutor(
            max_workers=1
        ) as spark:
            for epoch in range(5):
                model.train()
                for _ in range(10):
                    optimizer.zero_grad()
                    torch.nn.functional.cross_entropy(model(inputs), labels).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    outputs = model(inputs)
                expected.append(
                    ((outputs.argmax(1) == labels).double().mean().item(),
                     torch.nn.functional.cross_entropy(outputs, labels).item())
                )
                module = torch.jit.freeze(torch.jit.script(model))
                evaluations.append(
                    spark.submit(evaluator.evaluate, module.save_to_buffer(), f"epoch={epoch}")
                )
            reports = [evaluation.result() for evaluation in evaluations]
            self.assertEqual(evaluator.evaluate(module)["metrics"], reports[-1]["metrics"])
        self.assertEqual([report["model"] for report in reports],
                         [f"epoch={epoch}" for epoch in range(5)])
        for report, (accuracy, loss) in zip(reports, expected):
            self.assertEqual(report["metrics"]["accuracy"], accuracy)
            self.assertAlmostEqual(report["metrics"]["cross_entropy"], loss, places=5)
        self.assertLess(expected[-1][1], expected[0][1])


class StoppedSessionTest(SparkTest):
    def test_a_stopped_session_is_told(self):
        evaluator = Evaluator(self.images, **IMAGES)
        evaluator.evaluate(FIXTURES / "batchnorm-a.pt")
        self.spark.stop()
        line = "the Spark session of this DataFrame was stopped; start one, and create the DataFrame"
        for again in (None, start):
            if again:
                type(self).spark = again()
            for call in (evaluator.evaluate, evaluator.predict):
                self.assert_fails(line, lambda: call(FIXTURES / "batchnorm-a.pt"))
            self.assert_fails(line, lambda: Evaluator(self.images, **IMAGES))
        evaluator.close()


class PlotTest(SparkTest):
    def test_curves_have_their_best_value(self):
        plot = ostinato.curve_plot(
            "<accuracy>", {"a": {1: 0.5, 3: math.nan, 2: 0.75}, "b": [0.5, 0.25]}, "epochs", "highest"
        )
        self.assertEqual(repr(plot), "<accuracy>: a: best 0.75 at 2 epochs; b: best 0.5 at 1 epochs")
        self.assertTrue(plot._repr_svg_().startswith("<svg "))
        self.assertEqual(repr(ostinato.curve_plot("accuracy", {"a": {}})), "accuracy: a")

        class Series:  # as of pandas, whose values are no method
            values = [0.25]

            def items(self):
                return zip([7], self.values)

            keys = None

        series = ostinato.curve_plot("accuracy", {"a": Series()}, over=3, best="highest")
        self.assertEqual(repr(series), "accuracy: a: best 0.25 at 7 3")
        for curves in ([0.5, 0.25], None, "accuracy"):
            self.assert_fails(
                "curves must be a dict by names, such as {'test': ",
                lambda: ostinato.curve_plot("a", curves),
                TypeError,
            )
        self.assert_fails("given: 'max'", lambda: ostinato.curve_plot("a", {}, best="max"), ValueError)

    def test_confusion_counts_pairs(self):
        plot = ostinato.confusion_plot([0, 1, 2, 2.0], [0, 1, 1, 2], names=["a", "b", "c"])
        self.assertIn("3 of 4 rows are predicted correctly (75%)", repr(plot))
        self.assertIn("c predicted as b: 1 (50%)", plot.svg)
        counted = ostinato.confusion_plot([0, 0], [0, 1], counts=[3, 1])
        self.assertIn("3 of 4 rows are predicted correctly", repr(counted))
        for part, arguments in (
            ("2 labels, 1 predictions and 2 counts", ([0, 1], [0])),
            ("classes are counted from 0; given: -1", ([0, -1], [0, 1])),
            ("classes and counts are whole numbers; given: 1.5", ([1.5], [1])),
            ("classes and counts are whole numbers; given: nan", ([math.nan], [1])),
            ("1,000,001 classes are too many to draw", ([1_000_000], [1])),
        ):
            self.assert_fails(part, lambda: ostinato.confusion_plot(*arguments), ValueError)
        self.assert_fails(
            "there are 1 labels for 2 classes", lambda: ostinato.confusion_plot([1], [1], names=["a"])
        )

    def test_reliability_and_histograms(self):
        plot = ostinato.reliability_plot([0.25, 0.75], [False, True], bins=4)
        self.assertEqual(repr(plot), "reliability: calibration error 0.25, 2 rows")
        self.assert_fails(
            "a confidence must be from 0 to 1; given: 1.5", lambda: ostinato.reliability_plot([1.5], [True])
        )

        class Whole:  # as numpy.int64
            def __index__(self):
                return 4

        ostinato.reliability_plot([0.25], [True], bins=Whole())
        for bins in (4.5, "4", None):
            self.assert_fails(
                "bins must be a whole number; given: ",
                lambda: ostinato.reliability_plot([0.25], [True], bins=bins),
                TypeError,
            )
        plot = ostinato.histogram_plot([1, 2.5, math.inf], "loss", "losses")
        self.assertEqual(repr(plot), "losses: 2 values from 1 to 2.5, and 1 that is not finite")
        for values in ([None], ["1"], self.spark.range(1).collect()):
            self.assert_fails(
                "values must be numbers; given: ", lambda: ostinato.histogram_plot(values), TypeError
            )
        self.assert_fails(
            "a column has no values of its own; collect them",
            lambda: ostinato.histogram_plot(self.images.label),
            TypeError,
        )

    def test_metrics_of_runs(self):
        record = (
            '{"iteration":"E1_U%s_S8","epoch":1,"update":%s,"sample":8,"time":"2026-01-01T00:00:00Z",'
            '"metrics":{"accuracy/test":%s}}\n'
        )
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder, "a run")
            run.mkdir()
            self.assert_fails(
                f"there is no metrics.jsonl in '{run}'; give the folder of a run",
                lambda: ostinato.read_metrics(run),
            )
            lines = (record % (1, 1, 0.5), record % (2, 2, 0.75), record % (3, 3, '"NaN"'))
            (run / "metrics.jsonl").write_text("".join(lines))
            records = ostinato.read_metrics(run)
            self.assertEqual([record["update"] for record in records], [1, 2, 3])
            self.assertEqual(records[1]["metrics"], {"accuracy/test": 0.75})
            self.assertTrue(math.isnan(records[2]["metrics"]["accuracy/test"]))
            plot = ostinato.metric_plot("accuracy/test", {"first": run})
            self.assertEqual(repr(plot), "accuracy/test: first: best 0.75 at 2 updates")
            self.assert_fails(
                "no run has the metric 'acc'; known: accuracy/test",
                lambda: ostinato.metric_plot("acc", {"first": str(run)}),
            )
            self.assert_fails(
                "runs must be a dict by names, such as {'first': ",
                lambda: ostinato.metric_plot("accuracy/test", str(run)),
                TypeError,
            )

    def test_pictures(self):
        plot = ostinato.picture_plot([[0, 1, 0.5, 2]] * 3, ["<1>", 2, "3"], width=2, title="a & b")
        self.assertEqual(repr(plot), "a & b: 3 pictures: <1>; 2; 3")
        self.assertEqual(plot.svg.count("<image "), 3)
        self.assert_fails(
            "1 pictures and 0 captions; give one for each",
            lambda: ostinato.picture_plot([[0]], [], 1),
            ValueError,
        )
        self.assert_fails(
            "3 pixels are not a picture with rows of 2 pixels",
            lambda: ostinato.picture_plot([[0, 1, 0]], ["a"], 2),
        )
        self.assert_fails(
            "width must be a whole number; given: '8'",
            lambda: ostinato.picture_plot([[0]], ["a"], "8"),
            TypeError,
        )

        class Line:  # as a line of a picture of NumPy or PyTorch
            def __float__(self):
                raise ValueError("only one element tensors can be converted to Python scalars")

        self.assert_fails(
            "values must be numbers; given: ",
            lambda: ostinato.picture_plot([[Line(), Line()]], ["a"], 2),
            TypeError,
        )

    def test_digits(self):
        train, test = ostinato.digits(self.spark)
        self.assertEqual((train.count(), test.count()), (1437, 360))
        row = test.first()
        self.assertEqual((len(row.pixels), row.pixels[1:3], row.label), (64, [0.25, 1.0], 2))

        class Remote:
            pass

        Remote.__module__ = "pyspark.sql.connect.session"
        self.assert_fails("belongs to Spark Connect", lambda: ostinato.digits(Remote()))
        self.assert_fails(
            "expected a SparkSession of PySpark; given: str", lambda: ostinato.digits("x"), TypeError
        )

    def test_plots_need_a_session(self):
        from pyspark import SparkContext

        with unittest.mock.patch.object(SparkContext, "_active_spark_context", None):
            self.assert_fails(
                "no classic Spark session is running; start one",
                lambda: ostinato.curve_plot("accuracy", {}),
            )


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1]+sys.argv[3:], verbosity=2)
