package io.ostinato.notebook.display;

import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.metric.Direction;
import io.ostinato.text.Glob;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunSummary;
import io.ostinato.training.TrainingResult;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/** Tables of what trainings and evaluations return. */
public final class Tables {
  /** The number of rows of a dataset that {@link #head} shows. */
  public static final int HEAD_ROWS = 20;

  /** The number of characters of a value that {@link #head} shows. */
  static final int HEAD_CHARACTERS = 60;

  private static final int SIGNIFICANT_DIGITS = 4;

  private Tables() {}

  /** The last and the best value of each metric, with why the training ended. */
  public static DisplayTable of(TrainingResult result) {
    return summary(
        result.summary(),
        "Training ended at %s: %s. Run: %s"
            .formatted(result.end(), result.reason(), result.files().location()),
        List.of());
  }

  /**
   * The last and the best value of each metric, with their iterations.
   *
   * @param patterns the keys to show, such as {@code accuracy/*}, where {@code *} stands for any
   *     characters; all if none is given
   */
  public static DisplayTable of(RunSummary summary, String... patterns) {
    return summary(summary, "", globs(patterns));
  }

  /** The metrics of an evaluated model. */
  public static DisplayTable of(EvaluationReport report) {
    String rows = EvaluationReport.rowsText(report.rows(), report.skipped().count());
    return new DisplayTable(
        "%s: %s in %s s".formatted(report.model(), rows, seconds(report.seconds())),
        List.of("metric", "value"),
        report.metrics().entrySet().stream()
            .map(metric -> List.of(metric.getKey(), number(metric.getValue())))
            .toList());
  }

  /**
   * The best value of each metric in each of several runs, with its iteration, and the run that has
   * the best of all. Metrics of which it isn't known whether they are better when higher or when
   * lower are left out.
   *
   * @param runs the records of each run, by its name
   * @param patterns as in {@link #of(RunSummary, String...)}
   */
  public static DisplayTable compare(
      Map<String, List<MetricsRecord>> runs, MetricProperties properties, String... patterns) {
    Map<String, RunSummary> summaries = new LinkedHashMap<>();
    runs.forEach((run, records) -> summaries.put(run, RunSummary.of(properties, records)));
    List<Glob> keys = globs(patterns);
    List<String> columns = new ArrayList<>(List.of("metric"));
    columns.addAll(summaries.keySet());
    columns.add("best");
    return new DisplayTable(
        "",
        columns,
        summaries.values().stream()
            .flatMap(summary -> summary.best().keySet().stream())
            .distinct()
            .filter(key -> isOneOf(keys, key))
            .map(key -> compared(key, properties.direction(key).orElseThrow(), summaries))
            .toList());
  }

  private static List<String> compared(
      String key, Direction direction, Map<String, RunSummary> summaries) {
    List<String> row = new ArrayList<>(List.of(key));
    double best = Double.NaN;
    List<String> runs = new ArrayList<>();
    for (Map.Entry<String, RunSummary> run : summaries.entrySet()) {
      RunSummary.Value value = run.getValue().best().get(key);
      row.add(value == null ? "" : number(value.value()) + " at " + value.iteration());
      if (value != null && direction.isBetter(value.value(), best)) {
        best = value.value();
        runs.clear();
      }
      if (value != null && value.value() == best) {
        runs.add(run.getKey());
      }
    }
    row.add(String.join(", ", runs));
    return row;
  }

  /** One row for each record, one column for each metric that any of them has. */
  public static DisplayTable of(List<MetricsRecord> records) {
    Set<String> keys = new LinkedHashSet<>();
    records.forEach(record -> keys.addAll(record.metrics().keySet()));
    List<String> columns = new ArrayList<>(List.of("iteration"));
    columns.addAll(keys);
    return new DisplayTable(
        "", columns, records.stream().map(record -> row(record, keys)).toList());
  }

  /**
   * The first {@value #HEAD_ROWS} rows of a dataset, which a Spark job reads. Long values are cut;
   * of binary values only the length is shown.
   */
  public static DisplayTable head(Dataset<?> dataset) {
    StructField[] fields = dataset.schema().fields();
    String[] names = new String[fields.length];
    String[] texts = new String[fields.length];
    Arrays.setAll(names, column -> "c" + column);
    Arrays.setAll(texts, column -> text(names[column], fields[column].dataType()));
    List<Row> rows = dataset.toDF(names).limit(HEAD_ROWS + 1).selectExpr(texts).collectAsList();
    return new DisplayTable(
        rows.size() > HEAD_ROWS ? "first %s rows".formatted(HEAD_ROWS) : "",
        Arrays.stream(fields)
            .map(field -> field.name() + ": " + field.dataType().simpleString())
            .toList(),
        rows.stream().limit(HEAD_ROWS).map(Tables::cells).toList());
  }

  /** The expression for a column's text. */
  private static String text(String column, DataType type) {
    return DataTypes.BinaryType.equals(type)
        ? "concat(length(%s), ' bytes')".formatted(column)
        : "substring(cast(%s as string), 1, %s)".formatted(column, HEAD_CHARACTERS + 1);
  }

  private static DisplayTable summary(RunSummary summary, String caption, List<Glob> keys) {
    return new DisplayTable(
        caption,
        List.of("metric", "last", "at", "best", "best at"),
        summary.last().entrySet().stream()
            .filter(metric -> isOneOf(keys, metric.getKey()))
            .map(
                metric -> {
                  RunSummary.Value last = metric.getValue();
                  RunSummary.Value best = summary.best().get(metric.getKey());
                  return List.of(
                      metric.getKey(),
                      number(last.value()),
                      last.iteration().toString(),
                      best == null ? "" : number(best.value()),
                      best == null ? "" : best.iteration().toString());
                })
            .toList());
  }

  private static List<Glob> globs(String... patterns) {
    return Arrays.stream(patterns).map(Glob::ofStars).toList();
  }

  private static boolean isOneOf(List<Glob> patterns, String key) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(key));
  }

  private static List<String> row(MetricsRecord record, Set<String> keys) {
    List<String> row = new ArrayList<>(List.of(record.iteration().toString()));
    for (String key : keys) {
      Double value = record.metrics().get(key);
      row.add(value == null ? "" : number(value));
    }
    return row;
  }

  private static List<String> cells(Row row) {
    return IntStream.range(0, row.size()).mapToObj(column -> cell(row.get(column))).toList();
  }

  private static String cell(@Nullable Object text) {
    return text == null ? "null" : cut(text.toString());
  }

  private static String cut(String text) {
    return text.length() <= HEAD_CHARACTERS ? text : text.substring(0, HEAD_CHARACTERS - 1) + "…";
  }

  /** Four significant digits, as in plots; of the whole part, all digits. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    BigDecimal exact = new BigDecimal(value);
    int whole = exact.precision() - exact.scale();
    return exact
        .round(new MathContext(Math.max(SIGNIFICANT_DIGITS, whole)))
        .stripTrailingZeros()
        .toString();
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
