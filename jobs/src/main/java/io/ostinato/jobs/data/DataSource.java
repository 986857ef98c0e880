package io.ostinato.jobs.data;

import io.ostinato.jobs.ErrorLine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A source of rows: a path or table in a format that Spark reads, a query, or both.
 *
 * @param path the path of the data; empty if the format or the query needs none
 * @param format the name of the format in Spark; empty to derive it from the path's extension
 * @param options the options of the format
 * @param schema the columns and their types, as in {@code CREATE TABLE}; empty if the format knows
 *     them or is to infer them
 * @param sql a query in which {@value #DATA} stands for the data of the path; empty to read all of
 *     it
 */
public record DataSource(
    String path, String format, Map<String, String> options, String schema, String sql)
    implements RowSource {
  /** The placeholder for the path's data in a query. */
  public static final String DATA = "{data}";

  /** The description of the format in tables of keys and option help. */
  public static final String FORMAT = "Data format, by its name in Spark.";

  /** The description of the schema in tables of keys and option help. */
  public static final String SCHEMA =
      "Columns and their types as in SQL, such as `pixels array<float>, label bigint`; of CSV, all"
          + " columns in the order of the file. JSON and CSV need not be read in advance then.";

  /** The extensions that a format is derived from, for option help. */
  public static final String ENDINGS = ".csv, .tsv, .json, .jsonl or .orc";

  private static final String VIEW = "ostinato_data_";
  private static final String PARQUET = "parquet";
  private static final String RELATIVE = "Relative path in absolute URI";
  private static final Map<String, String> BY_ENDING =
      Map.of("csv", "csv", "tsv", "csv", "json", "json", "jsonl", "json", "orc", "orc");

  /**
   * Formats whose paths Spark interprets as glob patterns; other formats receive them unchanged.
   */
  private static final Set<String> OF_FILES =
      Set.of(
          "avro", "binaryfile", "csv", "image", "json", "libsvm", "orc", "parquet", "text", "xml");

  public DataSource {
    options = Map.copyOf(options);
  }

  @Override
  public Optional<String> mistake() {
    if (path.isEmpty() && sql.isEmpty() && (format.isEmpty() || options.isEmpty())) {
      return Optional.of("missing data; specify a path, a query, or a format and its options");
    }
    if (!path.isEmpty() && !sql.isEmpty() && !sql.contains(DATA)) {
      return Optional.of(
          "the query doesn't use %s, so '%s' would not be read; remove one of them"
              .formatted(DATA, path));
    }
    return mistakeOfSchema();
  }

  private Optional<String> mistakeOfSchema() {
    if (schema.isEmpty()) {
      return Optional.empty();
    }
    if (!sql.isEmpty() && !sql.contains(DATA)) {
      return Optional.of(
          "the query doesn't use %s, so the schema '%s' would not be used; remove one of them"
              .formatted(DATA, schema));
    }
    try {
      StructType.fromDDL(schema);
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      return Optional.of(
          "the schema '%s' is invalid (%s); write columns and types as in 'pixels array<float>, label bigint'"
              .formatted(schema, ErrorLine.withoutRemedy(e)));
    }
    return Optional.empty();
  }

  /** The given format, or else the one derived from the path's extension; Parquet by default. */
  public String formatOrGuess() {
    if (!format.isEmpty()) {
      return format;
    }
    String name = path.toLowerCase(Locale.ROOT).replaceAll("(\\.(gz|bz2|zst|snappy|lz4))?/*$", "");
    return BY_ENDING.getOrDefault(name.substring(name.lastIndexOf('.') + 1), PARQUET);
  }

  @Override
  public Dataset<Row> rows(SparkSession spark) {
    checkPath(spark);
    try {
      if (!sql.isEmpty() && !sql.contains(DATA)) {
        return spark.sql(sql);
      }
      var reader = spark.read().format(formatOrGuess()).options(allOptions());
      if (!schema.isEmpty()) {
        reader.schema(schema);
      }
      Dataset<Row> rows = path.isEmpty() ? reader.load() : reader.load(pattern(spark));
      if (sql.isEmpty()) {
        return rows;
      }
      String view = VIEW + Integer.toUnsignedString(hashCode());
      rows.createOrReplaceTempView(view);
      return spark.sql(sql.replace(DATA, view));
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw unreadable(e);
    }
  }

  @Override
  public DataException unreadable(Throwable why) {
    String told =
        isOfAColon(why)
            ? "Spark can't read files with a colon in their names; rename it"
            : ErrorLine.withoutRemedy(why);
    return new DataException("can't read %s: %s".formatted(this, told), why);
  }

  /** Hadoop treats text before a colon as a scheme; the JDK then reports an invalid URI. */
  private static boolean isOfAColon(Throwable why) {
    return Stream.iterate(why, Objects::nonNull, Throwable::getCause)
        .anyMatch(each -> each instanceof URISyntaxException no && no.getReason().equals(RELATIVE));
  }

  /** The name of this source in messages. */
  @Override
  public String toString() {
    return path.isEmpty()
        ? sql.isEmpty() ? "the data of the format " + format : "the query " + sql
        : "'%s' as %s".formatted(path, formatOrGuess());
  }

  /** CSV has no types of its own, so they are inferred unless the options say otherwise. */
  private Map<String, String> allOptions() {
    Map<String, String> all = new LinkedHashMap<>();
    if (formatOrGuess().equalsIgnoreCase("csv")) {
      all.put("header", "true");
      all.put("inferSchema", Boolean.toString(schema.isEmpty()));
      if (!schema.isEmpty()) {
        all.put("enforceSchema", "false"); // else it is taken by position, whatever the header
      }
      if (path.toLowerCase(Locale.ROOT).contains(".tsv")) {
        all.put("sep", "\t");
      }
    }
    all.putAll(options);
    return all;
  }

  /**
   * Escapes the path of an existing file: Spark interprets paths as glob patterns, and would read
   * {@code rows1} for {@code rows[1]}.
   */
  private String pattern(SparkSession spark) {
    return isPattern()
            && OF_FILES.contains(formatOrGuess().toLowerCase(Locale.ROOT))
            && exists(spark)
        ? path.replaceAll("[*?\\[\\]{}\\\\]", "\\\\$0")
        : path;
  }

  private boolean isPattern() {
    return path.matches(".*[*?\\[{].*");
  }

  private void checkPath(SparkSession spark) {
    boolean isFile = !path.isEmpty() && format.isEmpty() && !isPattern();
    if (isFile && !exists(spark)) {
      throw new DataException("there is no data at '%s'".formatted(path));
    }
  }

  private boolean exists(SparkSession spark) {
    try {
      Configuration configuration = spark.sparkContext().hadoopConfiguration();
      Path data = HadoopPaths.path(path, configuration);
      return HadoopPaths.system(data, configuration).exists(data);
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException("can't read '%s': %s".formatted(path, ErrorLine.withoutRemedy(e)), e);
    }
  }
}
