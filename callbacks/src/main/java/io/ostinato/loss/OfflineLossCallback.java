package io.ostinato.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LossCall;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.OutputChoice;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code loss/{dataset}/{name}}: the training's loss on a dataset, as the mean over its
 * samples; and {@code lossdiff/{dataset}/{name}}: that minus the loss that training saw since the
 * last time.
 */
public final class OfflineLossCallback extends PeriodicDataIteratorCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final BatchColumns columns;
  private final OutputChoice output;
  private final LossMean online = new LossMean();
  private @Nullable LossFactory loss;

  /**
   * What is configured.
   *
   * @param data when, and on which dataset
   * @param columns what goes into the model and what comes out; the last column is the target
   *     unless told
   * @param output the output that the loss takes; all of them unless told
   */
  public record Config(DataIteratorConfig data, BatchColumns columns, OutputChoice output)
      implements Serializable {
    public static Config of(DataIteratorConfig data) {
      return new Config(data, BatchColumns.lastIsTarget(), OutputChoice.first());
    }

    public Config columns(BatchColumns newColumns) {
      return new Config(data, newColumns, output);
    }

    public Config output(OutputChoice newOutput) {
      return new Config(data, columns, newOutput);
    }
  }

  public OfflineLossCallback(Config config) {
    super(
        "offline_loss.%s.%s"
            .formatted(config.data().label(), config.data().schedule().intervalString()),
        config.data());
    this.columns = config.columns();
    this.output = config.output();
  }

  @Override
  protected void attached() {
    loss = context().loss();
  }

  @Override
  public void trackAfterAccumulationStep(AccumulationStep step) {
    online.add(step);
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    online.updateIsComplete();
  }

  @Override
  protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
    NDList outputs = output.listFrom(model.outputs(columns.inputs(batch)));
    NDArray mean = LossCall.mean(factory().get(), columns.targets(batch), outputs);
    return results("mean", mean, "rows", mean.getManager().create((long) batch.rows()));
  }

  @Override
  protected void processResults(EvaluationResults results, Invocation at) {
    double[] means = results.get("mean").toType(DataType.FLOAT64, false).toDoubleArray();
    double offline = mean(means, results.get("rows").toLongArray());
    String key = config().label() + "/" + LossName.of(factory().get());
    writer().addScalar("loss/" + key, offline);
    if (at.isScheduled() && !online.isEmpty()) {
      writer().addScalar("lossdiff/" + key, offline - online.mean());
      online.reset();
    }
  }

  @Override
  public SavedState saveState() {
    return online.save();
  }

  @Override
  public void restoreState(SavedState state) {
    online.restore(state);
  }

  /** The mean over samples of the means over batches, each weighted by its rows. */
  private static double mean(double[] means, long[] rows) {
    double sum = 0;
    long samples = 0;
    for (int batch = 0; batch < rows.length; batch++) {
      sum += means[batch] * rows[batch];
      samples += rows[batch];
    }
    return sum / samples;
  }

  private LossFactory factory() {
    if (loss == null) {
      throw new IllegalStateException("the loss is known once training begins");
    }
    return loss;
  }
}
