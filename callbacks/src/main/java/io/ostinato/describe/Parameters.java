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
 * The parameters that a user's class names: a record that one of its public constructors takes
 * last. Its components are keys of the configuration, in snake case.
 */
final class Parameters {
  private static final String KINDS =
      "text, int, long, double, boolean, an enum, a record of such, or a List or a Map of them by"
          + " String";

  private Parameters() {}

  /**
   * The record; none for a class that takes none.
   *
   * @param given what a constructor may take before it
   * @throws IllegalArgumentException if constructors take several such records, or a component can
   *     be no key
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
          "the class '%s' has constructors with several records of parameters: %s; keep one"
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
            "the class '%s': '%s' of its parameters %s is %s; a parameter is %s"
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
        : plain == Object.class || plain.isEnum() || ValueType.Scalar.isScalar(plain);
  }
}
