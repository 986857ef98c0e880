package io.ostinato.storage;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.ostinato.schedule.TrainingIteration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small JSON file of a checkpoint: its plain values and the list of its files. A checkpoint
 * exists if and only if its sidecar does.
 */
record Sidecar(
    int format,
    String content,
    String iteration,
    String runId,
    String architecture,
    List<DataFile> files,
    Map<String, Map<String, String>> states,
    Map<String, String> loop,
    List<String> keptFor) {
  static final int FORMAT = 1;
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  Sidecar {
    // Gson leaves missing values null; these are optional.
    loop = missing(loop) ? Map.of() : loop;
    keptFor = missing(keptFor) ? List.of() : List.copyOf(keptFor);
  }

  /** A file and its expected size and hash. */
  record DataFile(String name, long bytes, String sha256) {}

  static Sidecar of(Checkpoint checkpoint, List<DataFile> files, List<String> keptFor) {
    Map<String, Map<String, String>> states = new LinkedHashMap<>();
    checkpoint.states().forEach((name, state) -> states.put(name, state.values()));
    return new Sidecar(
        FORMAT,
        checkpoint.content().name(),
        checkpoint.iteration().toString(),
        checkpoint.runId(),
        checkpoint.architecture(),
        files,
        states,
        checkpoint.loop(),
        keptFor);
  }

  /** A copy with these holders. */
  Sidecar keptFor(List<String> others) {
    return new Sidecar(
        format, content, iteration, runId, architecture, files, states, loop, others);
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }

  /**
   * Reads a sidecar.
   *
   * @throws StorageException if it is not a sidecar, or has a later format
   */
  static Sidecar parse(String tag, String json) {
    Sidecar sidecar;
    try {
      sidecar = GSON.fromJson(json, Sidecar.class);
    } catch (JsonParseException e) {
      throw new StorageException(
          "the sidecar of checkpoint '%s' can't be read: %s".formatted(tag, e.getMessage()), e);
    }
    if (sidecar == null || isIncomplete(sidecar)) {
      throw new StorageException("the sidecar of checkpoint '%s' is incomplete".formatted(tag));
    }
    if (sidecar.format() > FORMAT) {
      throw new StorageException(
          "checkpoint '%s' has format %s; this version of Ostinato reads up to %s"
              .formatted(tag, sidecar.format(), FORMAT));
    }
    return sidecar;
  }

  TrainingIteration trainingIteration() {
    return TrainingIteration.parse(iteration);
  }

  boolean isTraining() {
    return content.equals(Checkpoint.Content.TRAINING.name());
  }

  private static boolean isIncomplete(Sidecar sidecar) {
    return missing(sidecar.content())
        || missing(sidecar.iteration())
        || missing(sidecar.runId())
        || missing(sidecar.architecture())
        || missing(sidecar.files())
        || missing(sidecar.states());
  }

  /** Whether the JSON lacks a value, which Gson leaves null. */
  private static boolean missing(@Nullable Object field) {
    return field == null;
  }
}
