package io.ostinato.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.util.NativeResource;
import io.ostinato.model.JdkContent.Part;
import io.ostinato.weights.ArrayMemory;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a DJL block at one moment: everything reachable from its fields, including its
 * children in any container, the user's own objects, and objects captured by lambdas. Arrays are
 * compared by content, objects by identity and by their parts. Static fields are ignored: a newly
 * built model shares them.
 */
final class BlockInspection {
  private static final int MOST_OBJECTS = 1_000_000;
  private static final int NAMED = 3;

  private final Map<Itself, Parts> content = new LinkedHashMap<>();
  private final Set<String> unseen = new LinkedHashSet<>();
  private final Set<Itself> reached = new HashSet<>();

  /**
   * Objects still to be inspected; a queue instead of recursion, since chains of objects can be
   * long.
   */
  private final Deque<Place> places = new ArrayDeque<>();

  /** An object compared by identity. */
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

  /** The comparable parts of an object, with names such as {@code .features} or {@code [1]}. */
  private record Parts(Place owner, List<String> names, List<Object> values) {
    Stream<String> changesSince(Parts before) {
      return names.size() == before.names.size()
          ? Stream.iterate(0, i -> i < values.size(), i -> i + 1)
              .filter(i -> !values.get(i).equals(before.values.get(i)))
              .map(i -> owner + names.get(i))
          : Stream.of(owner.toString());
    }
  }

  /** An object and the path by which it was reached, such as {@code Net.features}. */
  private record Place(@Nullable Place from, String name, Object object) {
    private static final int NAMES = 6;

    @Override
    public String toString() {
      Deque<String> names = new ArrayDeque<>();
      Place place = this;
      for (Place up = from; up != null && names.size() < NAMES; up = up.from) {
        names.addFirst(place.name);
        place = up;
      }
      names.addFirst(place.from == null ? place.name : "…");
      return String.join("", names);
    }
  }

  /** Inspects a block. */
  static BlockInspection of(Block block) {
    BlockInspection inspection = new BlockInspection();
    inspection.reach(new Place(null, block.getClass().getSimpleName(), block));
    while (!inspection.places.isEmpty()) {
      inspection.look(inspection.places.removeFirst());
    }
    return inspection;
  }

  /**
   * The parts that have changed, such as {@code Net.features}, at most three; empty if none has.
   */
  Optional<String> changeSince(BlockInspection before) {
    // An object that is new or gone implies a change in the object that refers to it.
    return joined(
        content.entrySet().stream()
            .flatMap(
                now ->
                    now.getValue()
                        .changesSince(before.content.getOrDefault(now.getKey(), now.getValue()))));
  }

  /**
   * The objects whose changes can't be detected, with their classes, at most three; empty if there
   * are none.
   */
  Optional<String> unseen() {
    return joined(unseen.stream());
  }

  private static Optional<String> joined(Stream<String> parts) {
    return parts.limit(NAMED).reduce((one, other) -> one + ", " + other);
  }

  private void look(Place place) {
    List<Part> parts = parts(place);
    List<Object> values = new ArrayList<>(parts.size());
    for (Part part : parts) {
      Object held =
          part.value() instanceof LayerRecorder recorder ? recorder.layer() : part.value();
      Object value = value(place, part.name(), held);
      values.add(value);
      if (value instanceof Itself && held != null) {
        reach(new Place(place, part.name(), held));
      }
    }
    List<String> names = parts.stream().map(Part::name).toList();
    content.put(new Itself(place.object()), new Parts(place, names, values));
  }

  private void reach(Place place) {
    if (reached.add(new Itself(place.object()))) {
      if (reached.size() <= MOST_OBJECTS) {
        places.add(place);
      } else {
        unseen.add("more than %s objects".formatted(MOST_OBJECTS));
      }
    }
  }

  /** The value by which a part is compared. */
  private Object value(Place owner, String name, @Nullable Object held) {
    if (held == null) {
      return "null";
    }
    if (!(held instanceof NDArray array)) {
      return JdkContent.isValue(held) ? held : new Itself(held);
    }
    try {
      return ArrayMemory.digest(array);
    } catch (IllegalStateException closed) {
      return "closed";
    } catch (UnsupportedOperationException unreadable) {
      addUnseen(owner + name, array);
      return "unreadable";
    }
  }

  private List<Part> parts(Place place) {
    Object object = place.object();
    List<Part> parts = new ArrayList<>();
    if (JdkContent.isFixed(object) || object instanceof NDManager || object instanceof Engine) {
      return parts;
    }
    if (object instanceof NativeResource) {
      addUnseen(place.toString(), object);
      return parts;
    }
    Class<?> type = object.getClass();
    for (; !isOfJdk(type); type = type.getSuperclass()) {
      addFields(parts, place, type);
    }
    if (type != Object.class || object.getClass() == Object.class) {
      addOfJdk(parts, place);
    }
    return parts;
  }

  private void addOfJdk(List<Part> parts, Place place) {
    Optional<List<Part>> held;
    try {
      held = JdkContent.parts(place.object());
    } catch (RuntimeException e) { // a user's own collection that can't be iterated
      held = Optional.empty();
    }
    held.ifPresentOrElse(parts::addAll, () -> addUnseen(place.toString(), place.object()));
  }

  /**
   * Adds the fields of a class; of DJL's own classes only references, since their forward keeps no
   * numbers in evaluation mode.
   */
  private void addFields(List<Part> parts, Place place, Class<?> type) {
    boolean isOfDjl = type.getName().startsWith("ai.djl.");
    for (Field field : type.getDeclaredFields()) {
      boolean isSkipped =
          Modifier.isStatic(field.getModifiers()) || (isOfDjl && field.getType().isPrimitive());
      if (!isSkipped) {
        addField(parts, place, field);
      }
    }
  }

  private void addField(List<Part> parts, Place place, Field field) {
    String name = "." + field.getName();
    try {
      field.setAccessible(true);
      parts.add(new Part(name, field.get(place.object())));
    } catch (InaccessibleObjectException closed) { // in a Java module that isn't open to this one
      addUnseen(place.toString(), place.object());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addUnseen(String path, Object object) {
    String name = object.getClass().getSimpleName();
    unseen.add(path + " of class " + (name.isEmpty() ? object.getClass().getName() : name));
  }

  private static boolean isOfJdk(Class<?> type) {
    String name = type.getName();
    return type.isArray()
        || Stream.of("java.", "javax.", "jdk.", "sun.", "com.sun.").anyMatch(name::startsWith);
  }
}
