package io.ostinato.callback;

import io.ostinato.evaluation.SentObjects;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks, before anything runs, whether an object can be sent to the executors. */
public final class SerializationCheck {
  private SerializationCheck() {}

  /**
   * Why an object can't be serialized, naming the offending field, or why its code would compute
   * something else on executors; empty if it can be sent.
   */
  public static Optional<String> problemOf(Object object) {
    try (SentObjects out = new SentObjects(OutputStream.nullOutputStream())) {
      out.writeObject(object);
      return out.problem();
    } catch (NotSerializableException e) {
      Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      String path = pathToCulprit(object, nameOf(object.getClass()), seen);
      return Optional.of(
          path == null
              ? "%s is not serializable".formatted(e.getMessage())
              : path + "; make it serializable, or transient if executors don't need it");
    } catch (IOException | RuntimeException e) {
      return Optional.of("writing it failed with " + e);
    }
  }

  /** The class name, without the number that the JVM adds to the class of a lambda. */
  private static String nameOf(Class<?> type) {
    return type.getSimpleName().replaceFirst("\\$\\$Lambda.*", "\\$lambda");
  }

  private static @Nullable String pathToCulprit(
      @Nullable Object value, String path, Set<Object> seen) {
    if (value == null || !seen.add(value)) {
      return null;
    }
    if (!(value instanceof Serializable)) {
      return "field %s holds a %s, which is not serializable"
          .formatted(path, value.getClass().getName());
    }
    if (value instanceof Object[] array) {
      return firstCulprit(Arrays.asList(array), path, seen);
    }
    if (value instanceof Collection<?> collection) {
      return firstCulprit(collection, path, seen);
    }
    if (value instanceof Map<?, ?> map) {
      String inKeys = firstCulprit(map.keySet(), path, seen);
      return inKeys != null ? inKeys : firstCulprit(map.values(), path, seen);
    }
    return culpritInFields(value, path, seen);
  }

  private static @Nullable String firstCulprit(
      Iterable<?> elements, String path, Set<Object> seen) {
    for (Object element : elements) {
      String found = pathToCulprit(element, path + "[]", seen);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable String culpritInFields(Object value, String path, Set<Object> seen) {
    for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())
            || Modifier.isTransient(field.getModifiers())
            || field.getType().isPrimitive()) {
          continue;
        }
        String found = pathToCulprit(valueOf(field, value), path + "." + field.getName(), seen);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** The field's value; null if the platform denies access. */
  private static @Nullable Object valueOf(Field field, Object owner) {
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (InaccessibleObjectException | IllegalAccessException hidden) {
      return null;
    }
  }
}
