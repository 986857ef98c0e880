package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationRetries;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.modelfile.ModelFiles;
import io.ostinato.jobs.modelfile.ModelFiles.ModelFile;
import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.metric.Metric;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.tracking.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
  private final ProgressDisplay progress;

  private CheckpointEvaluator(
      SparkSession session,
      EvaluationSpec spec,
      ModelFiles files,
      SparkDataset data,
      SparkEvaluationEngine engine,
      ProgressDisplay progress) {
    this.session = session;
    this.spec = spec;
    this.data = data;
    this.engine = engine;
    this.files = files;
    this.progress = progress;
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
        new ModelFiles(session.sparkContext().hadoopConfiguration(), spec.architecture());
    files.prepare();
    SparkDataset data = spec.data().open(session);
    spec.data().checkRead(data, spec.metrics());
    return new CheckpointEvaluator(
        session, spec, files, data, SparkEvaluationEngine.of(session), ProgressDisplay.console());
  }

  /**
   * Evaluates one file on any file system that Hadoop supports.
   *
   * @throws ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails
   */
  public EvaluationReport evaluate(String file) {
    long start = System.nanoTime();
    try (EvaluationResults results = measure(file, files.read(file), List.of())) {
      return report(
          file,
          results,
          results.metrics(),
          start,
          List.of(EvaluationRecord.of(tag(file), results)));
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
      List<String> beside = spec.data().keptTensors();
      PredictionColumns written = new PredictionColumns(beside, spec.output());
      check(file, written, model.outputs());
      List<EvaluationRecord> evaluations = new ArrayList<>();
      Map<String, Double> metrics =
          spec.metrics().isEmpty() ? Map.of() : metrics(file, model, written, evaluations);
      try (EvaluationResults results = keep(file, model, written, predictions)) {
        predictions.publish(results.parquet().orElseThrow());
        evaluations.add(EvaluationRecord.of(tag(file), results));
        return report(file, results, metrics, start, evaluations);
      }
    }
  }

  /** Why a file can't be evaluated, judged by its name alone; empty if it may be possible. */
  public static Optional<String> mistakeOfName(String file, EvaluationSpec spec) {
    return ModelFiles.mistake(file, spec.architecture());
  }

  /**
   * The iteration in the name of a file, such as {@code E3_U66_S4224}, or, for the weights in a
   * folder, of the folder; or else the start.
   */
  public static TrainingIteration iterationOf(String file) {
    return TrainingIteration.findIn(nameOf(file))
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
    try (EvaluationResults results = measure(file, model, List.of(written))) {
      evaluations.add(EvaluationRecord.of(tag(file), results));
      return results.metrics();
    }
  }

  /** Checks columns before the dataset is read, if the model declares its outputs. */
  private static void check(String file, PredictionColumns written, List<String> outputs) {
    try {
      written.check(outputs);
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(file, String.valueOf(e.getMessage()), e);
    }
  }

  private EvaluationResults measure(String file, ModelFile model, List<PredictionColumns> written) {
    BatchProcessor processor =
        new ForwardRows.ToCompare(
            spec.modelInputs(), ComparedOutputs.of(spec.output(), spec.metrics()), written);
    try {
      return run(file, model, processor, spec.metrics(), ResultsTarget.collected());
    } catch (EvaluationException e) {
      throw failed(file, ErrorLine.of(e.problem()), e);
    }
  }

  private EvaluationResults keep(
      String file, ModelFile model, PredictionColumns written, Predictions predictions) {
    BatchProcessor processor = new ForwardRows.ToKeep(spec.modelInputs(), written);
    ResultsTarget target = ResultsTarget.parquet(predictions.unsorted());
    try {
      return run(file, model, processor, List.of(), target);
    } catch (EvaluationException e) {
      throw failed(file, ErrorLine.of(predictions.problemOf(e)), e);
    }
  }

  private EvaluationResults run(
      String file,
      ModelFile model,
      BatchProcessor processor,
      List<Metric<?>> metrics,
      ResultsTarget target) {
    EvaluationRequest request =
        new EvaluationRequest(
                tag(file),
                data,
                spec.batchSize(),
                model.source(),
                model.weights(),
                processor,
                metrics,
                target)
            .withPolicy(spec.policy());
    return EvaluationRetries.run(
        request.tag(), spec.policy().onFailure(), () -> engine.evaluate(request, progress));
  }

  private EvaluationTag tag(String file) {
    return new EvaluationTag(nameOf(file), iterationOf(file), spec.dataset());
  }

  private EvaluationException failed(String file, String problem, EvaluationException cause) {
    return new EvaluationException(
        tag(file), "can't evaluate '%s': %s".formatted(file, problem), problem, cause);
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

  private static String nameOf(String file) {
    String name = file.replaceAll("/+$", "");
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
