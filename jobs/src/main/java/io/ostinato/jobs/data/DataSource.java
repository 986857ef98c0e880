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

/**
 * Where rows come from: a path or table in a format that Spark reads, a query, or both.
 *
 * @param path of the data; empty where the format or the query needs none
 * @param format as Spark names it; empty to tell it by the name of the path
 * @param options of the format
 * @param sql a query; {@value #DATA} in it is what was read; empty for all of that
 */
public record DataSource(String path, String format, Map<String, String> options, String sql) {
  /** What a query calls the data of the path. */
  public static final String DATA = "{data}";

  /** What the format is, for keys and options. */
  public static final String FORMAT = "Data format, by its name in Spark.";

  /** The endings of paths that tell a format, for options. */
  public static final String ENDINGS = ".csv, .tsv, .json, .jsonl or .orc";

  private static final String VIEW = "ostinato_data_";
  private static final String PARQUET = "parquet";
  private static final String RELATIVE = "Relative path in absolute URI";
  private static final Map<String, String> BY_ENDING =
      Map.of("csv", "csv", "tsv", "csv", "json", "json", "jsonl", "json", "orc", "orc");

  /** Formats whose paths Spark takes for patterns; others get theirs as it is. */
  private static final Set<String> OF_FILES =
      Set.of(
          "avro", "binaryfile", "csv", "image", "json", "libsvm", "orc", "parquet", "text", "xml");

  public DataSource {
    options = Map.copyOf(options);
  }

  /** What makes this no source, if anything. */
  public Optional<String> mistake() {
    if (path.isEmpty() && sql.isEmpty() && (format.isEmpty() || options.isEmpty())) {
      return Optional.of("there is no data: give a path, a query, or a format and its options");
    }
    if (!path.isEmpty() && !sql.isEmpty() && !sql.contains(DATA)) {
      return Optional.of(
          "the query doesn't ask for %s, so '%s' would not be read; leave one of them out"
              .formatted(DATA, path));
    }
    return Optional.empty();
  }

  /** The format that was given, or the one that the name of the path tells; Parquet else. */
  public String formatOrGuess() {
    if (!format.isEmpty()) {
      return format;
    }
    String name = path.toLowerCase(Locale.ROOT).replaceAll("(\\.(gz|bz2|zst|snappy|lz4))?/*$", "");
    return BY_ENDING.getOrDefault(name.substring(name.lastIndexOf('.') + 1), PARQUET);
  }

  /**
   * The rows, of which nothing is read yet but the schema.
   *
   * @throws DataException if there are none, or Spark can't read them; says why in one line
   */
  public Dataset<Row> rows(SparkSession spark) {
    checkPath(spark);
    try {
      if (!sql.isEmpty() && !sql.contains(DATA)) {
        return spark.sql(sql);
      }
      var reader = spark.read().format(formatOrGuess()).options(allOptions());
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

  /** That its rows can't be read, and why, in one line. */
  public DataException unreadable(Throwable why) {
    String told =
        isOfAColon(why)
            ? "Spark reads no file with a colon in its name; rename it"
            : ErrorLine.withoutRemedy(why);
    return new DataException("can't read %s: %s".formatted(this, told), why);
  }

  /** Hadoop takes what is before a colon for a scheme; the JDK says why that makes no URI. */
  private static boolean isOfAColon(Throwable why) {
    return Stream.iterate(why, Objects::nonNull, Throwable::getCause)
        .anyMatch(each -> each instanceof URISyntaxException no && no.getReason().equals(RELATIVE));
  }

  /** How messages call it. */
  @Override
  public String toString() {
    return path.isEmpty()
        ? sql.isEmpty() ? "the data of the format " + format : "the query " + sql
        : "'%s' as %s".formatted(path, formatOrGuess());
  }

  /** Text has no types of its own, so they are found out unless something else is asked for. */
  private Map<String, String> allOptions() {
    Map<String, String> all = new LinkedHashMap<>();
    if (formatOrGuess().equalsIgnoreCase("csv")) {
      all.put("header", "true");
      all.put("inferSchema", "true");
      if (path.toLowerCase(Locale.ROOT).contains(".tsv")) {
        all.put("sep", "\t");
      }
    }
    all.putAll(options);
    return all;
  }

  /**
   * Spark takes a path of files for a pattern, so that {@code rows[1]} would be the file {@code
   * rows1}.
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
