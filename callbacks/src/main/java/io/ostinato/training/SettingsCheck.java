package io.ostinato.training;

import ai.djl.translate.TranslateException;
import io.ostinato.callback.SerializationCheck;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.TrainingLength;
import java.io.IOException;
import java.util.Locale;

/** Checks the settings of a training that are about no callback. */
final class SettingsCheck {
  private static final Subject MODEL = Subject.setting("model");
  private static final Subject LENGTH = Subject.setting("length");
  private static final Subject TRAIN = Subject.dataset("train");

  private final TrainingLoopBuilder from;
  private final TrainingMistakes mistakes;

  SettingsCheck(TrainingLoopBuilder from, TrainingMistakes mistakes) {
    this.from = from;
    this.mistakes = mistakes;
  }

  int microBatchSize() {
    return from.microBatchSize == null ? from.effectiveBatchSize : from.microBatchSize;
  }

  EpochSize epochSize(DataContainer data) {
    return switch (from.lastBatch) {
      case DROP -> EpochSize.droppingLast(data.train().size(), from.effectiveBatchSize);
      case KEEP -> EpochSize.keepingLast(data.train().size(), from.effectiveBatchSize);
    };
  }

  void model() {
    if (from.factory == null) {
      mistakes.add(Mistake.of(MODEL, "there is no model", "call model(factory, inputShapes)"));
      return;
    }
    if (from.inputShapes.isEmpty()) {
      mistakes.add(
          Mistake.of(
              MODEL,
              "the model has no input shape",
              "give one per input, without the batch dimension"));
    }
    SerializationCheck.problemOf(from.factory)
        .ifPresent(
            problem ->
                mistakes.add(
                    Mistake.of(MODEL, "the model's factory can't be serialized: " + problem)));
  }

  void sizes() {
    if (from.length == null) {
      mistakes.add(
          Mistake.of(
              LENGTH,
              "there is no training length",
              "call length(...) with epochs, updates or samples"));
    }
    if (from.effectiveBatchSize < 1) {
      mistakes.add(
          Mistake.of(
              Subject.setting(TrainingAssembly.EFFECTIVE_BATCH_SIZE),
              "effective_batch_size=%s must be at least 1".formatted(from.effectiveBatchSize)));
    } else if (microBatchSize() < 1 || from.effectiveBatchSize % microBatchSize() != 0) {
      mistakes.add(
          Mistake.of(
                  Subject.setting(TrainingAssembly.MICRO_BATCH_SIZE),
                  "micro_batch_size=%s must divide effective_batch_size=%s"
                      .formatted(microBatchSize(), from.effectiveBatchSize))
              .dependingOn(
                  Subject.setting(TrainingAssembly.MICRO_BATCH_SIZE),
                  Subject.setting(TrainingAssembly.EFFECTIVE_BATCH_SIZE)));
    }
  }

  void evaluations(EvaluationEngine evaluator) {
    DataContainer data = from.data;
    if (data == null) {
      mistakes.add(
          Mistake.of(Subject.setting("datasets"), "there is no data", "call data(container)"));
      return;
    }
    for (String key : data.evaluationKeys()) {
      try {
        evaluator.check(key, data.evaluation(key));
      } catch (RuntimeException e) {
        mistakes.add(Mistake.of(Subject.dataset(key), String.valueOf(e.getMessage())));
      }
    }
  }

  void train() {
    DataContainer data = from.data;
    if (data == null) {
      return;
    }
    try {
      data.train().prepare();
      checkRows(data.train().size());
    } catch (IOException | TranslateException e) {
      mistakes.add(Mistake.of(TRAIN, "the training dataset can't be prepared: " + e));
    }
  }

  private void checkRows(long rows) {
    if (rows == 0) {
      mistakes.add(Mistake.of(TRAIN, "the training dataset is empty"));
    } else if (rows < from.effectiveBatchSize && from.lastBatch == LastBatch.DROP) {
      mistakes.add(
          Mistake.of(
              TRAIN,
              "the training dataset has %s rows, fewer than effective_batch_size=%s"
                  .formatted(rows, from.effectiveBatchSize)));
    } else if (from.data != null && from.length != null && mistakes.isEmpty()) {
      checkCountable(from.data, from.length);
    }
  }

  private void checkCountable(DataContainer data, TrainingLength length) {
    try {
      length.end(epochSize(data));
    } catch (ArithmeticException e) {
      tooLong(length);
    }
  }

  void epochs() {
    TrainingLength length = from.length;
    if (length != null
        && length.unit() == IntervalType.EPOCH
        && length.count() > Integer.MAX_VALUE) {
      tooLong(length);
    }
  }

  private void tooLong(TrainingLength length) {
    mistakes.add(
        Mistake.of(
            LENGTH,
            "a training length of %s is too long: at most %s epochs"
                .formatted(length, Integer.MAX_VALUE)));
  }

  /** Checks that evaluations beside training can be too many. */
  void whenFull() {
    Evaluations evaluations = from.evaluations;
    if (evaluations.isBeside()
        && evaluations.whenFull() != Evaluations.WhenFull.WAIT
        && evaluations.limit().isEmpty()) {
      mistakes.add(
          Mistake.of(
              Subject.setting("evaluations"),
              "when_full=%s has no effect without in_flight, since join says when results take effect"
                  .formatted(evaluations.whenFull().name().toLowerCase(Locale.ROOT)),
              "set in_flight, or remove when_full"));
    }
  }
}
