package io.ostinato.jobs;

import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.OnFailure;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.PlacedMistake;
import io.ostinato.jobs.data.GivenRows;
import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.EvaluationKeys;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.jobs.scoring.EvaluationSpec;
import io.ostinato.spark.engine.EvaluatedRows;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates models on the rows of a DataFrame, from a notebook or a program.
 *
 * <pre>{@code
 * try (Evaluator evaluator =
 *     Evaluator.on(digits, EvaluatorSpec.create()
 *         .input("pixels:float32:1,8,8").label("label:int64").metric("accuracy"))) {
 *   System.out.println(evaluator.evaluate("E5.pt").toJson());
 *   evaluator.predict("E5.pt").show();
 * }
 * }</pre>
 *
 * <p>Models and the batches of the DataFrame stay on the executors between calls, until this is
 * closed; the session stays open.
 *
 * <p><b>Rows.</b> {@link #evaluate(String)} computes the DataFrame at its first call, and only the
 * columns that it needs. The first {@link #predict(String) predict} computes all columns, once, and
 * stores the rows on the executors, in memory or on disk. From then on, predictions <em>and</em>
 * evaluations use these stored rows, so outputs always stand beside the row that they were computed
 * from, even if the DataFrame would return other rows or another order when it is computed again.
 * Metrics of an earlier {@code evaluate} are those of the same rows if the DataFrame is
 * deterministic; a different number of rows is an error. If an executor that stores some of them is
 * lost, the rows are computed and stored again, and must then be the same.
 *
 * <p>Calls from several threads run one after the other.
 */
public final class Evaluator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Evaluator.class);

  /** The name of this evaluator in messages. */
  static final String SOURCE = "evaluator";

  /** The name of a module that is passed without one. */
  private static final String MODULE = "module";

  private final EvaluationSpec spec;
  private final Dataset<Row> given;
  private CheckpointEvaluator evaluator;
  private OptionalLong evaluatedRows = OptionalLong.empty();
  private @Nullable StoredRows stored;
  private boolean isClosed;

  private Evaluator(Dataset<Row> given, EvaluationSpec spec) {
    this.given = given;
    this.spec = spec;
    this.evaluator = CheckpointEvaluator.of(given.sparkSession(), spec);
  }

  /**
   * Creates an evaluator. Reads only the schema of the DataFrame.
   *
   * @throws IllegalArgumentException if a key is unknown or its value invalid; lists all mistakes,
   *     and the known keys
   * @throws io.ostinato.jobs.data.DataException if the DataFrame has no such columns, or they can't
   *     be converted
   */
  public static Evaluator on(Dataset<Row> rows, EvaluatorSpec spec) {
    return on(rows, spec.toJson());
  }

  /**
   * Like {@link #on(Dataset, EvaluatorSpec)}, with the keys as a map.
   *
   * @param keys texts, numbers, booleans, and lists and maps of these
   */
  public static Evaluator on(Dataset<Row> rows, Map<String, ?> keys) {
    return on(rows, EvaluatorSpec.json(keys));
  }

  /** Like {@link #on(Dataset, EvaluatorSpec)}, with the keys as JSON or YAML. */
  public static Evaluator on(Dataset<Row> rows, String keys) {
    EvaluationSpec spec = EvaluationKeys.read(SOURCE, keys, new GivenRows(rows));
    if (spec.policy().onFailure().then() == OnFailure.Then.WARN) {
      throw new IllegalArgumentException(
          "%s: on_failure '%s': there is nothing to continue with; use fail or 'retry n'"
              .formatted(SOURCE, spec.policy().onFailure()));
    }
    return new Evaluator(rows, spec);
  }

  /**
   * Computes the metrics of a model.
   *
   * @param file a model file on any file system that Hadoop supports
   * @throws io.ostinato.jobs.modelfile.ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails
   * @throws IllegalArgumentException if there are no metrics
   * @throws IllegalStateException if this is closed
   */
  public synchronized EvaluationReport evaluate(String file) {
    requireMetrics();
    return counted(onRows(() -> evaluator.evaluate(file)));
  }

  /**
   * Computes the metrics of a TorchScript module in memory. Executors need no access to a file.
   *
   * @param module the content of a module's file, as written by {@code torch.jit.save}
   */
  public EvaluationReport evaluate(byte[] module) {
    return evaluate(MODULE, module);
  }

  /**
   * Like {@link #evaluate(byte[])}.
   *
   * @param name the name of the model in the report and in messages, such as {@code epoch=5}
   */
  public synchronized EvaluationReport evaluate(String name, byte[] module) {
    requireMetrics();
    return counted(onRows(() -> evaluator.evaluate(name, module)));
  }

  /**
   * Runs a model on all rows.
   *
   * <p>The result has the columns of the DataFrame and, beside them, {@code outputs}: a number, or
   * an array of the numbers of a row in row-major order. Several outputs have columns of their own,
   * as in the predictions of the command {@code evaluate}. It has each row of the DataFrame exactly
   * once, in its order; outputs of rows that were skipped as bad ones are null.
   *
   * <p>The result remains usable after this is closed. The executors keep its rows for as long as
   * it is referenced, and don't compute them again: if an executor is lost, reading them fails, so
   * write what must outlast the application.
   *
   * @param file a model file on any file system that Hadoop supports
   * @throws io.ostinato.jobs.modelfile.ModelException if the file doesn't exist or isn't a model
   * @throws EvaluationException if the evaluation fails, or an output and a column have the same
   *     name
   */
  public synchronized Dataset<Row> predict(String file) {
    return predicted((model, taken) -> model.predict(file, taken));
  }

  /** Like {@link #predict(String)}, for a TorchScript module in memory. */
  public Dataset<Row> predict(byte[] module) {
    return predict(MODULE, module);
  }

  /**
   * Like {@link #predict(byte[])}.
   *
   * @param name the name of the model in messages
   */
  public synchronized Dataset<Row> predict(String name, byte[] module) {
    return predicted((model, taken) -> model.predict(name, module, taken));
  }

  /**
   * Describes an exception of this class in one line, with all mistakes of its keys: for other
   * languages, whose users shouldn't have to read the stack trace of Java.
   */
  public static String problemOf(Throwable thrown) {
    return thrown instanceof ConfigurationException wrong
        ? wrong.mistakes().stream().map(PlacedMistake::toString).collect(Collectors.joining("; "))
        : ErrorLine.of(thrown).lines().map(String::strip).collect(Collectors.joining(" "));
  }

  /** Frees the models and batches that the executors keep. Further calls have no effect. */
  @Override
  public synchronized void close() {
    isClosed = true;
    stored = null;
    evaluator.close();
  }

  private Dataset<Row> predicted(
      BiFunction<CheckpointEvaluator, List<String>, EvaluatedRows> predicting) {
    requireOpen();
    if (stored == null) {
      store();
    }
    EvaluatedRows outputs = onRows(() -> predicting.apply(evaluator, List.of(given.columns())));
    return Objects.requireNonNull(stored).beside(outputs);
  }

  /** Runs a call, again if executors are lost meanwhile that store some of the rows. */
  private <T> T onRows(Supplier<T> call) {
    requireOpen();
    restore();
    try {
      return call.get();
    } catch (EvaluationException e) {
      if (!restore()) {
        throw e;
      }
      return call.get();
    }
  }

  private void store() {
    StoredRows rows = StoredRows.of(given);
    checkSame(rows.rows().count());
    evaluator = evaluator.on(rows.described(spec.data()));
    stored = rows;
  }

  /** Stores the rows again if some are lost; evaluations check that they are the same. */
  private boolean restore() {
    if (stored == null || given.sparkSession().sparkContext().isStopped() || stored.areComplete()) {
      return false;
    }
    log.warn("an executor that stored rows of the DataFrame was lost; they are computed again");
    StoredRows rows = StoredRows.of(given);
    evaluator = evaluator.onSame(rows.described(spec.data()));
    stored = rows;
    return true;
  }

  private void checkSame(long rows) {
    if (evaluatedRows.isPresent() && evaluatedRows.getAsLong() != rows) {
      throw DataChangedException.of(
          "it had %s rows, and %s now".formatted(evaluatedRows.getAsLong(), rows));
    }
  }

  private EvaluationReport counted(EvaluationReport report) {
    evaluatedRows = OptionalLong.of(report.rows() + report.skipped().count());
    return report;
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException(SOURCE + ": it is closed; create another one");
    }
  }

  private void requireMetrics() {
    if (spec.metrics().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: nothing to evaluate; add metrics, for example metrics: [accuracy], and a label"
              .formatted(SOURCE));
    }
  }
}
