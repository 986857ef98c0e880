package io.ostinato.training;

import java.util.List;

/** A training can't start; it says every mistake that was found, and nothing has run yet. */
public final class TrainingConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  TrainingConfigurationException(List<String> mistakes) {
    super("this training can't start:\n  - " + String.join("\n  - ", mistakes));
  }
}
