package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.schedule.TrainingIteration;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Converts records of evaluations to lines of {@code evaluations.jsonl}. */
public final class EvaluationsFile {
  /** The name of the file. */
  public static final String NAME = "evaluations.jsonl";

  /** With more partitions, a line has their number and the digest of all rows only. */
  static final int MOST_PARTITIONS = 100;

  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private EvaluationsFile() {}

  /**
   * What identifies a line.
   *
   * @param callback the callback, or the checkpoint that was evaluated without one
   */
  public record Key(TrainingIteration iteration, String callback, Instant time) {}

  /** Converts a record to its line, without a line feed. */
  static String line(EvaluationRecord record, Instant time) {
    EvaluationTag tag = record.tag();
    JsonObject json = new JsonObject();
    json.addProperty("iteration", tag.iteration().toString());
    json.addProperty("callback", tag.callback());
    json.addProperty("dataset", tag.datasetKey());
    json.addProperty("time", time.toString());
    if (record instanceof EvaluationRecord.Failed failed) {
      json.addProperty("outcome", "failed");
      json.addProperty("reason", failed.reason());
    } else if (record instanceof EvaluationRecord.Evaluated evaluated) {
      json.addProperty("outcome", "ok");
      json.addProperty("rows", evaluated.certificate().rowsEvaluated());
      json.add("milliseconds", json(evaluated.timings()));
      addAttempts(json, evaluated.certificate().attempts());
      json.add("certificate", json(evaluated.certificate()));
    }
    return GSON.toJson(json);
  }

  /** Reads what identifies a line; empty if it is damaged. */
  static Optional<Key> key(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      return Optional.of(
          new Key(
              TrainingIteration.parse(json.get("iteration").getAsString()),
              json.get("callback").getAsString(),
              Instant.parse(json.get("time").getAsString())));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static JsonObject json(EvaluationTimings timings) {
    JsonObject json = new JsonObject();
    json.addProperty("total", milliseconds(timings.total()));
    json.addProperty("prepare", milliseconds(timings.prepare()));
    json.addProperty("send", milliseconds(timings.send()));
    json.addProperty("job", milliseconds(timings.job()));
    json.addProperty("refresh", milliseconds(timings.refresh()));
    json.addProperty("read", milliseconds(timings.read()));
    json.addProperty("forward", milliseconds(timings.forward()));
    json.addProperty("collect", milliseconds(timings.collect()));
    json.addProperty("process", milliseconds(timings.process()));
    return json;
  }

  private static double milliseconds(Duration duration) {
    return Math.round(duration.toNanos() / 1e3) / 1e3;
  }

  private static void addAttempts(JsonObject json, Attempts attempts) {
    json.addProperty("tasks", attempts.tasks());
    json.addProperty("attempts", attempts.started());
    json.addProperty("stage_attempts", attempts.stageAttempts());
    JsonObject executors = new JsonObject();
    attempts.executors().forEach(executors::addProperty);
    json.add("executors", executors);
  }

  private static JsonObject json(Certificate certificate) {
    JsonObject json = new JsonObject();
    json.addProperty("rows_expected", certificate.rowsExpected());
    json.addProperty("rows_evaluated", certificate.rowsEvaluated());
    json.addProperty("rows_skipped", certificate.rowsSkipped());
    json.addProperty("order_digest", certificate.orderDigest());
    json.addProperty("manifest", certificate.manifest());
    json.addProperty("partitions", certificate.partitions().size());
    if (certificate.partitions().size() <= MOST_PARTITIONS) {
      JsonArray fingerprints = new JsonArray();
      certificate.partitions().forEach(partition -> fingerprints.add(json(partition)));
      json.add("fingerprints", fingerprints);
    }
    return json;
  }

  private static JsonObject json(Certificate.Partition partition) {
    JsonObject json = new JsonObject();
    json.addProperty("partition", partition.partition());
    json.addProperty("first_row", partition.firstRow());
    json.addProperty("rows", partition.rows());
    json.addProperty("fingerprint", partition.fingerprint());
    return json;
  }
}
