package io.ostinato.evaluation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

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
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(processor);
      }
      try (ObjectInputStream in =
          new ContextObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (BatchProcessor) in.readObject();
      }
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      throw new EvaluationException(
          "%s failed: %s; what runs processData must be serializable, as for executors"
              .formatted(tag, e),
          e);
    }
  }

  /** Finds the classes that a notebook or an application has loaded on its own. */
  private static final class ContextObjectInputStream extends ObjectInputStream {
    ContextObjectInputStream(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description);
      }
    }
  }
}
