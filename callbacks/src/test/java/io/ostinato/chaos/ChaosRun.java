package io.ostinato.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
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
 * What tests measure that kill processes and damage files: a table in {@code target/chaos} of the
 * whole build, with a row for each of them. All rows of a table have the same seed, whichever test
 * of whichever module adds them. With {@code -Dostinato.docs.write=true}, the table of a long run is
 * written to {@code docs/guarantees.md}, too.
 */
public final class ChaosRun {
  /** The seed: {@code -Dostinato.chaos.seed}. */
  public static final long SEED = Long.getLong("ostinato.chaos.seed", 20_261_129);

  private static final Path FOLDER = Path.of("..", "target", "chaos");
  private static final Path PAGE = Path.of("..", "docs", "guarantees.md");
  private static final boolean WRITE =
      Boolean.getBoolean("ostinato.docs.write") && Boolean.getBoolean("ostinato.chaos.long");
  private static final Pattern TABLE =
      Pattern.compile(
          "(<!-- table: chaos -->\\n).*?(<!-- end of table -->)", Pattern.DOTALL);
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
              differences.wrong(),
              differences.lost(),
              differences.doubled(),
              spark,
              SEED,
              String.format(Locale.ROOT, "%.1f min", took.toMillis() / 60e3));
    }

    private String fileName() {
      return "%s-%s.row".formatted(SEED, (what + " " + spark).replaceAll("[^A-Za-z0-9.]+", "-"));
    }
  }

  /** Adds a row, or replaces it, and prints it. */
  public static synchronized void add(Row row) {
    try {
      Files.createDirectories(FOLDER);
      try (FileChannel others =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = others.lock()) {
        Files.writeString(FOLDER.resolve(row.fileName()), row.text());
        String table = HEAD + rows();
        Files.writeString(FOLDER.resolve("table.md"), table);
        if (WRITE && lock.isValid()) {
          Files.writeString(PAGE, in(Files.readString(PAGE), table));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.out.print(HEAD + row.text());
  }

  /** The page with another table, and today's date. */
  static String in(String page, String table) {
    return TABLE
        .matcher(page)
        .replaceAll(
            "$1"
                + Matcher.quoteReplacement(
                    "Measured on %s on %s processors.\n\n%s"
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
