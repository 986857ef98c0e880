package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CertificateTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("accuracy", new TrainingIteration(1, 2, 3), "test");

  /** Bytes of a row of each column. */
  private static final int[] WIDTHS = {8, 3};

  @Test
  void anySizeInAnyPartitionsBatchesTasksAndOrderIsCertified() {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      Rows rows = Rows.random(random, i);
      DataContent expected = coverage(rows.batches(1 + random.nextInt(500))).content(true);
      List<Coverage> tasks = rows.tasks(rows.batches(1 + random.nextInt(500)), random);
      Certificate certificate = certify(expected, merged(tasks, random));
      assertThat(certificate.rowsExpected()).isEqualTo(rows.size());
      assertThat(certificate.rowsEvaluated()).isEqualTo(rows.size());
      assertThat(
              certificate.partitions().stream().map(part -> part.partition() + ":" + part.rows()))
          .isEqualTo(rows.sizes());
      assertThat(certificate.orderDigest())
          .isEqualTo(certify(expected, coverage(rows.batches(10_000))).orderDigest())
          .isEqualTo(coverage(rows.inOnePartition()).orderDigest());
    }
  }

  @Test
  void batchesThatAreTwiceThereMissingOrSwappedAreNever() {
    Random random = new Random(2);
    int caught = 0;
    for (int i = 0; i < 400; i++) {
      Rows rows = Rows.random(random, 2 + i);
      DataContent expected = coverage(rows.batches(1 + random.nextInt(500))).content(true);
      List<DataBatch> batches = rows.batches(1 + random.nextInt(200));
      if (spoil(batches, random)) {
        Coverage coverage = merged(rows.tasks(batches, random), random);
        assertThatThrownBy(() -> certify(expected, coverage))
            .as("case %d", i)
            .isInstanceOf(DataChangedException.class)
            .hasMessageContaining("the data has changed since it was first read: ");
        caught++;
      }
    }
    assertThat(caught).isGreaterThan(300);
  }

  @Test
  void aChangeIsToldWithItsPlaceAndColumn() {
    Rows rows = new Rows(List.of(4, 0, 6), new Random(3));
    DataContent expected = coverage(rows.batches(3)).content(true);
    List<DataBatch> changed = rows.batches(3);
    changed.set(3, withBit(changed.get(3), 1));
    assertThatThrownBy(() -> certify(expected, coverage(changed)))
        .isInstanceOfSatisfying(
            DataChangedException.class, thrown -> assertThat(thrown.tag()).contains(TAG))
        .hasMessage(
            TAG
                + ": the data has changed since it was first read: rows 4 to 9 (partition 2) have"
                + " other values, or another order, in column 'c1'; a dataset must return the same"
                + " rows in the same order each time it is read: sort it before a limit, give"
                + " rand() a seed, and don't replace its files but copy them first, or write its"
                + " rows to Parquet and evaluate on that");
    List<DataBatch> fewer = rows.batches(3);
    fewer.remove(1);
    assertThatThrownBy(() -> certify(expected, coverage(fewer)))
        .hasMessageContaining(": partition 0 had 4 rows, and 3 now; a dataset");
    List<DataBatch> other = rows.batches(3).stream().map(CertificateTest::withOtherType).toList();
    assertThatThrownBy(() -> certify(expected, coverage(other)))
        .hasMessageContaining(
            ": the columns of partition 0 were [c0: INT8 (8), c1: INT8 (3)], and are"
                + " [c0: UINT8 (8), c1: INT8 (3)] now;");
  }

  @Test
  void theSameBytesUnderAnotherNameOrTypeHaveAnotherFingerprint() {
    List<DataBatch> zeros = List.of(batch(0, 0, 2, new byte[2][8], new byte[2][3]));
    String fingerprint = coverage(zeros).certified().get(0).fingerprint();
    assertThat(fingerprint).matches("[0-9a-f]{16}");
    assertThat(coverage(zeros).content(true).changeTo(coverage(zeros).content(true))).isEmpty();
    for (DataBatch other :
        List.of(
            withOtherType(zeros.get(0)),
            zeros.get(0).only(List.of("c0")),
            batch(0, 0, 3, new byte[3][8], new byte[3][3]))) {
      assertThat(coverage(List.of(other)).certified().get(0).fingerprint())
          .isNotEqualTo(fingerprint);
    }
  }

  @Test
  void theFirstRowsAreComparedAsFarAsBothReadingsGo() {
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      Rows rows = Rows.random(random, 20 + i);
      DataContent whole = coverage(rows.batches(64)).content(true);
      int first = 1 + random.nextInt(rows.size());
      DataContent some = coverage(cut(rows.batches(17), first)).content(false);
      DataContent fewer = coverage(cut(rows.batches(5), 1 + random.nextInt(first))).content(false);
      for (DataContent one : List.of(whole, some, fewer)) {
        for (DataContent other : List.of(whole, some, fewer)) {
          assertThat(one.changeTo(other)).isEmpty();
        }
      }
      List<DataBatch> changed = rows.batches(23);
      int complete = rows.rowsOfCompletePartitions(first);
      changed.set(0, withBit(changed.get(0), 0));
      DataContent other = coverage(changed).content(true);
      assertThat(some.changeTo(other).isPresent()).isEqualTo(complete > 0);
      assertThat(other.changeTo(some).isPresent()).isEqualTo(complete > 0);
    }
  }

  @Test
  void rowsThatAreSkippedAreCertifiedAsSuch() {
    List<DataBatch> batches = new Rows(List.of(10), new Random(5)).batches(4);
    DataContent expected = coverage(batches).content(true);
    Coverage coverage = coverage(batches.subList(0, 2));
    coverage.add(batches.get(2));
    coverage.skip(batches.get(2).rows());
    Certificate certificate = certify(expected, new Coverage().merge(coverage));
    assertThat(certificate.rowsExpected()).isEqualTo(10);
    assertThat(certificate.rowsEvaluated()).isEqualTo(8);
    assertThat(certificate.rowsSkipped()).isEqualTo(2);
  }

  /**
   * Makes batches wrong in one of several ways; returns false if there are too few of them for
   * that.
   */
  private static boolean spoil(List<DataBatch> batches, Random random) {
    if (batches.isEmpty()) {
      return false;
    }
    int one = random.nextInt(batches.size());
    int other = random.nextInt(batches.size());
    switch (random.nextInt(6)) {
      case 0 -> batches.add(batches.get(one));
      case 1 -> batches.remove(one);
      case 2 -> batches.set(one, withBit(batches.get(one), random.nextInt(2)));
      case 3 -> batches.set(one, withOtherType(batches.get(one)));
      case 4 -> {
        if (batches.get(one).rows() < 2) {
          return false;
        }
        batches.set(one, withRowsSwapped(batches.get(one)));
      }
      default -> {
        if (one == other || batches.get(one).rows() != batches.get(other).rows()) {
          return false;
        }
        DataBatch first = batches.get(one);
        batches.set(one, at(first, batches.get(other).arrays()));
        batches.set(other, at(batches.get(other), first.arrays()));
      }
    }
    return true;
  }

  private static Certificate certify(DataContent expected, Coverage coverage) {
    return Certificate.of(TAG, expected, List.of(), coverage, "hash", Attempts.NONE);
  }

  private static Coverage coverage(List<DataBatch> batches) {
    Coverage coverage = new Coverage();
    batches.forEach(coverage::add);
    return coverage;
  }

  /** Merges pairs in random order, after a trip through bytes as tasks make it. */
  private static Coverage merged(List<Coverage> tasks, Random random) {
    List<Coverage> left = new ArrayList<>(tasks);
    while (left.size() > 1) {
      Coverage one = left.remove(random.nextInt(left.size()));
      Coverage other = left.remove(random.nextInt(left.size()));
      left.add(one.merge(SerializedBytes.read(SerializedBytes.of(other), Coverage.class)));
    }
    return left.isEmpty() ? new Coverage() : left.get(0);
  }

  private static List<DataBatch> cut(List<DataBatch> batches, int rows) {
    DataSelection selection = DataSelection.everything().withMaxRows(rows);
    return batches.stream()
        .filter(batch -> batch.firstRow() < rows)
        .map(batch -> selection.of(batch, TAG))
        .toList();
  }

  private static DataBatch at(DataBatch place, List<HostArray> arrays) {
    return new DataBatch(place.partition(), place.firstRow(), place.rows(), arrays);
  }

  private static DataBatch withBit(DataBatch batch, int column) {
    List<HostArray> arrays = new ArrayList<>(batch.arrays());
    byte[] bytes = arrays.get(column).bytes().clone();
    bytes[bytes.length / 2] ^= 4;
    arrays.set(column, array("c" + column, DataType.INT8, batch.rows(), bytes));
    return at(batch, arrays);
  }

  private static DataBatch withRowsSwapped(DataBatch batch) {
    List<HostArray> arrays = new ArrayList<>();
    for (int column = 0; column < WIDTHS.length; column++) {
      byte[] bytes = batch.arrays().get(column).bytes().clone();
      byte[] first = Arrays.copyOf(bytes, WIDTHS[column]);
      int last = bytes.length - WIDTHS[column];
      System.arraycopy(bytes, last, bytes, 0, WIDTHS[column]);
      System.arraycopy(first, 0, bytes, last, WIDTHS[column]);
      arrays.add(array("c" + column, DataType.INT8, batch.rows(), bytes));
    }
    return at(batch, arrays);
  }

  private static DataBatch withOtherType(DataBatch batch) {
    List<HostArray> arrays = new ArrayList<>(batch.arrays());
    arrays.set(0, array("c0", DataType.UINT8, batch.rows(), arrays.get(0).bytes()));
    return at(batch, arrays);
  }

  private static DataBatch batch(int partition, int firstRow, int rows, byte[][]... columns) {
    List<HostArray> arrays = new ArrayList<>();
    for (int column = 0; column < columns.length; column++) {
      byte[] bytes = new byte[rows * WIDTHS[column]];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(columns[column][row], 0, bytes, row * WIDTHS[column], WIDTHS[column]);
      }
      arrays.add(array("c" + column, DataType.INT8, rows, bytes));
    }
    return new DataBatch(partition, firstRow, rows, arrays);
  }

  private static HostArray array(String name, DataType type, int rows, byte[] bytes) {
    return HostArray.of(name, type, new Shape(rows, bytes.length / rows), bytes);
  }

  /** Rows of random bytes in partitions of these sizes. */
  private record Rows(List<Integer> partitions, byte[][][] columns) {

    Rows(List<Integer> partitions, Random random) {
      this(
          partitions,
          IntStream.of(WIDTHS)
              .mapToObj(
                  width ->
                      IntStream.range(0, partitions.stream().mapToInt(n -> n).sum())
                          .mapToObj(row -> bytes(random, width))
                          .toArray(byte[][]::new))
              .toArray(byte[][][]::new));
    }

    /** Up to 10,000 rows in up to 64 partitions; small sizes are as likely as large ones. */
    static Rows random(Random random, int least) {
      int size = least == 0 ? 0 : random.nextInt(1, 2 + random.nextInt(10_000));
      int count = 1 + random.nextInt(64);
      TreeMap<Integer, Integer> sizes = new TreeMap<>();
      IntStream.range(0, count).forEach(partition -> sizes.put(partition, 0));
      for (int left = size; left > 0; ) {
        int some = 1 + random.nextInt(left);
        sizes.merge(random.nextInt(count), some, Integer::sum);
        left -= some;
      }
      return new Rows(List.copyOf(sizes.values()), random);
    }

    int size() {
      return columns[0].length;
    }

    List<String> sizes() {
      return IntStream.range(0, partitions.size())
          .filter(partition -> partitions.get(partition) > 0)
          .mapToObj(partition -> partition + ":" + partitions.get(partition))
          .toList();
    }

    int rowsOfCompletePartitions(int rows) {
      int complete = 0;
      for (int each : partitions) {
        if (complete + each > rows) {
          return complete;
        }
        complete += each;
      }
      return complete;
    }

    List<DataBatch> batches(int batchSize) {
      List<DataBatch> batches = new ArrayList<>();
      int start = 0;
      for (int partition = 0; partition < partitions.size(); partition++) {
        int end = start + partitions.get(partition);
        for (int from = start; from < end; from += batchSize) {
          batches.add(of(partition, from, Math.min(end, from + batchSize)));
        }
        start = end;
      }
      return batches;
    }

    List<DataBatch> inOnePartition() {
      return size() == 0 ? List.of() : List.of(of(0, 0, size()));
    }

    /** Distributes batches to up to 20 tasks, in which they run in any order. */
    List<Coverage> tasks(List<DataBatch> batches, Random random) {
      List<DataBatch> shuffled = new ArrayList<>(batches);
      Collections.shuffle(shuffled, random);
      List<Coverage> tasks = new ArrayList<>();
      IntStream.range(0, 1 + random.nextInt(20)).forEach(task -> tasks.add(new Coverage()));
      shuffled.forEach(batch -> tasks.get(random.nextInt(tasks.size())).add(batch));
      return tasks;
    }

    private DataBatch of(int partition, int from, int to) {
      return batch(
          partition,
          from,
          to - from,
          Arrays.copyOfRange(columns[0], from, to),
          Arrays.copyOfRange(columns[1], from, to));
    }

    private static byte[] bytes(Random random, int width) {
      byte[] bytes = new byte[width];
      random.nextBytes(bytes);
      return bytes;
    }
  }
}
