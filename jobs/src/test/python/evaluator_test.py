"""Tests notebooks/ostinato.py in a PySpark session.

Arguments: the folder with batchnorm-*.pt, expected-*.bin and input.bin, the folder of ostinato.py,
and the class path of Ostinato. Tests that need PyTorch are skipped where it isn't there.
"""

import array
import concurrent.futures
import importlib.util
import os
import pathlib
import sys
import types
import unittest

FIXTURES = pathlib.Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
CLASS_PATH = sys.argv[3]

from pyspark.sql import DataFrame, SparkSession  # noqa: E402

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


class EvaluatorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spark = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.extraClassPath", CLASS_PATH)
            .config("spark.driver.extraJavaOptions", os.environ["OSTINATO_JAVA_OPTIONS"])
            .getOrCreate()
        )
        cls.spark.sparkContext.setLogLevel("OFF")
        rows = [(i, image, i % CLASSES) for i, image in enumerate(floats("input.bin", PIXELS))]
        cls.images = cls.spark.createDataFrame(
            rows, "number int, image array<float>, label bigint"
        )

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

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

    def test_a_missing_jar_is_told(self):
        from py4j.java_gateway import JavaPackage

        class Session:
            _jvm = JavaPackage("", None)

        class Rows:
            _jdf = object()
            sparkSession = types.SimpleNamespace(
                _jvm=types.SimpleNamespace(
                    io=types.SimpleNamespace(
                        ostinato=types.SimpleNamespace(
                            jobs=types.SimpleNamespace(
                                Evaluator=JavaPackage("io.ostinato.jobs.Evaluator", None)
                            )
                        )
                    )
                )
            )

        with self.assertRaises(OstinatoError) as raised:
            Evaluator(Rows(), **IMAGES)
        self.assert_line(raised.exception, "jar isn't on the class path of this Spark session")

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

    def assert_line(self, failure, part):
        line = str(failure)
        self.assertIn(part, line)
        self.assertNotIn("\n", line)
        self.assertNotIn("java.lang", line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
