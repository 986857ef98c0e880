package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Data, metrics and the values that other libraries give for them. */
final class MetricCases {
  private MetricCases() {}

  /** One value of another library. */
  record Case(
      Metric<?> metric,
      double[] outputs,
      Shape outputShape,
      double[] targets,
      Shape targetShape,
      double expected,
      double relativeTolerance) {

    int rows() {
      return (int) outputShape.get(0);
    }

    /** The results of some rows, as a callback would give them; the manager owns the arrays. */
    NDList rows(NDManager manager, int from, int to) {
      NDList list =
          new NDList(
              part(manager, outputs, outputShape, from, to),
              part(manager, targets, targetShape, from, to));
      list.get(0).setName(MetricBatch.OUTPUTS);
      list.get(1).setName(MetricBatch.TARGETS);
      return list;
    }

    private static NDArray part(NDManager manager, double[] all, Shape shape, int from, int to) {
      int row = (int) (shape.size() / shape.get(0));
      double[] values = java.util.Arrays.copyOfRange(all, from * row, to * row);
      return manager.create(values, new Shape(to - from).addAll(shape.slice(1)));
    }

    @Override
    public String toString() {
      return "%s of %s and %s".formatted(metric.name(), outputShape, targetShape);
    }
  }

  static List<Case> all() {
    try (InputStream in =
        Objects.requireNonNull(MetricCases.class.getResourceAsStream("/metric_references.json"))) {
      JsonObject json =
          JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
              .getAsJsonObject();
      List<Case> cases = new ArrayList<>();
      for (JsonElement element : json.getAsJsonArray("cases")) {
        cases.add(parse(element.getAsJsonObject()));
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case parse(JsonObject json) {
    Gson gson = new Gson();
    String name = json.get("metric").getAsString();
    return new Case(
        metric(name, json.getAsJsonObject("arguments")),
        gson.fromJson(json.get("outputs"), double[].class),
        new Shape(gson.fromJson(json.get("shape"), long[].class)),
        gson.fromJson(json.get("targets"), double[].class),
        new Shape(gson.fromJson(json.get("targetShape"), long[].class)),
        json.get("expected").getAsDouble(),
        tolerance(name));
  }

  /** What the reference itself is good for: torchmetrics computes in float32 here and there. */
  private static double tolerance(String name) {
    return switch (name) {
      case "error_quantile" -> ErrorQuantile.ACCURACY;
      case "calibration_error" -> 1e-6;
      case "r2", "pearson" -> 1e-9; // of NumPy's deviations around a mean of a million
      default -> 1e-12;
    };
  }

  private static Metric<?> metric(String name, JsonObject arguments) {
    ClassMetrics ofClasses = Metrics.ofClasses(outputs(arguments));
    return switch (name) {
      case "accuracy" -> ofClasses.accuracy();
      case "top_k" -> ofClasses.topK(arguments.get("k").getAsInt());
      case "confusion_matrix" -> ofClasses.confusionMatrix(classes(arguments));
      case "precision" -> ofClasses.precision(classes(arguments), average(arguments));
      case "recall" -> ofClasses.recall(classes(arguments), average(arguments));
      case "f1" -> ofClasses.f1(classes(arguments), average(arguments));
      case "f_beta" ->
          ofClasses.fBeta(
              arguments.get("beta").getAsDouble(), classes(arguments), average(arguments));
      case "mcc" -> ofClasses.matthewsCorrelation(classes(arguments));
      case "log_loss" -> ofClasses.logLoss();
      case "cross_entropy" -> ofClasses.crossEntropy();
      case "brier" -> ofClasses.brier();
      case "calibration_error" -> ofClasses.calibrationError(arguments.get("bins").getAsInt());
      case "roc_auc" -> ofClasses.rocAuc();
      case "average_precision" -> ofClasses.averagePrecision();
      case "roc_auc_binned" -> ofClasses.rocAuc(arguments.get("bins").getAsInt());
      case "average_precision_binned" ->
          ofClasses.averagePrecision(arguments.get("bins").getAsInt());
      case "mse" -> Metrics.mse();
      case "rmse" -> Metrics.rmse();
      case "mae" -> Metrics.mae();
      case "mape" -> Metrics.mape();
      case "r2" -> Metrics.r2();
      case "pearson" -> Metrics.pearson();
      case "relative_l2" -> Metrics.relativeL2();
      case "error_quantile" -> Metrics.errorQuantile(arguments.get("quantile").getAsDouble());
      case "perplexity" -> Metrics.perplexity();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static int classes(JsonObject arguments) {
    return arguments.get("classes").getAsInt();
  }

  private static Average average(JsonObject arguments) {
    return Average.valueOf(arguments.get("average").getAsString().toUpperCase(Locale.ROOT));
  }

  private static ClassOutputs outputs(JsonObject arguments) {
    ClassOutputs outputs = ClassOutputs.defaults();
    if (arguments.has("kind")) {
      outputs = outputs.kind(OutputKind.valueOf(arguments.get("kind").getAsString()));
    }
    if (arguments.has("axis")) {
      outputs = outputs.classAxis(arguments.get("axis").getAsInt());
    }
    return arguments.has("ignored")
        ? outputs.ignoredTarget(arguments.get("ignored").getAsLong())
        : outputs;
  }
}
