package io.ostinato.describe;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parameters that a user's class declares: a record that one of its public constructors takes
 * as its last argument. Its components are keys of the configuration, in snake case.
 */
final class Parameters {
  private static final String KINDS =
      "a String, int, long, double, boolean, an enum, a record of these, or a List or a Map of"
          + " them with String keys";

  private Parameters() {}

  /**
   * The record; empty if the class takes none.
   *
   * @param given the types that a constructor can take before it
   * @throws IllegalArgumentException if constructors take different records, or a component's type
   *     is not supported for a key
   */
  static Optional<Class<?>> of(Class<?> type, List<Class<?>> given) {
    List<Class<?>> records =
        Stream.of(type.getConstructors())
            .map(constructor -> lastOf(constructor, given))
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (records.size() > 1) {
      throw new IllegalArgumentException(
          "the class '%s' has constructors with different parameter records: %s; keep one"
              .formatted(type.getName(), records.stream().map(Class::getName).sorted().toList()));
    }
    records.forEach(record -> check(type, record));
    return records.stream().findFirst();
  }

  private static Optional<Class<?>> lastOf(Constructor<?> constructor, List<Class<?>> given) {
    Class<?>[] types = constructor.getParameterTypes();
    boolean fits = types.length == 1 || types.length == 2 && given.contains(types[0]);
    return fits
        ? Optional.<Class<?>>of(types[types.length - 1])
            .filter(last -> last.isRecord() && !given.contains(last))
        : Optional.empty();
  }

  private static void check(Class<?> type, Class<?> record) {
    for (RecordComponent component : record.getRecordComponents()) {
      if (!isKey(component.getGenericType())) {
        throw new IllegalArgumentException(
            "the class '%s': '%s' of its parameters %s is of type %s; a parameter must be %s"
                .formatted(
                    type.getName(),
                    component.getName(),
                    record.getSimpleName(),
                    component.getType().getSimpleName(),
                    KINDS));
      }
    }
  }

  private static boolean isKey(@Nullable Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class && isKey(arguments[0])
          || generic.getRawType() == Map.class
              && arguments[0] == String.class
              && isKey(arguments[1]);
    }
    if (!(type instanceof Class<?> plain)) {
      return false;
    }
    return plain.isRecord()
        ? Stream.of(plain.getRecordComponents()).allMatch(part -> isKey(part.getGenericType()))
        : plain == Object.class
            || plain.isEnum()
            || ValueType.Scalar.isScalar(plain)
            || Makers.annotated(plain, FromText.class).isPresent();
  }
}
