package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.status.DeviceUse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timings and model reports that the tasks of a write return along with its rows, in columns that
 * Spark observes but doesn't write. They are informational only.
 */
final class TaskNotes {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final String REFRESH = "_ostinato_refresh";
  private static final String READ = "_ostinato_read";
  private static final String FORWARD = "_ostinato_forward";
  private static final String RESIDENT = "_ostinato_resident";
  private static final String LINE = "\n";
  private static final String FIELD = "\t";
  private static final String NOTE = "\f";

  /** The columns of a note. */
  static final List<StructField> FIELDS =
      List.of(
          DataTypes.createStructField(REFRESH, DataTypes.LongType, true),
          DataTypes.createStructField(READ, DataTypes.LongType, true),
          DataTypes.createStructField(FORWARD, DataTypes.LongType, true),
          DataTypes.createStructField(RESIDENT, DataTypes.StringType, true));

  /** The values of these columns in a row without a note. */
  static final List<@Nullable Object> NOTHING = Collections.nCopies(FIELDS.size(), null);

  private final Observation observation = new Observation();

  /**
   * The note of one batch.
   *
   * @param times of the batch
   * @param resident report of the model that the task uses
   */
  record Note(TaskTimes times, ResidentReport resident) {
    List<@Nullable Object> values() {
      String report =
          String.join(
              FIELD,
              resident.executor(),
              resident.device(),
              resident.builds() + "",
              resident.refreshes() + "",
              resident.halvedTo() + "",
              notes(resident),
              resident.use().change() + "",
              resident.use().models() + "",
              resident.use().versions() + "",
              resident.use().weightBytes() + "",
              resident.use().batchBytes() + "",
              resident.use().refreshBytes() + "");
      return List.of(times.refresh(), times.read(), times.forward(), report);
    }

    private static String notes(ResidentReport resident) {
      return resident.notes().stream()
          .map(note -> note.replaceAll("\\s+", " "))
          .collect(Collectors.joining(NOTE));
    }
  }

  /** The notes of all batches, combined. */
  record Seen(TaskTimes times, List<ResidentReport> residents) {
    static final Seen NONE = new Seen(TaskTimes.NONE, List.of());
  }

  /** Observes the columns when the rows are written, and drops them. */
  Dataset<Row> observe(Dataset<Row> rows) {
    return rows.observe(
            observation,
            functions.sum(REFRESH).as(REFRESH),
            functions.sum(READ).as(READ),
            functions.sum(FORWARD).as(FORWARD),
            functions.concat_ws(LINE, functions.collect_set(RESIDENT)).as(RESIDENT))
        .drop(REFRESH, READ, FORWARD, RESIDENT);
  }

  /**
   * Waits for the notes after the rows are written. Spark delivers them by its event bus, which may
   * drop events; {@link Seen#NONE} is returned then.
   */
  Seen seen() {
    FutureTask<Map<String, Object>> waiting = new FutureTask<>(observation::getAsJava);
    ProcessRegistry.ofThisProcess().workers().execute(waiting);
    try {
      return seen(waiting.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Seen.NONE;
    } catch (TimeoutException | ExecutionException e) {
      log.info("the timings of the tasks that wrote the results are not available: {}", e + "");
      return Seen.NONE;
    } finally {
      waiting.cancel(true);
    }
  }

  private static Seen seen(Map<String, Object> observed) {
    TaskTimes times =
        new TaskTimes(nanos(observed, REFRESH), nanos(observed, READ), nanos(observed, FORWARD));
    String reports = (String) observed.getOrDefault(RESIDENT, "");
    return new Seen(
        times,
        Arrays.stream(reports.split(LINE))
            .filter(line -> !line.isEmpty())
            .map(TaskNotes::report)
            .toList());
  }

  private static long nanos(Map<String, Object> observed, String name) {
    return observed.get(name) instanceof Long nanos ? nanos : 0;
  }

  private static ResidentReport report(String line) {
    String[] fields = line.split(FIELD, -1);
    return new ResidentReport(
        fields[0],
        fields[1],
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Integer.parseInt(fields[4]),
        Arrays.stream(fields[5].split(NOTE)).filter(note -> !note.isEmpty()).toList(),
        new DeviceUse(
            Long.parseLong(fields[6]),
            Integer.parseInt(fields[7]),
            Integer.parseInt(fields[8]),
            Long.parseLong(fields[9]),
            Long.parseLong(fields[10]),
            Long.parseLong(fields[11])));
  }
}
