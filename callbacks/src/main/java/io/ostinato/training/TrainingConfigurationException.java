package io.ostinato.training;

import java.util.List;

/** A training can't start; it says every mistake that was found, and nothing has run yet. */
public final class TrainingConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final List<String> mistakes;

  TrainingConfigurationException(List<String> mistakes) {
    super("this training can't start:\n  - " + String.join("\n  - ", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Each mistake that was found. */
  public List<String> mistakes() {
    return mistakes;
  }
}
