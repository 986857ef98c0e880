package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.SerializationCheck;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataContent;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.KnownContent;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A Spark dataset whose columns become tensors. Immutable: {@link #column} returns a new one.
 *
 * <p>A column holds one number per row, an array of numbers, a vector or a matrix of Spark ML, or a
 * {@code binary} with the raw little-endian elements of the tensor. Dataset order is the order of
 * Spark's partitions and of the rows in them, so the query behind it must return the same rows in
 * the same order each time it runs. If it doesn't, that is an error as soon as rows are read again:
 * by an evaluation with another batch size, after an executor was lost, or at each evaluation if
 * the batches are not stored.
 *
 * <p>The first evaluation converts the rows to batches and stores them on the executors; later
 * evaluations read these. Thread-safe.
 */
public final class SparkDataset implements EvaluationData {
  private final Dataset<Row> rows;
  private final List<DatasetColumn> columns;
  private final @Nullable RowFunction function;
  private final List<Prepared> prepared = new ArrayList<>();
  private final KnownContent known;
  private @Nullable Dataset<Row> selected;

  /** Each is held while the dataset is read in this way, once for all that wait for it. */
  private final Map<Reading, ReentrantLock> readings = new ConcurrentHashMap<>();

  /**
   * A way to read the dataset.
   *
   * @param batchSize maximum number of rows in a batch
   * @param maxRows maximum number of rows
   * @param skips whether rows that can't be turned into tensors are skipped
   */
  private record Reading(int batchSize, long maxRows, boolean skips) {}

  /** A dataset that was read. */
  private record Prepared(Reading reading, PreparedDataset dataset) {
    boolean isWhole() {
      return dataset.rows() < reading.maxRows;
    }

    boolean serves(Reading wanted) {
      return reading.batchSize == wanted.batchSize
          && (reading.maxRows == wanted.maxRows || isWhole() && dataset.rows() <= wanted.maxRows)
          && (reading.skips == wanted.skips || dataset.skipped().count() == 0);
    }
  }

  private SparkDataset(
      Dataset<Row> rows, List<? extends DatasetColumn> columns, @Nullable RowFunction function) {
    this(rows, columns, function, new KnownContent());
  }

  private SparkDataset(
      Dataset<Row> rows,
      List<? extends DatasetColumn> columns,
      @Nullable RowFunction function,
      KnownContent known) {
    this.known = known;
    this.rows = rows;
    this.columns = List.copyOf(columns);
    this.function = function;
  }

  /** Creates a dataset without columns; add them with {@link #column}. */
  public static SparkDataset of(Dataset<Row> rows) {
    return new SparkDataset(rows, List.of(), null);
  }

  /** Creates a dataset whose tensors are computed by a function, row by row. */
  public static SparkDataset of(Dataset<Row> rows, RowFunction function) {
    return new SparkDataset(rows, List.of(), function);
  }

  /**
   * Adds a column.
   *
   * @param name name of the tensor in {@code processData}
   * @param column name of the column in the dataset: a number, an array of numbers, a vector or a
   *     matrix of Spark ML, dense or sparse, or {@code binary}
   * @param dataType data type of the tensor; integer types must hold each number exactly,
   *     floating-point types round
   * @param shape shape of one row; empty for a scalar
   * @throws IllegalArgumentException if there is no such column, it can't have this data type and
   *     shape, the name is taken, or the dataset has a row function
   */
  public SparkDataset column(String name, String column, DataType dataType, long... shape) {
    Column.Kind kind = ColumnTypes.kindOf(column, rows.schema());
    return with(ColumnTypes.check(new Column(name, column, dataType, shape.clone(), kind)));
  }

  /**
   * Adds a column whose values a converter turns into tensors, such as encoded images or text.
   *
   * @param column name of the column in the dataset
   * @throws IllegalArgumentException if there is no such column, it can't be converted, a name of a
   *     tensor is taken, the converter can't be serialized, or the dataset has a row function
   */
  public SparkDataset column(String column, ColumnConverter converter) {
    org.apache.spark.sql.types.DataType type = ColumnTypes.typeOf(column, rows.schema());
    converter
        .mistake(type)
        .ifPresent(
            mistake -> {
              throw new IllegalArgumentException("column '%s' %s".formatted(column, mistake));
            });
    SerializationCheck.problemOf(converter)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(
                  "column '%s': its converter can't be serialized: %s".formatted(column, problem));
            });
    return with(ConvertedColumn.of(column, converter.forColumn(rows.sparkSession(), type)));
  }

  /**
   * Adds the values of columns as they are, for a DJL translator whose inputs they make.
   *
   * @param name name of the values in {@code processData}, which also has a tensor of this name
   *     with a checksum of each row
   * @param names names of columns in the dataset: strings, binaries, numbers, booleans, arrays of
   *     them, vectors of Spark ML or images of Spark's source of images
   * @throws IllegalArgumentException if there are no columns, one doesn't exist or has another
   *     type, the name is taken, or the dataset has a row function
   */
  public SparkDataset values(String name, String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException(
          "the values '%s' need at least one column".formatted(name));
    }
    return with(new ValuesColumn(name, ValueColumns.of(List.of(names), rows.schema())));
  }

  private SparkDataset with(DatasetColumn column) {
    if (function != null) {
      throw new IllegalArgumentException(
          "column '%s': the tensors of this dataset come from a row function"
              .formatted(column.column()));
    }
    List<DatasetColumn> more = new ArrayList<>(columns);
    more.add(column);
    Set<String> names = new HashSet<>();
    more.stream()
        .flatMap(each -> each.tensors().stream())
        .map(TensorKind::name)
        .filter(name -> !names.add(name))
        .forEach(
            name -> {
              throw new IllegalArgumentException("two tensors are named '%s'".formatted(name));
            });
    return new SparkDataset(rows, more, null);
  }

  /**
   * The dataset for use instead of another one, whose rows it must have, in their order.
   *
   * @param before a dataset that isn't read any more; if it has been read, reading the other rows
   *     throws a {@link DataChangedException}
   */
  public SparkDataset sameRowsAs(SparkDataset before) {
    return new SparkDataset(rows, columns, function, before.known);
  }

  /**
   * Checks that evaluations can use this dataset.
   *
   * @throws IllegalArgumentException if there are no columns, or the row function can't be
   *     serialized; names the field that can't
   */
  public void check() {
    if (columns.isEmpty() && function == null) {
      throw new IllegalArgumentException(
          "no columns; call column(name, column, dataType, shape) for each tensor");
    }
    if (function != null) {
      SerializationCheck.problemOf(function)
          .ifPresent(
              problem -> {
                throw new IllegalArgumentException(
                    "the row function can't be serialized: " + problem);
              });
    }
  }

  /**
   * Reads the dataset to the driver, which holds all of it in memory if its batches are out of
   * order. The end of the stream throws a {@link DataChangedException} if the rows are not those
   * that were read first.
   */
  @Override
  public Stream<DataBatch> batches(int batchSize) {
    return batches(batchSize, BadRows.fail());
  }

  @Override
  public Stream<DataBatch> batches(int batchSize, BadRows badRows) {
    PreparedDataset dataset = prepare(batchSize, DataSelection.ALL_ROWS, badRows);
    Spliterator<DataBatch> batches =
        Spliterators.spliteratorUnknownSize(new SameBatches(dataset), Spliterator.ORDERED);
    Stream<DataBatch> stream = StreamSupport.stream(batches, false);
    return dataset.isInOrder()
        ? stream
        : stream.sorted(Comparator.comparingLong(DataBatch::firstRow));
  }

  /** The names of the tensors; empty if a row function computes them. */
  @Override
  public Optional<List<String>> knownColumns() {
    return function == null
        ? Optional.of(
            columns.stream()
                .flatMap(column -> column.tensors().stream())
                .map(TensorKind::name)
                .toList())
        : Optional.empty();
  }

  /** The tensors of the columns, in order; none if a row function computes them. */
  public List<TensorKind> tensors() {
    return columns.stream().flatMap(column -> column.tensors().stream()).toList();
  }

  @Override
  public long rows() {
    synchronized (prepared) {
      Optional<Prepared> known = prepared.stream().filter(Prepared::isWhole).findFirst();
      if (known.isPresent()) {
        return known.get().dataset().rows();
      }
    }
    return rows.count();
  }

  /**
   * Returns the batches of this size; runs a job over the whole dataset if they are not prepared
   * yet.
   */
  public PreparedDataset prepare(int batchSize) {
    return prepare(batchSize, DataSelection.ALL_ROWS);
  }

  /**
   * Returns the batches of the first rows; a row that can't be turned into tensors is an error.
   *
   * @param batchSize maximum number of rows in a batch
   * @param maxRows maximum number of rows, at least 1; {@link DataSelection#ALL_ROWS} for all
   * @throws DataChangedException if this dataset has been read before, and had other rows
   */
  public PreparedDataset prepare(int batchSize, long maxRows) {
    return prepare(batchSize, maxRows, BadRows.fail());
  }

  /**
   * Returns the batches of the first rows; if they are not prepared yet, runs jobs that read only
   * the partitions that contain them.
   *
   * @param batchSize maximum number of rows in a batch
   * @param maxRows maximum number of rows, at least 1; {@link DataSelection#ALL_ROWS} for all
   * @param badRows what happens to rows that can't be turned into tensors
   * @throws EvaluationException if there are more of them than are skipped
   */
  public PreparedDataset prepare(int batchSize, long maxRows, BadRows badRows) {
    check();
    Reading wanted = new Reading(batchSize, maxRows, badRows.areSkipped());
    Optional<PreparedDataset> before = known(wanted);
    return checked(before.isPresent() ? before.get() : readOnce(wanted, badRows), badRows);
  }

  private PreparedDataset readOnce(Reading wanted, BadRows badRows) {
    ReentrantLock reading = readings.computeIfAbsent(wanted, w -> new ReentrantLock());
    try {
      reading.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EvaluationException(
          "it was interrupted while it waited for another evaluation to read the dataset", e);
    }
    try {
      Optional<PreparedDataset> before = known(wanted);
      return before.isPresent() ? before.get() : readAndKeep(wanted, badRows);
    } finally {
      reading.unlock();
    }
  }

  private Optional<PreparedDataset> known(Reading wanted) {
    synchronized (prepared) {
      return prepared.stream()
          .filter(each -> each.serves(wanted))
          .map(Prepared::dataset)
          .findFirst();
    }
  }

  private PreparedDataset readAndKeep(Reading wanted, BadRows badRows) {
    PreparedDataset dataset =
        new DatasetReader(
                selected(), decoder(), settings(), wanted.batchSize, wanted.maxRows, badRows)
            .read();
    synchronized (prepared) {
      checkSame(dataset);
      prepared.add(new Prepared(wanted, dataset));
    }
    return dataset;
  }

  /**
   * Reads all batches of this size again, as an evaluation does.
   *
   * @throws DataChangedException if the rows have changed
   */
  public void reread(int batchSize) {
    reread(batchSize, BadRows.fail());
  }

  /**
   * Reads all batches of this size again, as an evaluation does that may skip rows.
   *
   * @throws DataChangedException if the rows have changed
   * @throws EvaluationException if more rows are bad than are skipped
   */
  public void reread(int batchSize, BadRows badRows) {
    PreparedDataset dataset = prepare(batchSize, DataSelection.ALL_ROWS, badRows);
    DataContent now = BatchCount.of(dataset.batches()).content(true);
    dataset.content().changeTo(now).ifPresent(SparkDataset::refuse);
  }

  private void checkSame(PreparedDataset dataset) {
    known
        .changeTo(dataset.content())
        .ifPresent(
            change -> {
              if (dataset.isStored()) {
                dataset.batches().unpersist();
              }
              refuse(change);
            });
  }

  private static void refuse(String change) {
    throw DataChangedException.of(change);
  }

  /** The ids of what is prepared, stored or not. */
  public List<String> preparedIds() {
    synchronized (prepared) {
      return prepared.stream().map(each -> each.dataset().id()).toList();
    }
  }

  /** Frees the batches that the executors store. */
  public void unpersist() {
    synchronized (prepared) {
      prepared.stream()
          .map(Prepared::dataset)
          .filter(PreparedDataset::isStored)
          .forEach(dataset -> dataset.batches().unpersist());
      prepared.clear();
    }
  }

  private static PreparedDataset checked(PreparedDataset dataset, BadRows badRows) {
    badRows
        .problemOf(dataset.skipped())
        .ifPresent(
            problem -> {
              throw new EvaluationException(problem);
            });
    return dataset;
  }

  /**
   * The rows with the columns that are read. The same each time: Spark samples the bounds of a
   * global sort anew for each query, which would move rows between partitions.
   */
  private synchronized Dataset<Row> selected() {
    Dataset<Row> before = selected;
    if (before == null) {
      before =
          function != null
              ? rows
              : rows.selectExpr(
                  columns.stream().map(DatasetColumn::expression).toArray(String[]::new));
      selected = before;
    }
    return before;
  }

  private BatchDecoder decoder() {
    return function == null
        ? new ColumnsDecoder(new ArrayList<>(columns))
        : new FunctionDecoder(new SentFunction(function), settings());
  }

  private OstinatoSettings settings() {
    return OstinatoSettings.of(rows.sparkSession().sparkContext().getConf());
  }
}
