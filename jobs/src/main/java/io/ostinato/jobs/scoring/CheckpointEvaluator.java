package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.modelfile.ModelFiles;
import io.ostinato.jobs.modelfile.ModelFiles.ModelFile;
import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.EvaluatedRows;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.tracking.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Evaluates model files on one dataset. The dataset stays prepared and models stay resident on the
 * executors between files, until this is closed. Not thread-safe.
 */
public final class CheckpointEvaluator implements AutoCloseable {
  private final SparkSession session;
  private final EvaluationSpec spec;
  private final SparkDataset data;
  private final SparkEvaluationEngine engine;
  private final ModelFiles files;
  private final ModelPasses passes;

  private CheckpointEvaluator(
      SparkSession session,
      EvaluationSpec spec,
      SparkDataset data,
      SparkEvaluationEngine engine,
      ModelFiles files) {
    this.session = session;
    this.spec = spec;
    this.data = data;
    this.engine = engine;
    this.files = files;
    this.passes = new ModelPasses(spec, data, engine, ProgressDisplay.console());
  }

  /**
   * Creates an evaluator. Closing it doesn't close the session.
   *
   * @throws io.ostinato.jobs.data.DataException if the dataset can't be read, or doesn't match its
   *     description
   * @throws ModelException if the module of the architecture can't be used
   */
  public static CheckpointEvaluator of(SparkSession session, EvaluationSpec spec) {
    ModelFiles files =
        new ModelFiles(
            session.sparkContext().hadoopConfiguration(), spec.architecture(), spec.style());
    files.prepare();
    SparkDataset data = spec.data().open(session);
    spec.data().checkRead(data, spec.metrics(), spec.style());
    return new CheckpointEvaluator(session, spec, data, SparkEvaluationEngine.of(session), files);
  }

  /**
   * An evaluator of the same resident models on another dataset, to be used and closed instead of
   * this one, whose dataset is freed.
   *
   * @throws io.ostinato.jobs.data.DataException if the dataset doesn't match its description
   */
  public CheckpointEvaluator on(DatasetSpec other) {
    return on(other, other.open(session));
  }

  /**
   * Like {@link #on}, for the same rows, which are stored in another place. If they differ, a later
   * evaluation throws a {@link DataChangedException}.
   */
  public CheckpointEvaluator onSame(DatasetSpec other) {
    return on(other, other.open(session).sameRowsAs(data));
  }

  private CheckpointEvaluator on(DatasetSpec other, SparkDataset opened) {
    engine.release(data);
    return new CheckpointEvaluator(session, spec.on(other), opened, engine, files);
  }

  /**
   * Evaluates one file on any file system that Hadoop supports.
   *
   * @throws ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails
   */
  public EvaluationReport evaluate(String file) {
    return evaluate(file, () -> files.read(file));
  }

  /**
   * Evaluates a TorchScript module in memory.
   *
   * @param name the name of the model in the report and in messages
   * @param module the content of a module's file
   * @throws ModelException if it isn't a module
   * @throws EvaluationException if the evaluation fails
   */
  public EvaluationReport evaluate(String name, byte[] module) {
    return evaluate(name, () -> files.read(name, module));
  }

  private EvaluationReport evaluate(String name, Supplier<ModelFile> model) {
    long start = System.nanoTime();
    try (EvaluationResults results = passes.measure(name, model.get(), List.of())) {
      return report(
          name,
          results,
          results.metrics(),
          start,
          List.of(EvaluationRecord.of(passes.tag(name), results)));
    }
  }

  /**
   * Evaluates one file and writes its predictions as Parquet, in the order of the dataset. The
   * columns are {@code row}, the index in the dataset; the kept columns of the dataset; and {@code
   * outputs}, or several outputs by their names. The predictions appear at the path completely or
   * not at all.
   *
   * @throws ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails, two columns would have the same name, or
   *     the path exists or can't be written
   */
  public EvaluationReport evaluate(String file, String predictionsPath) {
    long start = System.nanoTime();
    try (Predictions predictions = Predictions.to(predictionsPath, session)) {
      ModelFile model = files.read(file);
      PredictionColumns written = columns(List.of());
      ModelPasses.check(file, written, model.outputs());
      List<EvaluationRecord> evaluations = new ArrayList<>();
      Map<String, Double> metrics =
          spec.metrics().isEmpty() ? Map.of() : metrics(file, model, written, evaluations);
      try (EvaluationResults results = passes.write(file, model, written, predictions)) {
        predictions.publish(results.parquet().orElseThrow());
        evaluations.add(EvaluationRecord.of(passes.tag(file), results));
        return report(file, results, metrics, start, evaluations);
      }
    }
  }

