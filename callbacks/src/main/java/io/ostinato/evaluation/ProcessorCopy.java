package io.ostinato.evaluation;

/** What an executor would have of a {@link BatchProcessor}: a copy by Java's serialization. */
final class ProcessorCopy {
  private ProcessorCopy() {}

  /**
   * The copy.
   *
   * @throws EvaluationException if the processor can't be serialized; says what of it can't
   */
  static BatchProcessor of(BatchProcessor processor, EvaluationTag tag) {
    try {
      return SerializedBytes.read(SerializedBytes.of(processor), BatchProcessor.class);
    } catch (RuntimeException e) {
      throw EvaluationException.failed(
          tag, e + "; what runs processData must be serializable, as for executors", e);
    }
  }
}
