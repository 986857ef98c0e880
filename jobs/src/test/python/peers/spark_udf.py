"""Spark's `predict_batch_udf` on a cached DataFrame, with an aggregation of its results."""

import os
import sys
import tempfile

# Workers have the packages of this process.
os.environ["PYSPARK_PYTHON"] = sys.executable

from pyspark.ml.functions import predict_batch_udf
from pyspark.sql import SparkSession, functions
from pyspark.sql.types import FloatType, IntegerType, StructType
from safetensors.torch import save_file

from protocol import serve

BATCH = 1024


def predictor(file):
    """Makes a function that loads the network once in each worker."""

    def load():
        import torch
        from safetensors.torch import load_file

        from network import Network

        torch.set_num_threads(1)
        network = Network(load_file(file))

        @torch.inference_mode()
        def predict(x, classes):
            classes = torch.from_numpy(classes)
            logits = network(torch.from_numpy(x), classes)
            losses = torch.nn.functional.cross_entropy(logits, classes, reduction="none")
            return {"hit": (logits.argmax(1) == classes).int().numpy(), "loss": losses.numpy()}

        return predict

    return load


class SparkUdf:
    def __init__(self, cores):
        self.cores = cores
        self.rows = None
        self.folder = tempfile.TemporaryDirectory()
        self.file = None
        self.spark = (
            SparkSession.builder.master(f"local[{cores}]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.memory", "3g")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
            .getOrCreate()
        )
        here = os.path.dirname(os.path.abspath(__file__))
        self.spark.sparkContext.addPyFile(os.path.join(here, "network.py"))

    def load(self, folder):
        if self.rows is not None:
            self.rows.unpersist(True)
        self.rows = self.spark.read.parquet(folder).repartition(self.cores).persist()
        return self.rows.count()

    def take(self, weights):
        self.weights = weights
        if self.file is not None:
            os.remove(self.file)
            self.file = None

    def evaluate(self, variant):
        self.file = os.path.join(self.folder.name, f"{os.urandom(8).hex()}.safetensors")
        save_file(self.weights, self.file)
        udf = predict_batch_udf(
            predictor(self.file),
            return_type=StructType().add("hit", IntegerType()).add("loss", FloatType()),
            batch_size=BATCH,
            input_tensor_shapes=[[784], []],
        )
        results = self.rows.select(udf("x", "class").alias("result"))
        return results.agg(functions.avg("result.hit"), functions.avg("result.loss")).first()

    def close(self):
        self.spark.stop()
        self.folder.cleanup()


serve(SparkUdf, "torch", "pyspark", "pandas", "pyarrow")
