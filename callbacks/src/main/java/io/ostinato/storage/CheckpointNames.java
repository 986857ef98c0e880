package io.ostinato.storage;

import java.util.List;

/** Names of the files that a checkpoint has, by its tag. */
final class CheckpointNames {
  static final String LATEST = "latest";
  static final String LATEST_WEIGHTS = "latest_weights";
  static final String SIDECAR = ".json";

  private static final String WEIGHTS = ".safetensors";
  private static final String OPTIMIZER = ".optimizer" + WEIGHTS;
  private static final String STATES = ".states" + WEIGHTS;

  private CheckpointNames() {}

  /**
   * The tag itself.
   *
   * @throws IllegalArgumentException if no checkpoint may be named so
   */
  static String checkTag(String tag) {
    if (tag.equals(LATEST) || tag.equals(LATEST_WEIGHTS)) {
      throw new IllegalArgumentException(
          "'%s' names the newest checkpoint, and can't be a tag".formatted(tag));
    }
    if (tag.endsWith(".optimizer") || tag.endsWith(".states")) {
      throw new IllegalArgumentException(
          "tag '%s' ends as files of other checkpoints do; choose another".formatted(tag));
    }
    return FileNames.checked(tag);
  }

  static String weights(String tag) {
    return tag + WEIGHTS;
  }

  static String optimizer(String tag) {
    return tag + OPTIMIZER;
  }

  static String states(String tag) {
    return tag + STATES;
  }

  /** All files of arrays that a checkpoint can have. */
  static List<String> ofArrays(String tag) {
    return List.of(weights(tag), optimizer(tag), states(tag));
  }

  /** The tag of a file of arrays, whatever it ends with. */
  static String tagOf(String file) {
    for (String ending : List.of(OPTIMIZER, STATES, WEIGHTS)) {
      if (file.endsWith(ending)) {
        return file.substring(0, file.length() - ending.length());
      }
    }
    return file;
  }
}
