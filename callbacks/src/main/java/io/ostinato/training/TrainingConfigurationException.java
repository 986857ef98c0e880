package io.ostinato.training;

import io.ostinato.describe.Mistake;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A training can't start; it says every mistake that was found, and nothing has run yet. */
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

  /** Each mistake that was found; they are there once serialized, too. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  /** Each mistake that was found, with the callbacks that it is about; none once serialized. */
  public List<TrainingMistake> found() {
    return found == null ? List.of() : found;
  }
}
