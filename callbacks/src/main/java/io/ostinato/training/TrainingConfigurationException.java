package io.ostinato.training;

import io.ostinato.describe.Mistake;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Thrown if a training can't start; lists every mistake found. Nothing has run yet. */
public final class TrainingConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient @Nullable List<TrainingMistake> found;
  private final List<Mistake> mistakes;

  TrainingConfigurationException(List<TrainingMistake> found) {
    super(
        found.stream()
            .map(TrainingMistake::toString)
            .collect(Collectors.joining("\n  - ", "this training can't start:\n  - ", "")));
    this.found = List.copyOf(found);
    this.mistakes = found.stream().map(TrainingMistake::mistake).toList();
  }

  /** The mistakes found; also available after serialization. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  /** The mistakes found, with the callbacks that they are about; empty after serialization. */
  public List<TrainingMistake> found() {
    return found == null ? List.of() : found;
  }
}
