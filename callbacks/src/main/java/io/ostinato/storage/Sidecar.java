package io.ostinato.storage;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small JSON file of a checkpoint: its plain values, the list of its files, and a hash of its
 * own. A checkpoint exists if and only if its sidecar does.
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
    keptFor = missing(keptFor) ? List.of() : Collections.unmodifiableList(keptFor);
  }

  /** A file and its expected size and hash. */
  record DataFile(String name, long bytes, String sha256) {

    /** Whether a checkpoint can have this file. */
    private static boolean isOf(@Nullable DataFile file, String tag) {
      return file != null
          && CheckpointNames.ofArrays(tag).contains(file.name())
          && file.bytes() >= 0
          && !missing(file.sha256());
    }
  }

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
    return SidecarText.withHash(GSON.toJson(this) + "\n");
  }

  /**
   * Reads a sidecar.
   *
   * @param location the folder, for messages
   * @throws StorageException if it is not a sidecar, is not what was written, or has a later format
   */
  static Sidecar parse(String tag, String location, String json) {
    Sidecar sidecar;
    try {
      sidecar = GSON.fromJson(SidecarText.verified(json), Sidecar.class);
    } catch (JsonParseException | IOException e) {
      throw unreadable(tag, location, "can't be read: " + firstLine(e), e);
    }
    if (sidecar == null || isIncomplete(sidecar)) {
      throw unreadable(tag, location, "is incomplete", null);
    }
    if (sidecar.format() > FORMAT) {
      throw new StorageException(
          "checkpoint '%s' has format %s; this version of Ostinato reads up to %s"
              .formatted(tag, sidecar.format(), FORMAT));
    }
    if (!sidecar.isSoundOf(tag)) {
      throw unreadable(tag, location, "is damaged: it has values that no checkpoint has", null);
    }
    return sidecar;
  }

  private static StorageException unreadable(
      String tag, String location, String problem, @Nullable Exception cause) {
    return new StorageException(
        "the sidecar of checkpoint '%s' in %s %s; restore '%s%s' from a copy, or use another checkpoint"
            .formatted(tag, location, problem, tag, CheckpointNames.SIDECAR),
        cause);
  }

  /** The reason without advice for programmers. */
  private static String firstLine(Exception e) {
    return HeaderJson.echoed(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  /** Whether the values are of this checkpoint: one without a hash of its own may have any. */
  private boolean isSoundOf(String tag) {
    return Arrays.stream(Checkpoint.Content.values()).anyMatch(each -> each.name().equals(content))
        && isIteration(iteration)
        && files.stream().allMatch(file -> DataFile.isOf(file, tag))
        && states.values().stream().allMatch(Sidecar::isWhole)
        && isWhole(loop)
        && keptFor.stream().noneMatch(Sidecar::missing);
  }

  private static boolean isIteration(String text) {
    try {
      return TrainingIteration.parse(text).update() >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isWhole(@Nullable Map<String, String> values) {
    return values != null && values.values().stream().noneMatch(Sidecar::missing);
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
        || missing(sidecar.states())
        || sidecar.format() < 1;
  }

  /** Whether the JSON lacks a value, which Gson leaves null. */
  private static boolean missing(@Nullable Object field) {
    return field == null;
  }
}
