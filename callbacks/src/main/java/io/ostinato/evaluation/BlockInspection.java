package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.weights.ArrayMemory;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a DJL block hold at one moment, with what is reached from them: its children,
 * the user's own objects and what lambdas have captured. The engine's objects are told apart by
 * their identity, arrays by their content.
 */
final class BlockInspection {
  private static final int MOST_OBJECTS = 100_000;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

  /** An object that nothing but itself equals. */
  private record Itself(Object object) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Itself that && object == that.object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object);
    }
  }

  /** Looks at a block. */
  static BlockInspection of(Block block) {
    BlockInspection inspection = new BlockInspection();
    inspection.visit(block.getClass().getSimpleName(), block);
    for (Pair<String, Parameter> entry : block.getParameters()) {
      inspection.visit("the parameter " + entry.getKey(), entry.getValue().getArray());
    }
    return inspection;
  }

  /** What is not as it was, as in {@code Net.features}; at most three of them. */
  Optional<String> changeSince(BlockInspection before) {
    String changed =
        values.keySet().stream()
            .filter(path -> !Objects.equals(values.get(path), before.values.get(path)))
            .limit(3)
            .reduce((one, other) -> one + ", " + other)
            .orElse("");
    return changed.isEmpty() ? Optional.empty() : Optional.of(changed);
  }

  private void visit(String path, @Nullable Object object) {
    if (object == null
        || object instanceof Number
        || object instanceof String
        || object instanceof Boolean
        || object instanceof Character
        || object instanceof Enum) {
      // What counts, such as an AtomicLong, is a number that changes.
      values.put(path, String.valueOf(object));
      return;
    }
    values.put(path, new Itself(object));
    if (seen.put(object, true) != null || seen.size() > MOST_OBJECTS) {
      return;
    }
    if (object instanceof NDArray array) {
      values.put(path, content(array));
    } else if (object instanceof Map<?, ?> map) {
      values.put(path + ".size()", map.size());
      map.forEach((key, value) -> visit(path + "[" + key + "]", value));
    } else if (object instanceof Collection<?> collection) {
      visitAll(path, collection.toArray());
    } else if (object instanceof AtomicReference<?> reference) {
      visit(path, reference.get());
    } else if (object.getClass().isArray()) {
      visitArray(path, object);
    } else if (object instanceof CharSequence text) {
      values.put(path, text.toString());
    } else if (object instanceof Block || !isForeign(object.getClass())) {
      visitFields(path, object);
    }
  }

  private static Object content(NDArray array) {
    try {
      return ArrayMemory.digest(array);
    } catch (IllegalStateException | UnsupportedOperationException closed) {
      return "closed";
    }
  }

  private void visitArray(String path, Object array) {
    for (int i = 0; i < Array.getLength(array); i++) {
      visit(path + "[" + i + "]", Array.get(array, i));
    }
  }

  private void visitAll(String path, Object[] elements) {
    values.put(path + ".size()", elements.length);
    visitArray(path, elements);
  }

  /** Of DJL's own blocks only what they refer to: their forward keeps nothing in evaluation. */
  private void visitFields(String path, Object object) {
    for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      boolean foreign = isForeign(type);
      for (Field field : type.getDeclaredFields()) {
        boolean skipped =
            Modifier.isStatic(field.getModifiers()) || (foreign && field.getType().isPrimitive());
        if (!skipped && isOpen(field)) {
          visitField(path + "." + field.getName(), field, object);
        }
      }
    }
  }

  private void visitField(String path, Field field, Object object) {
    try {
      visit(path, field.get(object));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isOpen(Field field) {
    try {
      field.setAccessible(true);
      return true;
    } catch (InaccessibleObjectException e) {
      return false; // of the JDK
    }
  }

  private static boolean isForeign(Class<?> type) {
    String name = type.getName();
    return name.startsWith("java.") || name.startsWith("ai.djl.") || name.startsWith("jdk.");
  }
}
