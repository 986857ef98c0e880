package io.ostinato.evaluation;

/** Copies a {@link BatchProcessor} as an executor would receive it, by Java serialization. */
public final class ProcessorCopy {
  private ProcessorCopy() {}

  /**
   * Copies a processor.
   *
   * @throws EvaluationException if the processor can't be serialized; the message says which part
   *     can't
   */
  public static BatchProcessor of(BatchProcessor processor, EvaluationTag tag) {
    try {
      return SerializedBytes.read(SerializedBytes.of(processor), BatchProcessor.class);
    } catch (RuntimeException e) {
      throw EvaluationException.failed(
          tag, e + "; the object that runs processData must be serializable, as on executors", e);
    }
  }
}
