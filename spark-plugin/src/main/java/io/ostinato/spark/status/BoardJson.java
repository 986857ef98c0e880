package io.ostinato.spark.status;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The board as JSON, which the page of the tab reads. Times are in milliseconds. */
final class BoardJson {
  private BoardJson() {}

  static JsonObject of(EvaluationBoard.View board) {
    JsonObject json = new JsonObject();
    json.addProperty("now", board.nowMillis());
    json.addProperty("staleness", board.stalenessMillis());
    json.add("counters", counters(board.counters()));
    json.add("inFlight", array(board.inFlight(), BoardJson::pass));
    json.add("ended", array(board.ended(), BoardJson::pass));
    json.add("devices", array(board.devices(), BoardJson::device));
    json.add("datasets", array(board.datasets(), BoardJson::dataset));
    return json;
  }

  private static <T> JsonArray array(List<T> values, Function<T, JsonObject> json) {
    JsonArray array = new JsonArray();
    values.forEach(value -> array.add(json.apply(value)));
    return array;
  }

  private static JsonObject counters(EvaluationCounters counters) {
    JsonObject json = new JsonObject();
    for (Counter counter : Counter.values()) {
      json.addProperty(counter.metric(), counters.get(counter));
    }
    return json;
  }

  private static JsonObject pass(PassStatus.View pass) {
    JsonObject json = new JsonObject();
    json.addProperty("number", pass.number());
    JsonArray callbacks = new JsonArray();
    pass.callbacks().forEach(name -> callbacks.add(new JsonPrimitive(name)));
    json.add("callbacks", callbacks);
    json.addProperty("evaluations", pass.evaluations());
    json.addProperty("dataset", pass.dataset());
    json.addProperty("iteration", pass.iteration());
    json.addProperty("version", pass.version());
    json.addProperty("state", pass.state().name().toLowerCase(Locale.ROOT));
    json.addProperty("began", pass.beganMillis());
    json.addProperty("since", pass.stateMillis());
    json.addProperty("rows", pass.rows());
    json.addProperty("done", pass.rowsDone());
    json.addProperty("sentBytes", pass.sentBytes());
    json.addProperty("tasks", pass.tasks());
    JsonArray jobs = new JsonArray();
    pass.jobs().forEach(job -> jobs.add(new JsonPrimitive(job)));
    json.add("jobs", jobs);
    json.addProperty("problem", pass.problem());
    EvaluationTimings timings = pass.timings();
    if (timings != null) {
      json.add("timings", timings(timings, pass.process()));
    }
    return json;
  }

  private static JsonObject timings(EvaluationTimings timings, Duration process) {
    JsonObject json = new JsonObject();
    json.addProperty("total", timings.total().plus(process).toMillis());
    json.addProperty("prepare", timings.prepare().toMillis());
    json.addProperty("send", timings.send().toMillis());
    json.addProperty("job", timings.job().toMillis());
    json.addProperty("refresh", timings.refresh().toMillis());
    json.addProperty("read", timings.read().toMillis());
    json.addProperty("forward", timings.forward().toMillis());
    json.addProperty("collect", timings.collect().toMillis());
    json.addProperty("process", process.toMillis());
    return json;
  }

  private static JsonObject device(DeviceStatus device) {
    JsonObject json = new JsonObject();
    json.addProperty("executor", device.executor());
    json.addProperty("device", device.device());
    json.addProperty("lost", device.isLost());
    json.addProperty("models", device.use().models());
    json.addProperty("versions", device.use().versions());
    json.addProperty("weightBytes", device.use().weightBytes());
    json.addProperty("batchBytes", device.use().batchBytes());
    json.addProperty("builds", device.builds());
    json.addProperty("refreshes", device.refreshes());
    json.addProperty("refreshBytes", device.refreshBytes());
    return json;
  }

  private static JsonObject dataset(DatasetStatus dataset) {
    JsonObject json = new JsonObject();
    json.addProperty("key", dataset.key());
    json.addProperty("rows", dataset.rows());
    json.addProperty("batches", dataset.batches());
    json.addProperty("bytes", dataset.sizeBytes());
    if (dataset.budgetBytes() < Long.MAX_VALUE) {
      json.addProperty("budget", dataset.budgetBytes());
    }
    boolean stored = dataset.isStored().getAsBoolean();
    json.addProperty("stored", stored);
    json.addProperty("rdd", stored ? dataset.rdd() : -1);
    return json;
  }
}
