package io.ostinato.describe;

import java.io.Serializable;

/**
 * What a {@link Mistake} is about. Two subjects are equal if they are the same thing, so whoever
 * shows a mistake can find the line at which its subject is written, without reading any text.
 *
 * @param name which one of its kind; empty where there is only one
 * @param key which key of it, as it is written in YAML; empty for the whole
 */
public record Subject(Kind kind, String name, String key) implements Serializable {
  /** The kinds of things that a mistake can be about. */
  public enum Kind {
    /** The training run: its folder, its id, its settings. */
    RUN,
    /** A callback, by its name. Callbacks can share a name. */
    CALLBACK,
    /** A dataset, by the key under which it is registered. */
    DATASET,
    /** A column of a dataset, by its name. */
    COLUMN,
    /** An output of a model, by its name. */
    OUTPUT,
    /** A file or a folder, by its path. */
    FILE
  }

  /** The training run as a whole. */
  public static Subject run() {
    return new Subject(Kind.RUN, "", "");
  }

  /** A setting of the training run, as in {@code effective_batch_size}. */
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

  /** One key of the same thing. */
  public Subject key(String newKey) {
    return new Subject(kind, name, newKey);
  }
}
