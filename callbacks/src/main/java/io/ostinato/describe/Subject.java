package io.ostinato.describe;

import java.io.Serializable;

/**
 * The subject of a {@link Mistake}. Two subjects are equal if they denote the same thing, so the
 * line on which a subject is written can be found without parsing any text.
 *
 * @param name identifies the subject among those of its kind; empty if there is only one
 * @param key a key of the subject, as written in YAML; empty for the whole
 */
public record Subject(Kind kind, String name, String key) implements Serializable {
  /** The kinds of subjects. */
  public enum Kind {
    /** The training run: its folder, its id, its settings. */
    RUN,
    /** A callback, by name. Several callbacks can share a name. */
    CALLBACK,
    /** A dataset, by the key under which it is registered. */
    DATASET,
    /** A column of a dataset, by name. */
    COLUMN,
    /** An output of a model, by name. */
    OUTPUT,
    /** A file or a folder, by path. */
    FILE
  }

  /** The training run as a whole. */
  public static Subject run() {
    return new Subject(Kind.RUN, "", "");
  }

  /** A setting of the training run, such as {@code effective_batch_size}. */
  public static Subject setting(String key) {
    return run().key(key);
  }

  /** A callback as a whole. */
  public static Subject callback(String name) {
    return new Subject(Kind.CALLBACK, name, "");
  }

  public static Subject dataset(String key) {
    return new Subject(Kind.DATASET, key, "");
  }

  public static Subject column(String name) {
    return new Subject(Kind.COLUMN, name, "");
  }

  public static Subject output(String name) {
    return new Subject(Kind.OUTPUT, name, "");
  }

  public static Subject file(String path) {
    return new Subject(Kind.FILE, path, "");
  }

  /** A key of this subject. */
  public Subject key(String newKey) {
    return new Subject(kind, name, newKey);
  }
}
