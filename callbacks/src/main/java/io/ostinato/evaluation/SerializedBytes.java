package io.ostinato.evaluation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Converts objects to bytes by Java serialization, independently of the serializer configured for
 * an application. Classes that a notebook or an application has loaded itself are found.
 */
public final class SerializedBytes {
  private SerializedBytes() {}

  /**
   * Serializes an object.
   *
   * @throws UncheckedIOException if it can't be serialized, or a {@link SentCode} finds a problem
   */
  public static byte[] of(Serializable object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SentObjects out = new SentObjects(bytes)) {
      out.writeObject(object);
      Optional<String> problem = out.problem();
      if (problem.isPresent()) {
        throw new UncheckedIOException(problem.get(), new InvalidObjectException(problem.get()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Deserializes an object.
   *
   * @throws MissingClassException if one of its classes is missing in this process
   */
  public static <T> T read(byte[] bytes, Class<T> type) {
    try (ContextObjectInputStream in =
        new ContextObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.read(type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Also finds classes of jars that were added to a running application. */
  private static final class ContextObjectInputStream extends ObjectInputStream {
    private @Nullable String missing;

    ContextObjectInputStream(InputStream in) throws IOException {
      super(in);
    }

    /**
     * Reads the object. If the class that contains a lambda is missing, Java finds an object of
     * another class in the lambda's place before it reports the missing class.
     */
    <T> T read(Class<T> type) throws IOException {
      try {
        return type.cast(readObject());
      } catch (ClassNotFoundException | ClassCastException | LinkageError e) {
        if (missing != null) {
          throw new MissingClassException(missing, e);
        }
        throw e instanceof ClassNotFoundException gone
            ? new MissingClassException(String.valueOf(gone.getMessage()), e)
            : unchecked(e);
      }
    }

    private static RuntimeException unchecked(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return (RuntimeException) e;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return resolveWithoutContext(description);
      }
    }

    private Class<?> resolveWithoutContext(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return super.resolveClass(description);
      } catch (ClassNotFoundException e) {
        missing = missing == null ? description.getName() : missing;
        throw e;
      }
    }
  }
}
