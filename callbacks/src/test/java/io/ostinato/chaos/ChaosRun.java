package io.ostinato.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What tests measure that kill processes and damage files. In a long run, {@code mvn -Pchaos
 * verify}, it becomes a table in {@code target/chaos} of the whole build: each test of each module
 * adds a row, and all rows have the same seed. With {@code -Dostinato.docs.write=true} the table is
 * written to {@code docs/guarantees.md}, too.
 */
public final class ChaosRun {
  /** The seed: {@code -Dostinato.chaos.seed}. */
  public static final long SEED = Long.getLong("ostinato.chaos.seed", 20_261_129);

  private static final Path FOLDER = Path.of("..", "target", "chaos");
  private static final Path PAGE = Path.of("..", "docs", "guarantees.md");
  private static final boolean LONG = Boolean.getBoolean("ostinato.chaos.long");
  private static final boolean WRITE = Boolean.getBoolean("ostinato.docs.write");
  private static final Pattern TABLE =
      Pattern.compile("(<!-- table: chaos -->\\n).*?(<!-- end of table -->)", Pattern.DOTALL);
  private static final String HEAD =
      """
      | what | times | results compared | wrong | lost | doubled | Spark | seed | took |
      |---|---|---|---|---|---|---|---|---|
      """;

  private ChaosRun() {}

  /**
   * One row of the table.
   *
   * @param what that was done to processes or files
   * @param times it was done
   * @param compared number of results that were compared with those of an undisturbed run
   * @param differences found
   * @param spark the version of Spark; empty if there is none
   */
  public record Row(
      String what,
      long times,
      long compared,
      Differences differences,
      String spark,
      Duration took) {
    private String text() {
      return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
          .formatted(
              what,
              times,
              compared,
              differences.wrong().size(),
              differences.lost().size(),
              differences.doubled().size(),
              spark,
              SEED,
              String.format(Locale.ROOT, "%.1f min", took.toMillis() / 60e3));
    }

    private String fileName() {
      return "%s-%s.row".formatted(SEED, (what + " " + spark).replaceAll("[^A-Za-z0-9.]+", "-"));
    }
  }

  /** Prints a row; in a long run, adds it to the table or replaces it there. */
  public static synchronized void add(Row row) {
    System.out.print(HEAD + row.text());
    if (LONG) {
      try {
        write(row);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Writes a row, while no other process does, and the table of all rows. */
  private static void write(Row row) throws IOException {
    Files.createDirectories(FOLDER);
    try (FileChannel file =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock unused = file.lock()) {
      Files.writeString(FOLDER.resolve(row.fileName()), row.text());
      String table = HEAD + rows();
      Files.writeString(FOLDER.resolve("table.md"), table);
      if (WRITE) {
        Files.writeString(PAGE, in(Files.readString(PAGE), table));
      }
    }
  }

  /** The page with another table, and today's date. */
  static String in(String page, String table) {
    return TABLE
        .matcher(page)
        .replaceAll(
            "$1"
                + Matcher.quoteReplacement(
                    "Measured on %s on %s processors.\n\n%s\n"
                        .formatted(
                            LocalDate.now(ZoneOffset.UTC),
                            Runtime.getRuntime().availableProcessors(),
                            table))
                + "$2");
  }

  private static String rows() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(SEED + "-"))
          .filter(file -> file.toString().endsWith(".row"))
          .sorted()
          .map(ChaosRun::read)
          .collect(Collectors.joining());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
