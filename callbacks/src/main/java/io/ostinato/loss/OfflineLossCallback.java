package io.ostinato.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LossCall;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.LossParts;
import io.ostinato.metric.Direction;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.OutputChoice;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code loss/{dataset}/{name}}, the training loss on a dataset as the mean over its
 * samples, and {@code lossdiff/{dataset}/{name}}, which is that minus the loss observed in training
 * since the last record. For a {@link io.ostinato.evaluation.LossWithParts} the names are {@code
 * total} and those of the parts.
 */
@Kind(
    name = "offline_loss",
    value = "The training loss on a dataset: `loss/{dataset}/{name}` and `lossdiff/…`.")
public final class OfflineLossCallback extends PeriodicDataIteratorCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private static final String ROWS = "rows";
  private static final String MEAN = "mean.";

  private final BatchColumns columns;
  private final OutputChoice output;
  private final LossMean online = new LossMean();
  private final transient TreeMap<TrainingIteration, LossMean> setAside = new TreeMap<>();
  private @Nullable LossFactory loss;

  /**
   * The settings of the callback.
   *
   * @param data when to evaluate, and on which dataset
   * @param columns the inputs and the targets. Default: the last column is the target
   * @param output the output that the loss takes. Default: all outputs
   */
  public record Config(
      @Inline DataIteratorConfig data,
      @Inline BatchColumns columns,
      @Key(
              value = "The output that the loss takes: its name, or its position counted from 0.",
              byDefault = "''",
              otherwise = "all")
          OutputChoice output)
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

  /** The metrics of the total loss; its parts are known only once it is computed. */
  @Override
  public Set<String> writesMetrics(TrainingPlan plan) {
    String name = LossName.of(plan.loss().get());
    return Set.of(key("loss", name), key("lossdiff", name));
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(
        key("loss", "*"),
        Direction.LOWER_IS_BETTER,
        key("lossdiff", "*"),
        Direction.LOWER_IS_BETTER);
  }

  @Override
  public Map<String, String> measures(String metric) {
    Map<String, String> measured = new LinkedHashMap<>(super.measures(metric));
    measured.putAll(columns.settings());
    measured.put("output", output.toString());
    return measured;
  }

  private String key(String what, String name) {
    return "%s/%s/%s".formatted(what, config().label(), name);
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
  protected void evaluationBegins(Invocation at) {
    setAside.put(at.iteration(), online.take());
  }

  @Override
  protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
    NDList outputs = output.listFrom(model.outputs(columns.inputs(batch)));
    LossParts losses = LossCall.parts(factory().get(), columns.targets(batch), outputs);
    NDList results = results(ROWS, losses.total().getManager().create((long) batch.rows()));
    losses.all().forEach((part, mean) -> results.addAll(results(MEAN + part, mean)));
    return results;
  }

  @Override
  protected void processResults(EvaluationResults results, Invocation at) {
    Map<String, Double> offline = offline(results);
    boolean isPast = setAside.containsKey(at.iteration());
    Map<String, Double> seen = isPast ? setAside(at.iteration()).means() : online.means();
    Loss named = factory().get();
    offline.forEach(
        (part, value) -> writer().addScalar(key("loss", LossName.of(named, part)), value));
    if (at.isScheduled() && !seen.isEmpty()) {
      offline.forEach(
          (part, value) ->
              writer()
                  .addScalar(
                      key("lossdiff", LossName.of(named, part)),
                      value - seen.getOrDefault(part, Double.NaN)));
      if (!isPast) {
        online.reset();
      }
    }
  }

  /** What was set aside since the last moment that had results: up to this one. */
  private LossMean setAside(TrainingIteration moment) {
    LossMean mean = new LossMean();
    Map<TrainingIteration, LossMean> upTo = setAside.headMap(moment, true);
    upTo.values().forEach(mean::addAll);
    upTo.clear();
    return mean;
  }

  private static Map<String, Double> offline(EvaluationResults results) {
    long[] rows = results.get(ROWS).toLongArray();
    Map<String, Double> offline = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      String name = results.get(i).getName();
      if (name.startsWith(MEAN)) {
        NDArray means = results.get(i).toType(DataType.FLOAT64, false);
        offline.put(name.substring(MEAN.length()), mean(means.toDoubleArray(), rows));
      }
    }
    return offline;
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
      throw new IllegalStateException("the loss is not known before training begins");
    }
    return loss;
  }
}
