package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import io.ostinato.plot.Curve;
import io.ostinato.plot.CurvePlot;
import io.ostinato.plot.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tables and plots of all measurements, for {@code docs/performance.md}. */
final class PeerReport {
  private final PeerLineup lineup;
  private final List<PeerMeasurements> measured;
  private final PeerMeasurements main;

  /**
   * Creates the report.
   *
   * @param mainRows the number of rows whose ratios are reported
   */
  PeerReport(PeerLineup lineup, List<PeerMeasurements> measured, int mainRows) {
    this.lineup = lineup;
    this.measured = measured;
    this.main =
        cases(PeerCase.ROWS).stream()
            .filter(one -> one.which().size() == mainRows)
            .findFirst()
            .orElseThrow();
  }

  /** The measurements whose ratios are reported. */
  PeerMeasurements main() {
    return main;
  }

  /** Writes {@code peers.md} and its plots. */
  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("peers.md"), markdown());
    for (Axis axis : axes()) {
      Files.writeString(folder.resolve(axis.file()), plot(axis));
    }
  }

  String markdown() {
    String ratios =
        """
        %s.

        %s, rounds: %s

        | | seconds | × PyTorch alone | × Ostinato |
        |---|---|---|---|
        %s
        """
            .formatted(versions(), main.which().text(), main.rounds(), ratios());
    String sections =
        axes().stream()
            .map(
                axis ->
                    "%s:\n\n%s\n![%s](%s)\n"
                        .formatted(axis.title(), table(axis), axis.title(), axis.file()))
            .collect(Collectors.joining("\n"));
    return ratios + sections + failures();
  }

  /** What grows, with its measurements in ascending order. */
  private record Axis(String name, String title, String file, List<PeerMeasurements> cases) {}

  /** Those that were measured. */
  private List<Axis> axes() {
    return Stream.of(
            new Axis(
                PeerCase.ROWS,
                "Seconds by number of rows, MLP 784-512-512-10",
                "peers-rows.svg",
                cases(PeerCase.ROWS)),
            new Axis(
                PeerCase.MODEL,
                "Seconds by size of the model, " + rowsOf(cases(PeerCase.MODEL)) + " rows",
                "peers-model.svg",
                cases(PeerCase.MODEL)))
        .filter(axis -> !axis.cases().isEmpty())
        .toList();
  }

  private static String rowsOf(List<PeerMeasurements> cases) {
    return cases.isEmpty() ? "no" : String.format(Locale.ROOT, "%,d", cases.get(0).which().rows());
  }

  private String versions() {
    Set<String> all = new LinkedHashSet<>();
    all.add("JDK " + Runtime.version().feature());
    all.add("DJL " + Engine.getDjlVersion());
    all.add("its libtorch " + Engine.getInstance().getVersion());
    all.addAll(lineup.versions());
    return "%s processors; ".formatted(Runtime.getRuntime().availableProcessors())
        + String.join(", ", all);
  }

  private String ratios() {
    return lineup.peers().stream()
        .map(
            peer ->
                "| %s | %s | %s | %s |\n"
                    .formatted(
                        peer.name(),
                        text(main.median(peer.name()), "%.3f"),
                        text(main.ratio(peer.name(), PeerLineup.REFERENCE), "%.2f"),
                        text(main.ratio(peer.name(), OstinatoPeer.NAME), "%.2f")))
        .collect(Collectors.joining());
  }

  private String table(Axis axis) {
    List<PeerMeasurements> cases = axis.cases();
    StringBuilder table = new StringBuilder("| " + axis.name() + " |");
    cases.forEach(one -> table.append(String.format(Locale.ROOT, " %,d |", one.which().size())));
    table.append("\n|---|").append("---|".repeat(cases.size())).append('\n');
    for (Peer peer : lineup.peers()) {
      table.append("| ").append(peer.name()).append(" |");
      cases.forEach(one -> table.append(" %s |".formatted(text(one.median(peer.name()), "%.3f"))));
      table.append('\n');
    }
    table.append("| rounds |");
    cases.forEach(one -> table.append(" %s |".formatted(one.rounds())));
    return table.append('\n').toString();
  }

  private static String text(OptionalDouble value, String format) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "–";
  }

  /** What couldn't be measured, and why: empty, or lines after an empty one. */
  private String failures() {
    Map<String, String> reasons = new LinkedHashMap<>(lineup.missing());
    for (PeerMeasurements one : measured) {
      one.failures()
          .forEach(
              (peer, reason) ->
                  reasons.merge(
                      peer,
                      "%s: %s".formatted(one.which().text(), reason),
                      (first, next) -> first.endsWith(reason) ? first : first + "; " + next));
    }
    if (reasons.isEmpty()) {
      return "";
    }
    Map<String, List<String>> peers = new LinkedHashMap<>();
    reasons.forEach((peer, why) -> peers.computeIfAbsent(why, key -> new ArrayList<>()).add(peer));
    StringBuilder lines = new StringBuilder("\nNot measured:\n\n");
    peers.forEach((why, who) -> lines.append("- %s: %s\n".formatted(String.join("; ", who), why)));
    return lines.toString();
  }

  private List<PeerMeasurements> cases(String axis) {
    return measured.stream()
        .filter(one -> one.which().axis().equals(axis))
        .sorted(Comparator.comparing(one -> one.which().size()))
        .toList();
  }

  private String plot(Axis axis) {
    List<PeerMeasurements> cases = axis.cases();
    List<Curve> curves = new ArrayList<>();
    for (Peer peer : lineup.peers()) {
      curves.add(
          new Curve(
              peer.name().replace("`", ""),
              cases.stream().mapToDouble(one -> one.which().size()).toArray(),
              cases.stream()
                  .mapToDouble(one -> one.median(peer.name()).orElse(Double.NaN))
                  .toArray(),
              Curve.Best.NONE));
    }
    return CurvePlot.of(axis.title(), axis.name(), curves.toArray(Curve[]::new))
        .with(Scale.LOGARITHMIC)
        .svg();
  }
}