  /**
   * The outputs of one file for each row; see {@link EvaluatedRows}. The columns are those of
   * {@link #evaluate(String, String)}.
   *
   * @param taken the names of columns that the outputs must not have
   * @throws ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails, or two columns would have the same name
   */
  public EvaluatedRows predict(String file, List<String> taken) {
    return predict(file, files.read(file), taken);
  }

  /** Like {@link #predict(String, List)}, for a TorchScript module in memory. */
  public EvaluatedRows predict(String name, byte[] module, List<String> taken) {
    return predict(name, files.read(name, module), taken);
  }

  private EvaluatedRows predict(String name, ModelFile model, List<String> taken) {
    PredictionColumns kept = columns(taken);
    ModelPasses.check(name, kept, model.outputs());
    return passes.keep(name, model, kept);
  }

  private PredictionColumns columns(List<String> taken) {
    return new PredictionColumns(spec.data().keptTensors(), spec.output(), taken, spec.style());
  }

  /** Why a file can't be evaluated, judged by its name alone; empty if it may be possible. */
  public static Optional<String> mistakeOfName(String file, EvaluationSpec spec) {
    return ModelFiles.mistake(file, spec.architecture(), spec.style());
  }

  /**
   * The iteration in the name of a file, such as {@code E3_U66_S4224}, or, for the weights in a
   * folder, of the folder; or else the start.
   */
  public static TrainingIteration iterationOf(String file) {
    return TrainingIteration.findIn(ModelPasses.nameOf(file))
        .or(() -> WeightsFolder.folderOf(file).flatMap(TrainingIteration::findIn))
        .orElse(TrainingIteration.START);
  }

  /** Whether the policy repeats failed evaluations. */
  public boolean repeatsFailures() {
    return spec.policy().onFailure().retries() > 0;
  }

  /**
   * Reads the dataset unless it is already stored. Otherwise the first evaluation does so.
   *
   * @throws io.ostinato.jobs.data.DataException if it can't be read, or rows don't match its
   *     description
   */
  public void prepare() {
    reading(() -> data.prepare(spec.batchSize(), DataSelection.ALL_ROWS, spec.policy().badRows()));
  }

  /**
   * Reads the dataset again after a failed evaluation, to find out whether it is still readable: it
   * may have been deleted, or an executor that stored it lost.
   *
   * @throws io.ostinato.jobs.data.DataException if it can't be read, or its number of rows has
   *     changed
   */
  public void reread() {
    reading(() -> data.reread(spec.batchSize(), spec.policy().badRows()));
  }

  @Override
  public void close() {
    engine.close();
  }

  private void reading(Runnable read) {
    try {
      read.run();
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw unreadable(e);
    }
  }

  /** The exception for data that can't be read, or has changed since it was first read. */
  public DataException unreadable(Throwable why) {
    Throwable told =
        Stream.iterate(why, Objects::nonNull, Throwable::getCause)
            .filter(DataChangedException.class::isInstance)
            .findFirst()
            .map(CheckpointEvaluator::problemAlone)
            .orElse(why);
    return spec.data().source().unreadable(told);
  }

  /** Without the evaluation, whose model is not the cause. */
  private static Throwable problemAlone(Throwable changed) {
    return new EvaluationException(((DataChangedException) changed).problem(), changed);
  }

  private Map<String, Double> metrics(
      String file, ModelFile model, PredictionColumns written, List<EvaluationRecord> evaluations) {
    try (EvaluationResults results = passes.measure(file, model, List.of(written))) {
      evaluations.add(EvaluationRecord.of(passes.tag(file), results));
      return results.metrics();
    }
  }

  private static EvaluationReport report(
      String file,
      EvaluationResults results,
      Map<String, Double> metrics,
      long start,
      List<EvaluationRecord> evaluations) {
    return new EvaluationReport(
        file,
        results.rows(),
        results.skipped(),
        metrics,
        (System.nanoTime() - start) / 1e9,
        evaluations);
  }
}
