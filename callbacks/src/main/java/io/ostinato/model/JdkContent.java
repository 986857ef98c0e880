package io.ostinato.model;

import io.ostinato.weights.Sha256;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicMarkableReference;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.AtomicStampedReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The content of an object of the JDK. Its fields are inaccessible, so the content is read through
 * its public methods or by serialization.
 */
final class JdkContent {
  private JdkContent() {}

  /** A part of an object's content, and its name as a suffix of the object's name. */
  record Part(String name, @Nullable Object value) {}

  /** A hash of an object's entire content. */
  private record Hash(String text) {}

  /** Whether a forward can't change this object in a way that affects results. */
  static boolean isFixed(Object object) {
    return object instanceof String
        || object instanceof Enum
        || object instanceof Class
        || object instanceof ClassLoader
        || object instanceof Member
        || object instanceof MethodHandle
        || object instanceof MethodType
        || object instanceof Path
        || object instanceof Charset
        || object instanceof OptionalInt
        || object instanceof OptionalLong
        || object instanceof OptionalDouble
        || object instanceof Logger
        || object instanceof System.Logger
        || object instanceof java.util.logging.Logger;
  }

  /** Whether this is an immutable object that is compared by value. */
  static boolean isValue(Object object) {
    return object instanceof String
        || object instanceof Boolean
        || object instanceof Character
        || object instanceof Hash
        || (object instanceof Number && object.getClass().getPackageName().equals("java.lang"));
  }

  /**
   * The content of an object whose class belongs to the JDK or extends one of its classes: the
   * parts of a container, or a hash of the entire content; empty if the content is inaccessible.
   */
  static Optional<List<Part>> parts(Object object) {
    Optional<List<Part>> parts = partsOfContainer(object);
    return parts.isPresent() ? parts : hash(object).map(hash -> List.of(new Part("", hash)));
  }

  private static Optional<List<Part>> partsOfContainer(Object object) {
    List<Part> parts = new ArrayList<>();
    if (object instanceof Map<?, ?> map) {
      parts.add(new Part(".size()", map.size()));
      map.forEach(
          (key, value) -> {
            parts.add(new Part(".keySet()", key));
            parts.add(new Part("[" + text(key) + "]", value));
          });
    } else if (object instanceof Map.Entry<?, ?> entry) {
      parts.add(new Part(".getKey()", entry.getKey()));
      parts.add(new Part(".getValue()", entry.getValue()));
    } else if (object instanceof Collection<?> collection) {
      parts.add(new Part(".size()", collection.size()));
      addAll(parts, collection.toArray());
    } else if (object instanceof Object[] array) {
      addAll(parts, array);
    } else if (object instanceof Optional<?> optional) {
      parts.add(new Part("", optional.orElse(null)));
    } else if (object instanceof Reference<?> reference) {
      parts.add(new Part("", reference.get()));
    } else if (object instanceof AtomicReferenceArray<?> array) {
      for (int i = 0; i < array.length(); i++) {
        parts.add(new Part("[" + i + "]", array.get(i)));
      }
    } else {
      return partsOfReference(object);
    }
    return Optional.of(parts);
  }

  private static Optional<List<Part>> partsOfReference(Object object) {
    if (object instanceof AtomicReference<?> reference) {
      return Optional.of(List.of(new Part("", reference.get())));
    }
    if (object instanceof AtomicMarkableReference<?> reference) {
      return Optional.of(
          List.of(
              new Part("", reference.getReference()),
              new Part(".isMarked()", reference.isMarked())));
    }
    if (object instanceof AtomicStampedReference<?> reference) {
      return Optional.of(
          List.of(
              new Part("", reference.getReference()),
              new Part(".getStamp()", reference.getStamp())));
    }
    return Optional.empty();
  }

  private static Optional<Hash> hash(Object object) {
    if (object instanceof Buffer buffer) {
      return serialized(
          new Object[] {buffer.position(), buffer.limit(), elements(buffer.duplicate().clear())});
    }
    if (!object.getClass().isArray() && hasNoFields(object.getClass())) {
      return Optional.of(new Hash(""));
    }
    boolean isShown = object instanceof Serializable && !(object instanceof SecureRandom);
    return isShown ? serialized(object) : Optional.empty();
  }

  private static void addAll(List<Part> parts, Object[] elements) {
    for (int i = 0; i < elements.length; i++) {
      parts.add(new Part("[" + i + "]", elements[i]));
    }
  }

  private static String text(@Nullable Object key) {
    return key instanceof String || key instanceof Number || key instanceof Enum
        ? key.toString()
        : key == null ? "null" : key.getClass().getSimpleName();
  }

  /** Copies all elements of a buffer to an array; consumes the buffer. */
  private static Object elements(Buffer buffer) {
    int size = buffer.capacity();
    if (buffer instanceof ByteBuffer bytes) {
      byte[] elements = new byte[size];
      bytes.get(elements);
      return elements;
    } else if (buffer instanceof ShortBuffer shorts) {
      short[] elements = new short[size];
      shorts.get(elements);
      return elements;
    } else if (buffer instanceof CharBuffer chars) {
      char[] elements = new char[size];
      chars.get(elements);
      return elements;
    } else if (buffer instanceof IntBuffer ints) {
      int[] elements = new int[size];
      ints.get(elements);
      return elements;
    } else if (buffer instanceof LongBuffer longs) {
      long[] elements = new long[size];
      longs.get(elements);
      return elements;
    } else if (buffer instanceof FloatBuffer floats) {
      float[] elements = new float[size];
      floats.get(elements);
      return elements;
    }
    double[] elements = new double[size];
    ((DoubleBuffer) buffer).get(elements);
    return elements;
  }

  /** A hash of the serialized object; empty if some part of it can't be serialized. */
  private static Optional<Hash> serialized(Object object) {
    try {
      MessageDigest digest = Sha256.start();
      try (ObjectOutputStream out =
          new ObjectOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
        out.writeObject(object);
      }
      return Optional.of(new Hash(Sha256.hex(digest)));
    } catch (ObjectStreamException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean hasNoFields(Class<?> whole) {
    for (Class<?> type = whole; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          return false;
        }
      }
    }
    return true;
  }
}
