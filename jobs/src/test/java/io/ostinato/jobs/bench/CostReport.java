package io.ostinato.jobs.bench;

import io.ostinato.jobs.bench.CostMeasurement.Use;
import io.ostinato.plot.Curve;
import io.ostinato.plot.CurvePlot;
import io.ostinato.plot.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The fitted coefficients, their errors and what they predict, for {@code docs/performance.md}. */
record CostReport(List<CostMeasurement> measured, CostModel model, CostModel driver) {
  private static final String PLOT = "costs.svg";

  /** What the driver's processor time depends on. */
  private static final Set<CostTerm> OF_DRIVER =
      EnumSet.of(CostTerm.JOB, CostTerm.TASK, CostTerm.RESULT, CostTerm.SEND, CostTerm.LOAD);

  /**
   * Fits the coefficients.
   *
   * @throws IllegalArgumentException if the measurements don't determine them
   */
  static CostReport of(List<CostMeasurement> measured) {
    List<CostMeasurement> fitted =
        measured.stream().filter(one -> one.use() == Use.FITTED).toList();
    return new CostReport(
        measured,
        CostModel.fit(EnumSet.allOf(CostTerm.class), fitted, CostMeasurement::seconds),
        CostModel.fit(OF_DRIVER, fitted, CostMeasurement::driverSeconds));
  }

  /** Writes {@code costs.md} and its plot. */
  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("costs.md"), markdown());
    Files.writeString(folder.resolve(PLOT), plot());
  }

  List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    for (Use use : List.of(Use.HELD_OUT, Use.BEYOND)) {
      List<Double> errors = errors(measured(use), model, CostMeasurement::seconds);
      if (!errors.isEmpty()) {
        String detail =
            text("median of %d measurements; worst %.0f %%", errors.size(), 100 * worst(errors));
        figures.add(
            new Figure(
                "costs." + use.name().toLowerCase(Locale.ROOT),
                Rounds.median(errors),
                "relative error",
                "<= 0.15",
                detail));
      }
    }
    return figures;
  }

  String markdown() {
    return String.join(
        "\n",
        "<!-- table: costs -->",
        coefficients(),
        errors(),
        "![Predicted over measured seconds](%s)\n".formatted(PLOT),
        weights(),
        CostPredictions.of(model, measured).markdown(),
        "<!-- end of table -->");
  }

  private String coefficients() {
    StringBuilder table =
        new StringBuilder(
            "| what costs time | where | time | processor time of the driver |\n|---|---|---|---|\n");
    for (CostTerm term : CostTerm.values()) {
      String own =
          OF_DRIVER.contains(term)
              ? text("%.3g %s", term.inUnits(driver.coefficient(term)), term.unit())
              : "–";
      table.append(
          text(
              "| %s | %s | %.3g %s | %s |\n",
              term.text(), term.place(), term.inUnits(model.coefficient(term)), term.unit(), own));
    }
    return table.toString();
  }

  private String errors() {
    StringBuilder table =
        new StringBuilder(
            "| measurements | number | median error | worst | median error of the driver's processor time |\n"
                + "|---|---|---|---|---|\n");
    for (Use use : Use.values()) {
      table.append(errors(use.text(), measured(use)));
    }
    return table.append(errors("– of these, on more executors", onMoreExecutors())).toString();
  }

  /** A row of the table of errors; empty without measurements. */
  private String errors(String name, List<CostMeasurement> some) {
    if (some.isEmpty()) {
      return "";
    }
    List<Double> errors = errors(some, model, CostMeasurement::seconds);
    return text(
        "| %s | %d | %.1f %% | %.0f %% | %.0f %% |\n",
        name,
        errors.size(),
        100 * Rounds.median(errors),
        100 * worst(errors),
        100 * Rounds.median(errors(some, driver, CostMeasurement::driverSeconds)));
  }

  private static List<Double> errors(
      List<CostMeasurement> some, CostModel of, ToDoubleFunction<CostMeasurement> target) {
    return some.stream()
        .map(one -> Math.abs(of.seconds(one.load()) / target.applyAsDouble(one) - 1))
        .toList();
  }

  private List<CostMeasurement> measured(Use use) {
    return measured.stream().filter(one -> one.use() == use).toList();
  }

  /** Those beyond the range that have more executors than any to which the model is fitted. */
  private List<CostMeasurement> onMoreExecutors() {
    int most =
        measured(Use.FITTED).stream().mapToInt(one -> one.load().executors()).max().orElseThrow();
    return measured(Use.BEYOND).stream().filter(one -> one.load().executors() > most).toList();
  }

  private static double worst(List<Double> errors) {
    return errors.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** The same rows with models of several sizes, for each number of executors. */
  private String weights() {
    Map<Integer, List<CostMeasurement>> byExecutors =
        measured.stream()
            .filter(one -> one.load().slots() == 1 && one.load().tasks() <= 2)
            .filter(one -> one.load().rows() == fewestRows())
            .sorted(Comparator.comparingDouble(one -> one.load().modelBytes()))
            .collect(
                Collectors.groupingBy(
                    one -> one.load().executors(), LinkedHashMap::new, Collectors.toList()));
    List<Double> sizes =
        byExecutors.values().stream()
            .flatMap(List::stream)
            .map(one -> one.load().modelBytes())
            .distinct()
            .sorted()
            .toList();
    StringBuilder table = new StringBuilder();
    if (!sizes.isEmpty()) {
      table.append("| executors |");
      sizes.forEach(bytes -> table.append(text(" %.0f MB |", bytes / 1e6)));
      table.append("\n|---|").append("---|".repeat(sizes.size())).append('\n');
    }
    byExecutors.forEach(
        (executors, all) -> {
          table.append(text("| %d |", executors));
          sizes.forEach(bytes -> table.append(cell(all, bytes)));
          table.append('\n');
        });
    return table.isEmpty()
        ? ""
        : "Measured milliseconds (and predicted) with few rows, by size of the changed weights:\n\n"
            + table;
  }

  private String cell(List<CostMeasurement> some, double modelBytes) {
    return some.stream()
        .filter(one -> one.load().modelBytes() == modelBytes)
        .findFirst()
        .map(one -> text(" %.0f ms (%.0f) |", 1e3 * one.seconds(), 1e3 * model.seconds(one.load())))
        .orElse(" – |");
  }

  private double fewestRows() {
    return measured.stream().mapToDouble(one -> one.load().rows()).min().orElseThrow();
  }

  private String plot() {
    List<Curve> curves = new ArrayList<>();
    double[] ends = measured.stream().mapToDouble(CostMeasurement::seconds).sorted().toArray();
    double[] line = {ends[0], ends[ends.length - 1]};
    curves.add(new Curve("equal", line, line, Curve.Best.NONE));
    for (Use use : Use.values()) {
      curves.add(dots(use));
    }
    return CurvePlot.of(
            "Predicted over measured seconds", "seconds measured", curves.toArray(Curve[]::new))
        .with(Scale.LOGARITHMIC)
        .svg();
  }

  /** A gap after each point leaves dots. */
  private Curve dots(Use use) {
    List<CostMeasurement> some = measured(use);
    double[] x = new double[2 * some.size()];
    double[] y = new double[x.length];
    for (int i = 0; i < some.size(); i++) {
      x[2 * i] = some.get(i).seconds();
      x[2 * i + 1] = x[2 * i];
      y[2 * i] = model.seconds(some.get(i).load());
      y[2 * i + 1] = Double.NaN;
    }
    return new Curve(use.text(), x, y, Curve.Best.NONE);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
