package io.ostinato.storage;

import java.util.List;

/** The names of a checkpoint's files, by tag. */
final class CheckpointNames {
  static final String LATEST = "latest";
  static final String LATEST_WEIGHTS = "latest_weights";
  static final String SIDECAR = ".json";

  /** The ending of the sidecar of a checkpoint that is being removed. */
  static final String REMOVED = SIDECAR + ".removed";

  private static final String WEIGHTS = ".safetensors";
  private static final String OPTIMIZER = ".optimizer" + WEIGHTS;
  private static final String STATES = ".states" + WEIGHTS;

  private CheckpointNames() {}

  /**
   * Checks a tag and returns it.
   *
   * @throws IllegalArgumentException if it is not a valid tag
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

  /** Whether a text is a valid tag. */
  static boolean isTag(String text) {
    return FileNames.isValid(text)
        && !text.equals(LATEST)
        && !text.equals(LATEST_WEIGHTS)
        && !text.endsWith(".optimizer")
        && !text.endsWith(".states");
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

  /** All array files that a checkpoint can have. */
  static List<String> ofArrays(String tag) {
    return List.of(weights(tag), optimizer(tag), states(tag));
  }

  /** The tag of an array file; a name without a known extension is returned as it is. */
  static String tagOf(String file) {
    for (String ending : List.of(OPTIMIZER, STATES, WEIGHTS)) {
      if (file.endsWith(ending)) {
        return file.substring(0, file.length() - ending.length());
      }
    }
    return file;
  }
}
