package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A GPU's numbers beside the CPU's, and the memory of a GPU whose resident model is refreshed a
 * thousand times.
 */
record GpuNumbersBenchmark() implements Benchmark {
  private static final int REFRESHES = 1_000;

  /** Until then, the native engine allocates what it keeps. */
  private static final int SETTLED = 100;

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    EvaluationData images = InMemoryData.of(Gpu.images(gpu.isPretended() ? 2 : 64));
    Shape pixels = new Shape(784);
    ModelSource mlp = ModelSource.ofBlock(BenchNets::mlp, pixels);
    Shape batch = new Shape(1).addAll(pixels);
    WeightSnapshot[] weights = {
      BenchNets.weights(BenchNets.mlp(), 1, batch), BenchNets.weights(BenchNets.mlp(), 2, batch)
    };
    EvaluationData rows = InMemoryData.of(pixels(512));
    List<Figure> figures = new ArrayList<>();
    figures.add(compared("gpu.numbers.resnet50", images, gpu.resnet(), gpu.weights()));
    boolean isExact = "0".equals(System.getenv("NVIDIA_TF32_OVERRIDE"));
    Gpu.checkLast(figures, isExact ? 1e-5 : 1e-2);
    figures.add(compared("gpu.numbers.mlp", rows, mlp, weights[0]));
    Gpu.checkLast(figures, 1e-5);
    figures.add(refreshed(gpu, rows, mlp, weights));
    if (!gpu.isPretended()) {
      Gpu.checkLast(figures, 0);
    }
    return figures;
  }

  private static Figure compared(
      String name, EvaluationData data, ModelSource model, WeightSnapshot weights) {
    float[] onGpu;
    try (EvaluationResults results = evaluate(new LocalEvaluationEngine(), data, model, weights)) {
      onGpu = results.get("outputs").toFloatArray();
    }
    double difference = Gpu.difference(onGpu, onCpu(data, model, weights));
    return new Figure(
        name,
        difference,
        "of the largest",
        "<= 1e-5",
        "%,d outputs, NVIDIA_TF32_OVERRIDE=%s"
            .formatted(onGpu.length, System.getenv("NVIDIA_TF32_OVERRIDE")));
  }

  private static float[] onCpu(EvaluationData data, ModelSource source, WeightSnapshot weights) {
    try (LoadedModel model = source.build(Device.cpu());
        NDManager scope = model.manager().newSubManager()) {
      model.refresh(weights);
      NDList outputs = new NDList();
      data.batches(BenchSpark.BATCH)
          .forEach(
              batch -> outputs.add(model.model().forward(batch.arrays().get(0).copyTo(scope))));
      float[][] parts = outputs.stream().map(NDArray::toFloatArray).toArray(float[][]::new);
      float[] all = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
      int at = 0;
      for (float[] part : parts) {
        System.arraycopy(part, 0, all, at, part.length);
        at += part.length;
      }
      return all;
    }
  }

  /** Two weights in turn; each must give the same bits each time. */
  private static Figure refreshed(
      Gpu gpu, EvaluationData data, ModelSource model, WeightSnapshot[] weights) {
    LocalEvaluationEngine engine = new LocalEvaluationEngine();
    float[][] expected = new float[weights.length][];
    long settled = 0;
    for (int i = 0; i < REFRESHES; i++) {
      try (EvaluationResults results = evaluate(engine, data, model, weights[i % 2])) {
        float[] outputs = results.get("outputs").toFloatArray();
        if (i < weights.length) {
          expected[i] = outputs;
        } else if (!Arrays.equals(outputs, expected[i % 2])) {
          throw new IllegalStateException("other outputs after " + i + " refreshes");
        }
      }
      if (i == SETTLED) {
        settled = gpu.usedBytes();
      }
    }
    if (Arrays.equals(expected[0], expected[1])) {
      throw new IllegalStateException("the weights don't change the outputs");
    }
    return new Figure(
        "gpu.refreshes",
        gpu.usedBytes() - settled,
        "bytes more",
        "0",
        "device memory after %,d evaluations with changed weights over that after %,d, %,d bytes; all outputs as the first time"
            .formatted(REFRESHES, SETTLED, settled));
  }

  static EvaluationResults evaluate(
      LocalEvaluationEngine engine,
      EvaluationData data,
      ModelSource model,
      WeightSnapshot weights) {
    return engine.evaluate(
        BenchSpark.request("gpu", data, model, weights, GpuNumbersBenchmark::outputs),
        ProgressDisplay.silent());
  }

  /** The outputs of each row. */
  static NDList outputs(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName("outputs");
    return new NDList(outputs);
  }

  private static HostArray pixels(int rows) {
    Random random = new Random(1);
    ByteBuffer bytes = ByteBuffer.allocate(rows * 784 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return HostArray.of("x", DataType.FLOAT32, new Shape(rows, 784), bytes.array());
  }
}
