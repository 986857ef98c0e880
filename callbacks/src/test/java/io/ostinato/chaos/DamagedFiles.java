package io.ostinato.chaos;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Gives damaged files to a reader. It may read them or reject them with its declared exception;
 * anything else, and memory out of proportion to the file, is a failure that names seed and case.
 *
 * <p>The system property {@code ostinato.chaos.files} is the number of files for each reader, and
 * {@code ostinato.chaos.seed} the seed. A case is repeated by {@code ostinato.chaos.case}, with the
 * same seed.
 */
public final class DamagedFiles {
  private static final int FILES = Integer.getInteger("ostinato.chaos.files", 250);
  private static final long SEED = ChaosRun.SEED;
  private static final int ONLY = Integer.getInteger("ostinato.chaos.case", -1);

  /** What any reader may allocate, for buffers and classes that are loaded. */
  private static final long USUAL_BYTES = 48 << 20;

  /** What a reader may allocate for each byte of a file. */
  private static final long BYTES_OF_ONE = 400;

  private final String reader;
  private final List<byte[]> originals;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private long mayAllocate = USUAL_BYTES;

  /** Reads a file. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads a damaged file.
     *
     * @return what happened: accepted or rejected, in a word
     * @throws AssertionError if what was read, or how it was rejected, is wrong
     */
    String read(byte[] damaged, byte[] original) throws Exception;
  }

  /**
   * Creates a test of a reader.
   *
   * @param reader its name, for messages
   * @param originals sound files
   */
  public DamagedFiles(String reader, List<byte[]> originals) {
    this.reader = reader;
    this.originals = List.copyOf(originals);
  }

  /** Lets the reader allocate this much, in addition to what its size allows. */
  public DamagedFiles mayAllocate(long bytes) {
    mayAllocate = bytes;
    return this;
  }

  /** Has the reader read all damaged files, and returns the number of each outcome. */
  public Map<String, Integer> readBy(Reader read) {
    long start = System.nanoTime();
    for (int i = 0; i < FILES; i++) {
      if (ONLY < 0 || ONLY == i) {
        readOne(i, read);
      }
    }
    System.out.printf("%s, seed %d: %s%n", reader, SEED, outcomes);
    ChaosRun.add(
        new ChaosRun.Row(
            "damaged files: " + reader,
            FILES,
            FILES,
            Differences.NONE,
            "",
            Duration.ofNanos(System.nanoTime() - start)));
    return outcomes;
  }

  private void readOne(int number, Reader read) {
    Random random = new Random(SEED * 1_000_003 + number);
    byte[] original = originals.get(random.nextInt(originals.size()));
    byte[] other = originals.get(random.nextInt(originals.size()));
    byte[] damaged = Damage.to(original, other, random);
    String outcome;
    long before = allocated();
    try {
      outcome = read.read(damaged, original);
    } catch (Throwable e) {
      throw new AssertionError(
          "%s, case %s (%s bytes): %s".formatted(reader, number, damaged.length, replay(number)),
          e);
    }
    long bytes = allocated() - before;
    if (bytes > mayAllocate + BYTES_OF_ONE * damaged.length) {
      throw new AssertionError(
          "%s allocated %s bytes for a file of %s in case %s: %s"
              .formatted(reader, bytes, damaged.length, number, replay(number)));
    }
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private static String replay(int number) {
    return "repeat with -Dostinato.chaos.seed=%s -Dostinato.chaos.case=%s -Dostinato.chaos.files=%s"
        .formatted(SEED, number, Math.max(FILES, number + 1));
  }

  private static long allocated() {
    return Optional.of(ManagementFactory.getThreadMXBean())
        .map(ThreadMXBean.class::cast)
        .orElseThrow()
        .getCurrentThreadAllocatedBytes();
  }
}
