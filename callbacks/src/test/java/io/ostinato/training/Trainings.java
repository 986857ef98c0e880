package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.nio.file.Path;
import java.util.List;

/** Small trainings on generated rows, for tests. */
public final class Trainings {
  private Trainings() {}

  /** The class is the index of the largest of the first three features. */
  public static ArrayDataset rows(NDManager manager, int rows) {
    float[][] x = new float[rows][];
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      x[row] = GeneratedRows.x(row);
      labels[row] =
          x[row][0] >= Math.max(x[row][1], x[row][2]) ? 0 : x[row][1] >= x[row][2] ? 1 : 2;
    }
    return new ArrayDataset.Builder()
        .setData(manager.create(x))
        .optLabels(manager.create(labels))
        .setSampling(16, false)
        .build();
  }

  /** Silent, without default callbacks: 160 rows in updates of 16, evaluation on 40 rows. */
  public static TrainingLoopBuilder on(NDManager manager, Path folder) {
    return TrainingLoop.builder()
        .model(TestNets::classifier, TestNets.FEATURES)
        .data(
            DataContainer.builder()
                .train(rows(manager, 160))
                .evaluation("test", GeneratedRows.inMemory(40))
                .build())
        .effectiveBatchSize(16)
        .output(folder)
        .runId("run")
        .withoutDefaultCallbacks()
        .progress(ProgressDisplay.silent());
  }

  /** With dropout and batch norm: what it gives depends on random numbers and on statistics. */
  public static Block noisyNet() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(16).build())
        .add(BatchNorm.builder().build())
        .add(Activation::relu)
        .add(Dropout.builder().optRate(0.3f).build())
        .add(Linear.builder().setUnits(3).build());
  }

  /** Gives logits, and a gate that is 0.5 for whatever comes in. */
  public static Block namedOutputs() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(3).build())
        .add(
            list -> {
              NDArray logits = list.singletonOrThrow();
              NDArray gate = logits.stopGradient().mul(0).add(0.5f);
              logits.setName("logits");
              gate.setName("gate");
              return new NDList(logits, gate);
            });
  }

  /** The cross entropy of the first output alone. */
  public static Loss lossOfFirst() {
    Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
    return new Loss("First") {
      @Override
      public NDArray evaluate(NDList labels, NDList predictions) {
        return crossEntropy.evaluate(labels, new NDList(predictions.get(0)));
      }
    };
  }

  public static List<MetricsRecord> records(TrainingLoop training) {
    return MetricsFile.read(training.folder().resolve("metrics.jsonl"));
  }

  /** Accuracy on the test rows, every epoch unless told. */
  public static Accuracy accuracy() {
    return new Accuracy(every(Schedule.everyNEpochs(1)));
  }

  /** Writes {@code accuracy/test}. */
  public static class Accuracy extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    public Accuracy(DataIteratorConfig config) {
      super(config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      NDArray x = batch.get("x");
      return results("hit", model.forward(x).argMax(1).eq(x.get(":, :3").argMax(1)));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer()
          .addScalar(
              "accuracy/" + config().label(),
              results.get("hit").toType(DataType.FLOAT32, false).mean().getFloat());
    }
  }
}
