package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.apache.spark.sql.SparkSession;

/**
 * The same rows, model, weights and metrics through what else people use, in turn: over numbers of
 * rows, and over sizes of the model. Prints Markdown, and writes it with plots to {@code peers}.
 */
record PeersBenchmark(Path output, Path data, Options options) implements Benchmark {
  static final int CORES = 2;

  private static final int MOST_ROUNDS = 11;

  /** For each peer, before the first case; a quarter of it before the others. */
  private static final double WARM_UP_SECONDS = 8;

  /** The rows for models of several sizes: so few that the weights count. */
  private static final int FEW_ROWS = 7_500;

  /** The case of the table, which has the most rounds. */
  static final int MAIN_ROWS = 60_000;

  /**
   * What to measure.
   *
   * @param python the interpreter of the Python peers; blank to make one
   * @param rows numbers of rows, for the MLP
   * @param megabytes sizes of the model
   * @param fewRows the rows for these
   * @param minutes the time for everything but the installation of Python's packages
   * @param mostRounds the maximum number of rounds of a case
   * @param warmUpSeconds the time for the warm-up of each peer before the first case; a quarter of
   *     it before the others
   */
  record Options(
      String python,
      List<Integer> rows,
      List<Integer> megabytes,
      int fewRows,
      double minutes,
      int mostRounds,
      double warmUpSeconds) {

    /** Those of the system properties {@code bench.*}. */
    static Options ofProperties() {
      return new Options(
          System.getProperty("bench.python", ""),
          numbers("bench.peers.rows", "7500,15000,30000,60000,120000"),
          numbers("bench.peers.megabytes", "1,10,100,400"),
          FEW_ROWS,
          Double.parseDouble(System.getProperty("bench.peers.minutes", "14")),
          MOST_ROUNDS,
          WARM_UP_SECONDS);
    }

    private static List<Integer> numbers(String key, String byDefault) {
      String text = System.getProperty(key, byDefault);
      try {
        return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "-D%s=%s isn't a list of whole numbers, such as %s".formatted(key, text, byDefault), e);
      }
    }

    /** The number of rows of the table. */
    int mainRows() {
      return rows.contains(MAIN_ROWS) ? MAIN_ROWS : rows.get(rows.size() - 1);
    }
  }

  @Override
  public List<Figure> run() throws Exception {
    long start = System.nanoTime();
    Path folder = Files.createDirectories(output.resolve("peers"));
    try (SparkSession spark = BenchSpark.local("spark.ostinato.blocks.device", "1g");
        PeerLineup lineup = new PeerLineup(spark, options.python(), output, folder)) {
      lineup.missing().forEach((peer, reason) -> System.out.println(peer + ": " + reason));
      PeerData source = new PeerData(spark, data);
      PeerRounds rounds =
          new PeerRounds(lineup.peers(), folder, source.centres(), options.mostRounds());
      List<PeerMeasurements> measured = measured(rounds, cases(source), start);
      PeerReport report = new PeerReport(lineup, measured, options.mainRows());
      report.write(folder);
      System.out.println(report.markdown());
      return figures(report.main(), lineup.peers());
    }
  }

  /** Measures one case after the other, each for its share of the time that is left. */
  private List<PeerMeasurements> measured(PeerRounds rounds, List<PeerCase> cases, long start)
      throws IOException {
    List<PeerMeasurements> measured = new ArrayList<>();
    double shares = cases.stream().mapToDouble(PeerCase::share).sum();
    for (PeerCase which : cases) {
      double left = options.minutes() * 60 - (System.nanoTime() - start) / 1e9;
      if (left < 0 && !measured.isEmpty()) {
        System.out.println(which.text() + ": left out; increase -Dbench.peers.minutes");
        continue;
      }
      double warmUp = options.warmUpSeconds() / (measured.isEmpty() ? 1 : 4);
      PeerMeasurements done = rounds.measure(which, left * which.share() / shares, warmUp);
      shares -= which.share();
      measured.add(done);
      System.out.println("%s, rounds: %s".formatted(which.text(), done.rounds()));
      done.failures()
          .forEach((peer, reason) -> System.out.println("  %s: %s".formatted(peer, reason)));
    }
    return measured;
  }

  /** The case of the table, which must be measured, is the first. */
  private List<PeerCase> cases(PeerData source) {
    List<PeerCase> cases = new ArrayList<>();
    for (int rows : options.rows()) {
      double share = rows == options.mainRows() ? 4 : rows > options.mainRows() ? 3 : 1;
      cases.add(
          rows == options.mainRows() ? 0 : cases.size(),
          new PeerCase(PeerCase.ROWS, rows, source.write(rows), rows, PeerModel.mlp(), share));
    }
    Path few = source.write(options.fewRows());
    for (int megabytes : options.megabytes()) {
      PeerModel model = PeerModel.ofMegabytes(megabytes);
      double share = megabytes < 200 ? 1 : 3;
      cases.add(new PeerCase(PeerCase.MODEL, megabytes, few, options.fewRows(), model, share));
    }
    return cases;
  }

  private static List<Figure> figures(PeerMeasurements main, List<Peer> peers) {
    List<Figure> figures = new ArrayList<>();
    for (Peer peer : peers) {
      OptionalDouble ratio = main.ratio(peer.name(), OstinatoPeer.NAME);
      if (ratio.isPresent() && !peer.name().equals(OstinatoPeer.NAME)) {
        String name = peer.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        String detail =
            String.format(
                Locale.ROOT,
                "%.3f s, ours %.3f s; %d rounds",
                main.median(peer.name()).orElseThrow(),
                main.median(OstinatoPeer.NAME).orElseThrow(),
                main.rounds());
        figures.add(
            new Figure(
                "peers." + name.replaceAll("^_|_$", ""),
                ratio.getAsDouble(),
                "x ours",
                "none set",
                detail));
      }
    }
    return figures;
  }
}
