package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * New weights for a model of 100 MB and one of 1 GB that are resident on a GPU, over a copy of as
 * many bytes from ordinary memory of the host to the GPU: loading them into the model, and all that
 * happens from the arrays of a training on the same GPU to the end of an evaluation of 512 rows.
 */
record GpuRefreshBenchmark(Path folder) implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    List<Figure> figures = new ArrayList<>();
    try (SparkSession spark = BenchSpark.local(4)) {
      SparkDataset data = BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 512), 784);
      figures.addAll(measure(gpu, spark, data, 100));
      figures.addAll(measure(gpu, spark, data, 1_000));
    }
    return figures;
  }

  private static List<Figure> measure(Gpu gpu, SparkSession spark, SparkDataset data, int megabytes)
      throws Exception {
    String name = "gpu.refresh." + megabytes;
    ModelSource model =
        ModelSource.ofBlock(() -> new LargeNet(megabytes), new Shape(784), new Shape());
    try (NDManager trained = NativeLibraries.engine().newBaseManager(gpu.device());
        NDManager host = NativeLibraries.engine().newBaseManager(Device.cpu());
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Block block = new LargeNet(megabytes);
      block.initialize(trained, DataType.FLOAT32, new Shape(1, 784), new Shape(1));
      SnapshotTaker taker = new SnapshotTaker();
      NDArray bytes = host.ones(new Shape(megabytes * 250_000L));
      Runnable copy = () -> copy(bytes, gpu.device(), trained);
      StringBuilder last = new StringBuilder();
      Rounds whole =
          Rounds.ofFew(
              () -> {
                WeightSnapshot weights = BlockWeights.snapshot(block, taker);
                BenchSpark.evaluation(
                        engine,
                        name,
                        data,
                        model,
                        new WeightSnapshot[] {weights},
                        Processors::withTable,
                        last)
                    .call();
                return null;
              },
              () -> {
                copy.run();
                return null;
              },
              () -> BenchNets.change(block));
      return List.of(
          new Figure(
              name,
              whole.ratio(),
              "x pageable copy",
              "-",
              whole.detail("trained arrays to evaluated", "copy") + "; last: " + last),
          loaded(gpu, name + ".load", model, block, copy));
    }
  }

  /** Loading changed weights into a resident model, without Spark. */
  private static Figure loaded(Gpu gpu, String name, ModelSource source, Block block, Runnable copy)
      throws Exception {
    try (LoadedModel model = source.build(gpu.device())) {
      WeightSnapshot[] latest = {BlockWeights.snapshot(block)};
      Rounds rounds =
          Rounds.ofFew(
              () -> {
                model.refresh(latest[0]);
                Gpu.await(model.manager());
                return null;
              },
              () -> {
                copy.run();
                return null;
              },
              () -> {
                BenchNets.change(block);
                latest[0] = BlockWeights.snapshot(block);
              });
      return new Figure(
          name, rounds.ratio(), "x pageable copy", "-", rounds.detail("load", "copy"));
    }
  }

  private static void copy(NDArray bytes, Device device, NDManager manager) {
    try (NDArray copied = bytes.toDevice(device, true)) {
      Gpu.await(manager);
    }
  }
}
