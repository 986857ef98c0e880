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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Data, metrics and the values that other libraries give for them. */
final class MetricCases {
  private MetricCases() {}

  /** An array of a whole dataset, in row-major order. */
  record Values(long[] shape, double[] values) {
    NDArray rows(NDManager manager, String name, int from, int to) {
      Shape whole = new Shape(shape);
      int row = (int) (whole.size() / whole.get(0));
      double[] part = Arrays.copyOfRange(values, from * row, to * row);
      NDArray array = manager.create(part, new Shape(to - from).addAll(whole.slice(1)));
      array.setName(name);
      return array;
    }
  }

  /** One value of another library. */
  record Case(
      Metric<?> metric,
      Values outputs,
      Values targets,
      Map<String, Values> columns,
      double expected,
      double relativeTolerance) {

    int rows() {
      return (int) outputs.shape()[0];
    }

    /** The results of some rows, as a callback would give them; the manager owns the arrays. */
    NDList rows(NDManager manager, int from, int to) {
      NDList list =
          new NDList(
              outputs.rows(manager, MetricBatch.OUTPUTS, from, to),
              targets.rows(manager, MetricBatch.TARGETS, from, to));
      columns.forEach(
          (name, values) -> list.add(values.rows(manager, MetricBatch.columnOf(name), from, to)));
      return list;
    }

    @Override
    public String toString() {
      return "%s of %s and %s"
          .formatted(metric.name(), new Shape(outputs.shape()), new Shape(targets.shape()));
    }
  }

  static List<Case> all() {
    try (InputStream in =
        Objects.requireNonNull(MetricCases.class.getResourceAsStream("/metric_references.json"))) {
      JsonObject json =
          JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
              .getAsJsonObject();
      Values[] arrays = new Gson().fromJson(json.get("arrays"), Values[].class);
      List<Case> cases = new ArrayList<>();
      for (JsonElement element : json.getAsJsonArray("cases")) {
        cases.add(parse(element.getAsJsonObject(), arrays));
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case parse(JsonObject json, Values[] arrays) {
    String name = json.get("metric").getAsString();
    Map<String, Values> columns = new LinkedHashMap<>();
    json.getAsJsonObject("columns")
        .entrySet()
        .forEach(column -> columns.put(column.getKey(), arrays[column.getValue().getAsInt()]));
    return new Case(
        metric(name, json.getAsJsonObject("arguments")),
        arrays[json.get("outputs").getAsInt()],
        arrays[json.get("targets").getAsInt()],
        columns,
        json.get("expected").getAsDouble(),
        json.get("loose").getAsBoolean() ? 1e-6 : tolerance(name));
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
    RegressionMetrics ofNumbers =
        arguments.has("mask")
            ? Metrics.ofRegression().mask(text(arguments, "mask"))
            : Metrics.ofRegression();
    return switch (name) {
      case "accuracy" -> ofClasses.accuracy();
      case "exact_match" -> ofClasses.exactMatch();
      case "top_k" -> ofClasses.topK(arguments.get("k").getAsInt());
      case "confusion_matrix" -> ofClasses.confusionMatrix(classes(arguments));
      case "precision" -> counted(arguments).precision(choice(arguments));
      case "recall" -> counted(arguments).recall(choice(arguments));
      case "f1" -> counted(arguments).f1(choice(arguments));
      case "f_beta" ->
          counted(arguments).fBeta(arguments.get("beta").getAsDouble(), choice(arguments));
      case "iou" -> counted(arguments).iou(choice(arguments));
      case "mean_iou" -> ofClasses.meanIou(classes(arguments));
      case "mcc" -> ofClasses.matthewsCorrelation(classes(arguments));
      case "log_loss" -> ofClasses.logLoss();
      case "cross_entropy" -> ofClasses.crossEntropy();
      case "brier" -> ofClasses.brier();
      case "calibration_error" -> ofClasses.calibrationError(arguments.get("bins").getAsInt());
      case "roc_auc" -> ofClasses.rocAuc(ranking(arguments));
      case "average_precision" -> ofClasses.averagePrecision(ranking(arguments));
      case "roc_auc_binned" -> ofClasses.rocAuc(arguments.get("bins").getAsInt());
      case "average_precision_binned" ->
          ofClasses.averagePrecision(arguments.get("bins").getAsInt());
      case "mse" -> ofNumbers.mse();
      case "rmse" -> ofNumbers.rmse();
      case "mae" -> ofNumbers.mae();
      case "mape" -> ofNumbers.mape();
      case "r2" ->
          arguments.has("multioutput")
              ? ofNumbers.r2(OutputsAverage.valueOf(upper(arguments, "multioutput")))
              : ofNumbers.r2();
      case "pearson" -> ofNumbers.pearson();
      case "relative_l2" -> ofNumbers.relativeL2();
      case "error_quantile" -> ofNumbers.errorQuantile(arguments.get("quantile").getAsDouble());
      case "perplexity" -> Metrics.perplexity();
      case "recall_at_k" -> retrieval(arguments).recallAt(arguments.get("k").getAsInt());
      case "hit_rate_at_k" -> retrieval(arguments).hitRateAt(arguments.get("k").getAsInt());
      case "mrr" -> retrieval(arguments).meanReciprocalRank();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static CountedMetrics counted(JsonObject arguments) {
    return new CountedMetrics(outputs(arguments));
  }

  private static ClassChoice choice(JsonObject arguments) {
    return new ClassChoice(classes(arguments), average(arguments), only(arguments));
  }

  private static RankingKeys ranking(JsonObject arguments) {
    RankingKeys keys = RankingKeys.EXACT;
    keys = arguments.has("average") ? keys.average(average(arguments)) : keys;
    return arguments.has("only") ? keys.only(arguments.get("only").getAsInt()) : keys;
  }

  private static @Nullable Integer only(JsonObject arguments) {
    return arguments.has("only") ? arguments.get("only").getAsInt() : null;
  }

  private static RetrievalMetrics retrieval(JsonObject arguments) {
    EmbeddingSearch search =
        EmbeddingSearch.defaults().similarity(Similarity.valueOf(text(arguments, "similarity")));
    return Metrics.ofRetrieval(
        arguments.has("queries") ? search.queries(text(arguments, "queries")) : search);
  }

  private static String text(JsonObject arguments, String name) {
    return arguments.get(name).getAsString();
  }

  private static String upper(JsonObject arguments, String name) {
    return text(arguments, name).toUpperCase(Locale.ROOT);
  }

  private static int classes(JsonObject arguments) {
    return arguments.get("classes").getAsInt();
  }

  private static Average average(JsonObject arguments) {
    return Average.valueOf(upper(arguments, "average"));
  }

  private static ClassOutputs outputs(JsonObject arguments) {
    ClassOutputs outputs = ClassOutputs.defaults();
    if (arguments.has("kind")) {
      outputs = outputs.kind(OutputKind.valueOf(arguments.get("kind").getAsString()));
    }
    if (arguments.has("axis")) {
      outputs = outputs.classAxis(arguments.get("axis").getAsInt());
    }
    if (arguments.has("labels")) {
      outputs = outputs.labelAxis(arguments.get("labels").getAsInt());
    }
    if (arguments.has("threshold")) {
      outputs = outputs.threshold(arguments.get("threshold").getAsDouble());
    }
    if (arguments.has("mask")) {
      outputs = outputs.mask(text(arguments, "mask"));
    }
    return arguments.has("ignored")
        ? outputs.ignoredTarget(arguments.get("ignored").getAsLong())
        : outputs;
  }
}
